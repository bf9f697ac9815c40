#include "evaluators/latency.hpp"

#include <catch2/catch.hpp>

#include "evaluators/evaluator.hpp"
#include "evaluators/onednn/reference.hpp"

namespace quarry::evaluators {
namespace {

constexpr LatencyProtocol kShort{.min_samples = 5, .relative_width = 1.0, .max_seconds = 0.2};

TEST_CASE("a measurement says how it came about") {
  const auto network = make_reference_network(1);
  LatencyMeter meter({.protocol = kShort});
  const auto measured = meter.measure(*network, {});
  REQUIRE(measured.has_value());
  std::string names;
  for (const auto& [name, value] : latency_detail(*measured)) names += name + " ";
  CHECK(names ==
        "blocks converged disturbed disturbed_blocks drift interrupted_samples load mean_ms p95_ms "
        "p99_ms realtime width_reached ");
  CHECK(measured->summary.median_ms > 0.0);
}

TEST_CASE("a profile has a time for every step") {
  const auto network = make_reference_network(2);
  LatencyMeter meter({.threads = 2, .protocol = kShort});
  const auto profile = meter.profile(*network, {});
  REQUIRE(profile.has_value());
  CHECK(profile->step_ms.size() == network->steps().size());
  CHECK(profile->whole_ms > 0.0);
}

TEST_CASE("with cold caches a network is measured too") {
  const auto network = make_reference_network(1);
  LatencyMeter meter({.cold = true, .protocol = kShort});
  const auto measured = meter.measure(*network, {});
  REQUIRE(measured.has_value());
  CHECK(measured->summary.samples >= 5);
}

TEST_CASE("a measurement that is stopped is none") {
  const SupernetLibrary library = SupernetLibrary::builtin();
  const LoadedSupernet& supernet = *library.find("fashion_vit");
  NetworkPool pool;
  const EvaluatorEntry* entry = find_evaluator("onednn");
  std::stop_source stop;
  stop.request_stop();
  const auto evaluator = entry->make({supernet, pool}, OptionValues::defaults(entry->options));
  const search::Genome& genome = supernet.supernet().baselines.back().genome;
  CHECK(evaluator->evaluate(std::span(&genome, 1), stop.get_token()).front().failure == "stopped");
}

}  // namespace
}  // namespace quarry::evaluators
