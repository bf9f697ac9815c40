// Running a program, and turning planned steps into one: every buffer gets its place in one arena.
// Tested by tests/evaluators/compiler_test.cpp.
#include "evaluators/onednn/program.hpp"

#include <omp.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>

namespace quarry::evaluators {

using dnnl::memory;

namespace {

using Clock = std::chrono::steady_clock;

[[gnu::noinline]] void execute(CompiledNetwork::Program& program, double* step_ms) {
  for (CompiledNetwork::Program::Step& step : program.steps) {
    const Clock::time_point start = step_ms == nullptr ? Clock::time_point() : Clock::now();
    if (step.loop) {
      step.loop();
    } else {
      // The C call: the C++ one builds a list of arguments from a map at every step.
      dnnl::error::wrap_c_api(
          dnnl_primitive_execute(step.primitive.get(), program.stream.get(),
                                 static_cast<int>(step.arguments.size()), step.arguments.data()),
          "a primitive could not be run");
    }
    if (step_ms == nullptr) continue;
    program.stream.wait();
    *step_ms++ = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
  }
  program.stream.wait();
}

// Where a thread's stack begins is random, and oneDNN's kernels keep vectors on it wherever it is:
// of the four places modulo 64 two make a network 8 % slower (measured: largest to smallest
// fashion_vit, 12 processes). The stack is moved to a quick one, or two processes would disagree.
[[gnu::noinline]] void execute_on_aligned_stack(CompiledNetwork::Program& program,
                                                double* step_ms) {
  constexpr std::size_t kQuick = 16;
  const auto here = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  void* const padding = __builtin_alloca(here % 64 + kQuick);
  asm volatile("" : : "r"(padding) : "memory");  // or the padding would be optimised away
  execute(program, step_ms);
}

}  // namespace

CompiledNetwork::CompiledNetwork(std::unique_ptr<Program> program) : program_(std::move(program)) {}
CompiledNetwork::~CompiledNetwork() = default;
const CompileOptions& CompiledNetwork::options() const { return program_->options; }
std::span<float> CompiledNetwork::input() { return program_->input; }
std::span<const float> CompiledNetwork::output() const { return program_->output; }
std::span<const CompiledStep> CompiledNetwork::steps() const { return program_->described; }
std::size_t CompiledNetwork::activation_bytes() const { return program_->activation_bytes; }

void CompiledNetwork::run() {
  // A setting of the calling thread, which may have run another network.
  omp_set_num_threads(program_->options.threads);
  execute_on_aligned_stack(*program_, nullptr);
}

std::vector<double> CompiledNetwork::run_timed() {
  omp_set_num_threads(program_->options.threads);
  std::vector<double> step_ms(program_->steps.size());
  execute_on_aligned_stack(*program_, step_ms.data());
  return step_ms;
}

std::span<const float> CompiledNetwork::activation(const std::string& operator_name) const {
  const auto found = program_->activations.find(operator_name);
  return found == program_->activations.end() ? std::span<const float>() : found->second;
}

ProgramBuilder::ProgramBuilder(const CompileOptions& options, bool plans_only)
    : program_(std::make_unique<CompiledNetwork::Program>()), plans_only_(plans_only) {
  program_->options = options;
  // oneDNN chooses blockings for the threads it sees when a primitive is made.
  omp_set_num_threads(options.threads);
}

BufferId ProgramBuilder::new_buffer(std::size_t bytes) {
  buffers_.push_back({.bytes = bytes, .first = steps_.size(), .last = steps_.size()});
  return buffers_.size() - 1;
}

BufferId ProgramBuilder::new_lasting_buffer(std::size_t bytes) {
  lasting_.push_back(new_buffer(bytes));
  return lasting_.back();
}

void ProgramBuilder::add_step(const CompiledStep& description, const Primitive& primitive,
                              std::vector<BufferArgument> arguments,
                              std::vector<ConstantArgument> constants) {
  for (const BufferArgument& argument : arguments) buffers_[argument.buffer].last = steps_.size();
  program_->described.push_back(description);
  CompiledStep& described = program_->described.back();
  described.is_reorder = primitive.primitive.get_kind() == dnnl::primitive::kind::reorder;
  described.kind = primitive.recipe.kind;
  described.shape = primitive.recipe.shape;
  described.macs = primitive.recipe.macs;
  for (const BufferArgument& argument : arguments)
    described.bytes += argument.description.get_size();
  for (const auto& [index, holder] : constants) described.bytes += holder.get_desc().get_size();
  if (plans_only_) return;  // nobody runs it, so nobody asks how long its buffers are needed
  steps_.push_back({.primitive = primitive,
                    .arguments = std::move(arguments),
                    .constants = std::move(constants)});
}

void ProgramBuilder::add_loop(const CompiledStep& description, std::vector<BufferId> buffers,
                              HostLoop loop) {
  program_->described.push_back(description);
  CompiledStep& described = program_->described.back();
  described.kind = description.part;
  for (const BufferId buffer : buffers) {
    buffers_[buffer].last = steps_.size();
    described.bytes += buffers_[buffer].bytes;
    if (!described.shape.empty()) described.shape += "+";
    described.shape += std::to_string(buffers_[buffer].bytes);
  }
  if (plans_only_) return;
  steps_.push_back({.loop_buffers = std::move(buffers), .loop = std::move(loop)});
}

memory ProgramBuilder::constant(const Dims& dims, std::span<const float> values) {
  if (plans_only_) return memory(dense(dims, DataType::f32), engine(), nullptr);
  memory holder(dense(dims, DataType::f32), engine());
  std::memcpy(holder.get_data_handle(), values.data(), values.size_bytes());
  return holder;
}

memory ProgramBuilder::converted(const memory& source, const memory::desc& wanted) {
  if (plans_only_) return memory(wanted, engine(), nullptr);
  memory to(wanted, engine());
  convert(source, to);
  return to;
}

void ProgramBuilder::convert(const memory& source, const memory& destination) {
  memory from = source;
  memory to = destination;
  dnnl::reorder(from, to).execute(program_->stream, from, to);
  program_->stream.wait();
}

CompiledNetwork::Program::Step ProgramBuilder::ready(const PlannedStep& step,
                                                     const Placed& places) const {
  CompiledNetwork::Program::Step result;
  if (step.loop) {
    std::vector<std::byte*> own;
    for (const BufferId buffer : step.loop_buffers) own.push_back(places[buffer]);
    result.loop = [loop = step.loop, own = std::move(own)] { loop(own); };
    return result;
  }
  result.primitive = step.primitive.primitive;
  const auto add = [&](int index, const memory& holder) {
    result.memories.push_back(holder);
    result.arguments.push_back({index, holder.get()});
  };
  for (const BufferArgument& argument : step.arguments) {
    add(argument.index,
        memory(argument.description, engine(), places[argument.buffer] + argument.byte_offset));
  }
  for (const auto& [index, holder] : step.constants) add(index, holder);
  if (step.primitive.scratchpad.get_size() > 0)
    add(DNNL_ARG_SCRATCHPAD, memory(step.primitive.scratchpad, engine(), places.back()));
  return result;
}

std::unique_ptr<CompiledNetwork> ProgramBuilder::finish(
    BufferId input, BufferId output, const std::map<std::string, BufferId>& named) {
  // The caller's input must survive a run, or a second run would see another one.
  buffers_[input].first = 0;
  buffers_[input].last = steps_.size();
  buffers_[output].last = steps_.size();
  for (const BufferId buffer : lasting_)
    buffers_[buffer] = {.bytes = buffers_[buffer].bytes, .first = 0, .last = steps_.size()};
  if (options().keep_activations) {
    for (BufferUse& buffer : buffers_) {
      buffer.first = 0;
      buffer.last = steps_.size();
    }
  }
  BufferUse scratchpad{.bytes = 0, .first = 0, .last = steps_.size()};
  for (const PlannedStep& step : steps_) {
    if (!step.loop)
      scratchpad.bytes = std::max(scratchpad.bytes, step.primitive.scratchpad.get_size());
  }
  buffers_.push_back(scratchpad);

  const ArenaPlan plan = plan_arena(buffers_);
  program_->activation_bytes = plan.bytes;
  program_->arena = std::make_unique<MemoryBlock>(plan.bytes);
  std::byte* const base = program_->arena->data();
  std::memset(base, 0, plan.bytes);
  Placed places;  // the scratchpad is the last
  for (const std::size_t offset : plan.offsets) places.push_back(base + offset);
  for (const PlannedStep& step : steps_) program_->steps.push_back(ready(step, places));
  const auto floats = [&](BufferId buffer) {
    return std::span(reinterpret_cast<float*>(base + plan.offsets[buffer]),
                     buffers_[buffer].bytes / sizeof(float));
  };
  program_->input = floats(input);
  program_->output = floats(output);
  if (options().keep_activations) {
    for (const auto& [name, buffer] : named) program_->activations[name] = floats(buffer);
  }
  return std::make_unique<CompiledNetwork>(std::move(program_));
}

}  // namespace quarry::evaluators
