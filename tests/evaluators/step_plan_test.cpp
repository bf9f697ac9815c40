#include "evaluators/onednn/step_plan.hpp"

#include <catch2/catch.hpp>

#include "evaluators/network_pool.hpp"
#include "evaluators/operator_times.hpp"
#include "search/core/rng.hpp"
#include "search/supernets/facts.hpp"
#include "tests/support/manifests.hpp"
#include "tests/support/small_networks.hpp"

namespace quarry::evaluators {
namespace {

// One line a step: what makes its row in the table.
std::string transcript(std::span<const CompiledStep> steps) {
  std::string text;
  for (const CompiledStep& step : steps)
    text += step.operator_name + ": " + step_key(step.kind, step.shape) + ", " +
            std::to_string(step.macs) + " MACs, " + std::to_string(step.bytes) + " bytes" +
            (step.is_reorder ? ", reorder\n" : "\n");
  return text;
}

// Empty when each phase is planned as it is compiled.
std::string difference(const LoadedSupernet& supernet, const search::Genome& genome,
                       std::size_t batch) {
  NetworkPool pool;
  StepPlanner planner(1);
  const std::vector<search::Phase> phases = supernet.supernet().phases(genome);
  for (std::size_t i = 0; i < phases.size(); ++i) {
    const CompileResult compiled = pool.take(supernet, genome, batch, 1, i);
    if (!compiled.network) return compiled.failure;
    const StepPlan plan = planner.plan(phases[i].network, batch * phases[i].rows);
    const std::string planned = plan.failure + transcript(plan.steps);
    const std::string made = transcript(compiled.network->steps());
    if (planned != made) return "planned\n" + planned + "compiled\n" + made;
  }
  return "";
}

TEST_CASE("a step says what it runs, without its name or its numbers") {
  search::NetworkBuilder builder({{4, 8}});
  const std::size_t first = builder.linear("fc1", builder.current(),
                                           {.in_features = 8,
                                            .out_features = 16,
                                            .activation = search::Activation::kRelu,
                                            .weight = test::whole("fc1.weight", {16, 8}),
                                            .bias = test::whole("fc1.bias", {16})},
                                           search::Precision::kF32);
  builder.linear(
      "fc2", first,
      {.in_features = 16, .out_features = 8, .weight = test::whole("fc2.weight", {8, 16})},
      search::Precision::kInt8);
  std::string text;
  for (const CompiledStep& step : StepPlanner(1).plan(builder.take(), 2).steps)
    text += step_key(step.kind, step.shape) + ", " + std::to_string(step.macs) + " MACs\n";
  CHECK(text ==
        "linear f32*f32->f32 bias relu 8x8x16, 1024 MACs\n"
        "scale f32 u8 f32[1x128],u8[1x128], 0 MACs\n"
        "linear u8*s8->f32 bias scales 8x16x8, 1024 MACs\n");
}

TEST_CASE("the plan of every built-in supernet's smallest network names what is compiled") {
  const SupernetLibrary library = SupernetLibrary::builtin();
  for (const std::string& name : library.names()) {
    const LoadedSupernet& supernet = *library.find(name);
    INFO(name);
    CHECK(difference(supernet, search::extreme_genome(supernet.supernet().space, false), 2) == "");
  }
}

TEST_CASE("plans of random mixed-precision networks name what is compiled") {
  const SupernetLibrary library = SupernetLibrary::builtin();
  search::Rng rng(7);
  for (const char* name : {"bert_base_sst2_quantized", "inc_quantization_ofa_resnet50"}) {
    const LoadedSupernet& supernet = *library.find(name);
    INFO(name);
    CHECK(difference(supernet, search::extreme_genome(supernet.supernet().space, true), 1) == "");
    search::Genome genome = supernet.supernet().space.random(rng);
    const CompileResult made = NetworkPool().take(supernet, genome, 1, 1);
    if (made.network) CHECK(difference(supernet, genome, 1) == "");
  }
}

TEST_CASE("plans of trained networks name what is compiled with their calibrated ranges") {
  const SupernetLibrary library = SupernetLibrary::builtin();
  const LoadedSupernet& supernet = *library.find("fashion_vit");
  search::Rng rng(11);
  int compared = 0;
  // A processor without bf16 cannot run every one.
  for (int i = 0; i < 64 && compared < 8; ++i) {
    const search::Genome genome = supernet.supernet().space.random(rng);
    if (!NetworkPool().take(supernet, genome, 1, 1).network) continue;
    CHECK(difference(supernet, genome, 1) == "");
    ++compared;
  }
  // The smallest network in f32 runs everywhere.
  CHECK(difference(supernet, search::extreme_genome(supernet.supernet().space, false), 1) == "");
}

TEST_CASE("a network that cannot be compiled cannot be planned, for the same reason") {
  search::NetworkBuilder builder({{4, 8}});
  builder.append({.name = "fc",
                  .kind = search::Linear{.in_features = 8,
                                         .out_features = 8,
                                         .weight = test::whole("fc.weight", {8, 8})},
                  .inputs = {builder.current()},
                  .output = {{4, 8}},
                  .precision = search::Precision::kInt8,
                  .weight_scheme = {.symmetric = false, .per_channel = true}});
  const search::Network network = builder.take();
  const StepPlan plan = StepPlanner(1).plan(network, 1);
  CHECK(plan.steps.empty());
  CHECK(plan.failure == compile(network, PseudoRandomWeights{}, {{"(input)", {-1.0F, 1.0F}}},
                                {.batch = 1, .threads = 1})
                            .failure);
}

}  // namespace
}  // namespace quarry::evaluators
