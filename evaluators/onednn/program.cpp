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
    step.primitive.execute(program.stream, step.arguments);
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

ProgramBuilder::ProgramBuilder(const CompileOptions& options)
    : program_(std::make_unique<CompiledNetwork::Program>()) {
  program_->options = options;
  // oneDNN chooses blockings for the threads it sees when a primitive is made.
  omp_set_num_threads(options.threads);
}

BufferId ProgramBuilder::new_buffer(std::size_t bytes) {
  buffers_.push_back({.bytes = bytes, .first = steps_.size(), .last = steps_.size()});
  return buffers_.size() - 1;
}

void ProgramBuilder::add_step(const CompiledStep& description, const Primitive& primitive,
                              std::vector<BufferArgument> arguments,
                              std::vector<ConstantArgument> constants) {
  for (const BufferArgument& argument : arguments) buffers_[argument.buffer].last = steps_.size();
  program_->described.push_back(description);
  CompiledStep& described = program_->described.back();
  described.is_reorder = primitive.primitive.get_kind() == dnnl::primitive::kind::reorder;
  for (const BufferArgument& argument : arguments)
    described.bytes += argument.description.get_size();
  for (const auto& [index, holder] : constants) described.bytes += holder.get_desc().get_size();
  steps_.push_back({primitive, std::move(arguments), std::move(constants)});
}

memory ProgramBuilder::constant(const Dims& dims, std::span<const float> values) {
  memory holder(dense(dims, DataType::f32), engine());
  std::memcpy(holder.get_data_handle(), values.data(), values.size_bytes());
  return holder;
}

memory ProgramBuilder::converted(const memory& source, const memory::desc& wanted) {
  memory from = source;
  memory to(wanted, engine());
  dnnl::reorder(from, to).execute(program_->stream, from, to);
  program_->stream.wait();
  return to;
}

std::unique_ptr<CompiledNetwork> ProgramBuilder::finish(
    BufferId input, BufferId output, const std::map<std::string, BufferId>& named) {
  // The caller's input must survive a run, or a second run would see another one.
  buffers_[input].first = 0;
  buffers_[input].last = steps_.size();
  buffers_[output].last = steps_.size();
  if (options().keep_activations) {
    for (BufferUse& buffer : buffers_) {
      buffer.first = 0;
      buffer.last = steps_.size();
    }
  }
  BufferUse scratchpad{.bytes = 0, .first = 0, .last = steps_.size()};
  for (const PlannedStep& step : steps_) {
    scratchpad.bytes = std::max(scratchpad.bytes, step.primitive.scratchpad.get_size());
  }
  const BufferId scratchpad_id = buffers_.size();
  buffers_.push_back(scratchpad);

  const ArenaPlan plan = plan_arena(buffers_);
  const auto arena_bytes = static_cast<memory::dim>(std::max<std::size_t>(plan.bytes, 64));
  program_->activation_bytes = plan.bytes;
  program_->arena = memory(dense({arena_bytes}, DataType::u8), engine());
  auto* const base = static_cast<std::byte*>(program_->arena.get_data_handle());
  std::memset(base, 0, plan.bytes);
  const auto place = [&](const memory::desc& description, BufferId buffer, std::size_t offset) {
    return memory(description, engine(), base + plan.offsets[buffer] + offset);
  };
  for (const PlannedStep& step : steps_) {
    CompiledNetwork::Program::Step ready{.primitive = step.primitive.primitive, .arguments = {}};
    for (const BufferArgument& argument : step.arguments) {
      ready.arguments.emplace(argument.index,
                              place(argument.description, argument.buffer, argument.byte_offset));
    }
    for (const auto& [index, holder] : step.constants) ready.arguments.emplace(index, holder);
    if (step.primitive.scratchpad.get_size() > 0) {
      ready.arguments.emplace(DNNL_ARG_SCRATCHPAD,
                              place(step.primitive.scratchpad, scratchpad_id, 0));
    }
    program_->steps.push_back(std::move(ready));
  }
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
