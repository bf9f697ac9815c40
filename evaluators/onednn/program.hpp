// The inside of a CompiledNetwork, and the builder that the compiler fills: steps in order, buffers
// by the time they are needed, constants. Knows oneDNN and nothing of operators.
#pragma once

#include <dnnl.hpp>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "evaluators/onednn/arena.hpp"
#include "evaluators/onednn/compiled_network.hpp"
#include "evaluators/onednn/primitives.hpp"

namespace quarry::evaluators {

struct CompiledNetwork::Program {
  struct Step {
    dnnl::primitive primitive;
    std::unordered_map<int, dnnl::memory> arguments;
  };

  CompileOptions options;
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  dnnl::memory arena;  // owns all activations; the arguments point into it
  std::vector<Step> steps;
  std::vector<CompiledStep> described;
  std::span<float> input;
  std::span<const float> output;
  std::map<std::string, std::span<const float>> activations;
  std::size_t activation_bytes = 0;
};

using BufferId = std::size_t;

// A part of a buffer that a primitive reads or writes.
struct BufferArgument {
  int index = 0;  // DNNL_ARG_...
  BufferId buffer = 0;
  dnnl::memory::desc description;
  std::size_t byte_offset = 0;
};

using ConstantArgument = std::pair<int, dnnl::memory>;

class ProgramBuilder {
 public:
  explicit ProgramBuilder(const CompileOptions& options);

  const CompileOptions& options() const { return program_->options; }
  const dnnl::engine& engine() const { return program_->engine; }

  // Written first by the next step; needed until the last step that names it.
  BufferId new_buffer(std::size_t bytes);
  std::size_t bytes_of(BufferId buffer) const { return buffers_[buffer].bytes; }

  void add_step(const CompiledStep& description, const Primitive& primitive,
                std::vector<BufferArgument> arguments, std::vector<ConstantArgument> constants);

  // Row-major f32.
  dnnl::memory constant(const Dims& dims, std::span<const float> values);
  // The same numbers in another layout or type, converted now and not when the program runs.
  dnnl::memory converted(const dnnl::memory& source, const dnnl::memory::desc& wanted);

  // Plans the memory and hands the program out. `named` buffers can be read as activations by name.
  std::unique_ptr<CompiledNetwork> finish(BufferId input, BufferId output,
                                          const std::map<std::string, BufferId>& named);

 private:
  struct PlannedStep {
    Primitive primitive;
    std::vector<BufferArgument> arguments;
    std::vector<ConstantArgument> constants;
  };

  std::unique_ptr<CompiledNetwork::Program> program_;
  std::vector<BufferUse> buffers_;
  std::vector<PlannedStep> steps_;
};

}  // namespace quarry::evaluators
