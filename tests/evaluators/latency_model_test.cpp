#include "evaluators/latency_model.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

namespace quarry::evaluators {
namespace {

CompiledStep product(const std::string& kind, std::int64_t macs, std::size_t bytes) {
  return {.bytes = bytes, .kind = kind, .shape = std::to_string(macs), .macs = macs};
}

CompiledStep move(std::size_t bytes) {
  return {.bytes = bytes,
          .is_reorder = true,
          .kind = "reorder f32 f32",
          .shape = std::to_string(bytes)};
}

struct Learned {
  OperatorTimes times;

  // All steps in one network, with the time of each and of the whole.
  void network(const std::vector<CompiledStep>& steps, const std::vector<double>& ms,
               std::optional<double> whole_ms = std::nullopt, std::size_t rows = 1) {
    times.record("fp", rows, steps, std::vector<std::vector<double>>{ms}, whole_ms);
  }
  LatencyModel model() const { return *fit_latency_model("fp", times.table("fp")); }
};

TEST_CASE("without a measured network the prediction is the sum of the steps") {
  Learned learned;
  learned.network({product("linear", 100, 10), move(10)}, {2.0, 0.5});
  const LatencyModel model = learned.model();
  const std::vector<CompiledStep> steps = {product("linear", 100, 10), product("linear", 100, 10),
                                           move(10)};
  const LatencyPrediction prediction = model.predict(steps, 1);
  CHECK(prediction.mean_ms == 4.5);
  CHECK(prediction.sum_ms == 4.5);
  CHECK(prediction.estimated == 0);
  // 5 % of the whole; beside it 5 % of each row's single median, that of the product twice.
  const double row = 1.2533 * 0.05;
  CHECK(prediction.deviation_ms ==
        Approx(std::sqrt(std::pow(0.05 * 4.5, 2) + std::pow(2 * row * 2.0, 2) +
                         std::pow(row * 0.5, 2))));
}

TEST_CASE("networks teach what the sum leaves out") {
  Learned learned;
  // A network takes 1.02 times what its steps take, whatever their number and their size.
  const CompiledStep step = product("linear", 100, 10);
  for (const std::size_t count : {5U, 10U, 20U, 40U, 80U, 160U}) {
    for (int i = 0; i < 8; ++i) {
      // Two kinds of network of so many steps, one of which takes ten times as long.
      std::vector<CompiledStep> steps(count, i % 2 == 0 ? step : product("linear", 1000, 100));
      const double ms = i % 2 == 0 ? 0.1 : 1.0;
      const auto n = static_cast<double>(count);
      learned.network(steps, std::vector<double>(count, ms), n * 1.02 * ms);
    }
  }
  const LatencyModel model = learned.model();
  const LatencyCorrection& correction = model.corrections.at(1);
  CHECK(correction.networks == 48);
  CHECK(correction.per_ms == Approx(1.02).epsilon(0.0002));
  CHECK(correction.per_step == Approx(0.0).margin(1e-5));
  CHECK(correction.per_reorder == 0.0);
  CHECK(correction.deviation == Approx(0.05 * std::sqrt(4.0 / 52.0)).epsilon(0.02));
  const std::vector<CompiledStep> steps(7, step);
  CHECK(model.predict(steps, 1).mean_ms == Approx(7 * 1.02 * 0.1).epsilon(0.0002));
  // Of other rows nothing is known but the sum.
  CHECK(model.predict(steps, 8).mean_ms == Approx(0.7));
}

TEST_CASE("a step that was never timed is estimated from its kind, and marked") {
  Learned learned;
  learned.network({move(1000), move(4000), product("linear f32 bias", 100, 10)}, {0.01, 0.04, 9.0});
  const LatencyModel model = learned.model();
  const StepEstimate estimate = model.step(move(2000));
  CHECK(estimate.estimated);
  CHECK(estimate.ms == Approx(0.02));  // both rows take 10 us a kilobyte
  CHECK(estimate.deviation_ms == Approx(0.002));
  CHECK_FALSE(model.step(move(1000)).estimated);

  const std::vector<CompiledStep> steps = {move(1000), move(2000)};
  const LatencyPrediction prediction = model.predict(steps, 1);
  CHECK(prediction.estimated == 1);
  CHECK(prediction.estimated_ms == Approx(0.02));
  CHECK(prediction.mean_ms == Approx(0.03));
  // Estimates are all off in the same direction: two times 10 % of 20 us.
  const double row = 1.2533 * 0.05 * 0.01;
  const std::vector<CompiledStep> twice = {move(1000), move(2000), move(2000)};
  CHECK(model.predict(twice, 1).deviation_ms ==
        Approx(std::sqrt(std::pow(0.05 * 0.05, 2) + row * row + 0.004 * 0.004)));
}

TEST_CASE("an estimate of a product grows with its multiplications and its bytes") {
  Learned learned;
  learned.network({product("linear f32 bias", 1000, 100)}, {1.0});
  const LatencyModel model = learned.model();
  const double factor = std::pow(2.0, 0.8) * std::pow(4.0, 0.2);
  CHECK(model.step(product("linear f32 bias", 2000, 400)).ms == Approx(factor));
  CHECK(model.step(product("linear f32 bias", 2000, 400)).deviation_ms == Approx(0.1 * factor));
}

TEST_CASE("where its kind was never timed the nearest kinds are asked, with less trust") {
  Learned learned;
  learned.network({product("linear u8 bias", 1000, 100), product("linear f32 bias", 1000, 100)},
                  {1.0, 4.0});
  const LatencyModel model = learned.model();
  const StepEstimate same_types = model.step(product("linear f32 bias gelu", 1000, 100));
  CHECK(same_types.ms == Approx(4.0));
  CHECK(same_types.deviation_ms == Approx(0.2 * 4.0));
  const StepEstimate same_family = model.step(product("linear bf16 bias", 1000, 100));
  CHECK(same_family.ms == Approx(2.0));  // between 1 and 4, in logarithms
  CHECK(same_family.estimated);
  CHECK(model.step(product("product f32", 1000, 100)).deviation_ms == Approx(2.0));
}

TEST_CASE("an empty table makes no model") { CHECK_FALSE(fit_latency_model("fp", {}).has_value()); }

TEST_CASE("a model is read back as it was written") {
  Learned learned;
  learned.network({product("linear f32 bias", 1000, 100), move(7)}, {1.0 / 3.0, 0.1}, 0.7, 4);
  const LatencyModel model = learned.model();
  CHECK(model_from_json(nlohmann::json::parse(to_json(model).dump())) == model);
}

TEST_CASE("a genome's phases add up") {
  const SupernetLibrary library = SupernetLibrary::builtin();
  const LoadedSupernet& supernet = *library.find("transformer_lt_wmt_en_de");
  const search::Genome& genome = supernet.supernet().baselines.front().genome;
  // Every step takes 1 ms: what is predicted is the number of steps.
  LatencyModel model{.fingerprint = "fp"};
  double steps = 0.0;
  StepPlanner planner(1);
  for (const search::Phase& phase : supernet.supernet().phases(genome)) {
    const StepPlan plan = planner.plan(phase.network, phase.rows);
    steps += static_cast<double>(phase.repetitions * plan.steps.size());
    for (const CompiledStep& step : plan.steps)
      model.steps[step_key(step.kind, step.shape)] = {.ms = 1.0};
  }
  const auto prediction = LatencyForecast(supernet, 1, 1, model).predict(genome);
  REQUIRE(prediction.has_value());
  CHECK(prediction->mean_ms == Approx(steps));
  CHECK(static_cast<double>(prediction->steps) == steps);
}

}  // namespace
}  // namespace quarry::evaluators
