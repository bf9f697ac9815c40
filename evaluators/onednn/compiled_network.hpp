// A Network compiled for oneDNN: primitives, packed weights and one planned block of activations,
// ready to run again and again. Latency is measured on the very object that accuracy is measured
// on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "evaluators/onednn/quantize.hpp"
#include "evaluators/weights/weight_source.hpp"
#include "search/network/network.hpp"

namespace quarry::evaluators {

struct CompileOptions {
  std::size_t batch = 1;
  int threads = 1;  // OpenMP threads of every primitive
  // No buffer is shared and nothing melts, so that every activation() can be read after run().
  bool keep_activations = false;
  // Winograd's algorithm for 3x3 convolutions of integers: a ResNet50 7 % faster, but its weights
  // and activations are rounded once more after they are transformed (README.md, decision 12).
  bool integer_winograd = false;
};

// One primitive in order of execution.
struct CompiledStep {
  std::string operator_name;
  std::string part;            // "product", "quantize", "split heads", ...
  std::string implementation;  // oneDNN's name for what it chose
  std::size_t bytes = 0;       // of all it reads and writes: inputs, weights, constants, output
  bool is_reorder = false;     // moves or converts, computes nothing
  // What is run: steps of equal kind and shape take equally long, whatever network they are in.
  std::string kind = {};   // without sizes: "linear u8*s8->f32 bias scales gelu"
  std::string shape = {};  // "128x768x3072"
  std::int64_t macs = 0;
};

// Not thread-safe: one user at a time.
class CompiledNetwork {
 public:
  struct Program;  // in program.hpp, where oneDNN is known

  explicit CompiledNetwork(std::unique_ptr<Program> program);
  ~CompiledNetwork();
  CompiledNetwork(const CompiledNetwork&) = delete;
  CompiledNetwork& operator=(const CompiledNetwork&) = delete;

  const CompileOptions& options() const;

  // batch * elements of one input / output, f32. run() leaves the input as it is.
  std::span<float> input();
  std::span<const float> output() const;
  void run();
  // The same, and how long each step took, in milliseconds: those of steps(), in order.
  std::vector<double> run_timed();

  std::span<const CompiledStep> steps() const;
  std::size_t activation_bytes() const;

  // The f32 output of an operator after run(), of an image channels last; empty unless
  // keep_activations, or where no f32 exists.
  std::span<const float> activation(const std::string& operator_name) const;

 private:
  std::unique_ptr<Program> program_;
};

struct CompileResult {
  std::unique_ptr<CompiledNetwork> network;  // null on failure
  std::string failure;                       // which operator, and why
};

class WeightCache;

// Compiles every operator at its precision: true integer products for int8, never a simulation.
// Fails, with the operator's name, where oneDNN has only its reference implementation or none,
// where a weight is missing, or where a value that is held as u8 has no calibrated range. Packed
// weights come from the cache, if there is one.
CompileResult compile(const search::Network& network, const WeightSource& weights,
                      const Calibration& calibration, const CompileOptions& options,
                      WeightCache* cache = nullptr);

// What calibration must know the range of: all that may be held as u8.
std::vector<std::string> calibrated_operators(const search::Network& network);

}  // namespace quarry::evaluators
