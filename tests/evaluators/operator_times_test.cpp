#include "evaluators/operator_times.hpp"

#include <catch2/catch.hpp>

#include "evaluators/evaluator.hpp"
#include "evaluators/fingerprint.hpp"

namespace quarry::evaluators {
namespace {

// Two steps alike and a third of another shape.
const std::vector<CompiledStep> kSteps = {
    {.operator_name = "a", .bytes = 10, .kind = "linear", .shape = "1x2x3", .macs = 6},
    {.operator_name = "b", .bytes = 10, .kind = "linear", .shape = "1x2x3", .macs = 6},
    {.operator_name = "c", .bytes = 4, .is_reorder = true, .kind = "reorder", .shape = "f32[4]"}};

TEST_CASE("equal steps share a row, whose time is the median of what each network showed") {
  OperatorTimes times;
  times.record("fp", 1, kSteps, std::vector<std::vector<double>>{{1, 2, 7}, {3, 6, 9}}, 12.0);
  OperatorTable table = times.table("fp");
  CHECK(table.steps.size() == 2);
  const StepTime& linear = table.steps.at("linear 1x2x3");
  CHECK(linear.recent_ms == std::vector{2.5});  // of 1, 2, 3 and 6
  CHECK(linear.macs == 6);
  CHECK(linear.bytes == 10);
  CHECK(table.steps.at("reorder f32[4]").recent_ms == std::vector{8.0});

  times.record("fp", 1, kSteps, std::vector<std::vector<double>>{{4, 4, 1}}, 9.0);
  times.record("fp", 1, kSteps, std::vector<std::vector<double>>{{3, 3, 1}}, 8.0);
  table = times.table("fp");
  CHECK(table.steps.at("linear 1x2x3").median_ms() == 3.0);
  CHECK(table.steps.at("linear 1x2x3").networks == 3);
}

TEST_CASE("a network is kept by its rows, its steps counted") {
  OperatorTimes times;
  times.record("fp", 8, kSteps, std::vector<std::vector<double>>{{1, 2, 7}}, 12.0);
  CHECK(times.table("fp").networks ==
        std::vector<NetworkTime>{
            {.rows = 8, .steps = {{"linear 1x2x3", 2}, {"reorder f32[4]", 1}}, .ms = 12.0}});
}

TEST_CASE("steps are learned of a network whose whole is not known, and nothing without a run") {
  OperatorTimes times;
  times.record("fp", 1, kSteps, std::vector<std::vector<double>>{{1, 2, 7}}, std::nullopt);
  CHECK(times.table("fp").networks.empty());
  CHECK(times.table("fp").steps.size() == 2);
  times.record("other", 1, kSteps, {}, 3.0);
  CHECK(times.fingerprints() == std::vector<std::string>{"fp"});
}

TEST_CASE("of a row the latest 32 networks count, and of networks the latest 256") {
  OperatorTimes times;
  for (int i = 1; i <= 300; ++i) {
    const double ms = i;
    times.record("fp", 1, std::span(kSteps).first(1), std::vector<std::vector<double>>{{ms}}, ms);
  }
  const OperatorTable table = times.table("fp");
  CHECK(table.steps.at("linear 1x2x3").recent_ms.front() == 269.0);
  CHECK(table.steps.at("linear 1x2x3").networks == 300);
  CHECK(table.networks.size() == 256);
  CHECK(table.networks.front().ms == 45.0);
}

TEST_CASE("a network is settled when each of its steps was timed in eight") {
  OperatorTimes times;
  for (int i = 0; i < 8; ++i) {
    CHECK_FALSE(times.is_settled("fp", std::span(kSteps).first(2)));
    times.record("fp", 1, std::span(kSteps).first(1), std::vector<std::vector<double>>{{1}}, 1.0);
  }
  CHECK(times.is_settled("fp", std::span(kSteps).first(2)));
  CHECK_FALSE(times.is_settled("fp", kSteps));
  CHECK_FALSE(times.is_settled("other machine", std::span(kSteps).first(2)));
}

TEST_CASE("each change is told with its rows as they now are") {
  std::string told;
  OperatorTimes times({}, [&](const OperatorTimes::Change& change) {
    told += change.fingerprint + ":";
    for (const StepTime& row : change.steps)
      told += " " + row.shape + " in " + std::to_string(row.networks);
    told += change.network ? ", network\n" : "\n";
  });
  times.record("fp", 1, kSteps, std::vector<std::vector<double>>{{1, 2, 7}}, 12.0);
  times.record("fp", 1, std::span(kSteps).last(1), std::vector<std::vector<double>>{{7}},
               std::nullopt);
  CHECK(told == "fp: 1x2x3 in 1 f32[4] in 1, network\nfp: f32[4] in 2\n");
}

TEST_CASE("measuring a network fills the table with its steps") {
  const SupernetLibrary library = SupernetLibrary::builtin();
  const LoadedSupernet& supernet = *library.find("fashion_vit");
  const EvaluatorEntry* entry = find_evaluator("onednn");
  NetworkPool pool;
  OperatorTimes times;
  const search::Genome& genome = supernet.supernet().baselines.back().genome;
  const auto measure = [&](const std::string& cache) {
    OptionValues options = OptionValues::defaults(entry->options);
    options.set("max_seconds", 0.2);
    options.set("cache", cache);
    const auto evaluator = entry->make({supernet, pool, kNoResources, &times}, options);
    REQUIRE(evaluator->evaluate(std::span(&genome, 1), {}).front().failure.empty());
  };
  measure("cold");
  CHECK(times.fingerprints().empty());  // those would be other times
  measure("warm");
  // On a machine that is never quiet nothing is learned, which is right too.
  const OperatorTable table = times.table(identify_machine(1).first);
  for (const auto& [key, row] : table.steps) CHECK(row.median_ms() > 0.0);
  for (const NetworkTime& network : table.networks) {
    double sum = 0.0;
    for (const auto& [key, count] : network.steps) sum += count * table.steps.at(key).median_ms();
    CHECK(sum > 0.5 * network.ms);
    CHECK(sum < 2.0 * network.ms);
  }
}

}  // namespace
}  // namespace quarry::evaluators
