// The inside of a CompiledNetwork, and the builder that the compiler fills: steps in order, buffers
// by the time they are needed, constants. Knows oneDNN and nothing of operators.
#pragma once

#include <cstddef>
#include <dnnl.hpp>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "evaluators/onednn/arena.hpp"
#include "evaluators/onednn/compiled_network.hpp"
#include "evaluators/onednn/memory_block.hpp"
#include "evaluators/onednn/primitives.hpp"

namespace quarry::evaluators {

struct CompiledNetwork::Program {
  // A primitive and its arguments, or a loop of ours.
  struct Step {
    dnnl::primitive primitive;
    std::vector<dnnl::memory> memories;  // what `arguments` refers to
    std::vector<dnnl_exec_arg_t> arguments;
    std::function<void()> loop;
  };

  CompileOptions options;
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  std::unique_ptr<MemoryBlock> arena;               // all activations; the arguments point into it
  std::vector<std::shared_ptr<const void>> owners;  // of packed weights, shared with the cache
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

// A loop over buffers, whose places it is given in the order in which it named them.
using HostLoop = std::function<void(std::span<std::byte* const>)>;

class ProgramBuilder {
 public:
  // plans_only: constants have a layout and no memory, and there is no program to finish.
  explicit ProgramBuilder(const CompileOptions& options, bool plans_only = false);

  const CompileOptions& options() const { return program_->options; }
  const dnnl::engine& engine() const { return program_->engine; }

  // Written first by the next step; needed until the last step that names it.
  BufferId new_buffer(std::size_t bytes);
  // Holds zeros until a step writes it, and what was written until the next run.
  BufferId new_lasting_buffer(std::size_t bytes);
  std::size_t bytes_of(BufferId buffer) const { return buffers_[buffer].bytes; }

  void add_step(const CompiledStep& description, const Primitive& primitive,
                std::vector<BufferArgument> arguments, std::vector<ConstantArgument> constants);

  void add_loop(const CompiledStep& description, std::vector<BufferId> buffers, HostLoop loop);

  // The steps so far.
  std::vector<CompiledStep> take_descriptions() { return std::move(program_->described); }

  // Row-major f32.
  dnnl::memory constant(const Dims& dims, std::span<const float> values);
  // The same numbers in another layout or type, converted now and not when the program runs.
  dnnl::memory converted(const dnnl::memory& source, const dnnl::memory::desc& wanted);
  // The same, into memory that is there.
  void convert(const dnnl::memory& source, const dnnl::memory& destination);

  // Holds what constants live in for as long as the program.
  void keep_alive(std::shared_ptr<const void> owner) {
    program_->owners.push_back(std::move(owner));
  }

  // Plans the memory and hands the program out. `named` buffers can be read as activations by name.
  std::unique_ptr<CompiledNetwork> finish(BufferId input, BufferId output,
                                          const std::map<std::string, BufferId>& named);

 private:
  struct PlannedStep {
    Primitive primitive;
    std::vector<BufferArgument> arguments;
    std::vector<ConstantArgument> constants;
    std::vector<BufferId> loop_buffers;
    HostLoop loop;
  };

  using Placed = std::vector<std::byte*>;
  CompiledNetwork::Program::Step ready(const PlannedStep& step, const Placed& places) const;

  std::unique_ptr<CompiledNetwork::Program> program_;
  bool plans_only_;
  std::vector<BufferUse> buffers_;
  std::vector<BufferId> lasting_;
  std::vector<PlannedStep> steps_;
};

}  // namespace quarry::evaluators
