#include "server/storage/operator_time_store.hpp"

#include <catch2/catch.hpp>

#include "server/storage/database.hpp"
#include "tests/support/server.hpp"

namespace quarry::server {
namespace {

using evaluators::CompiledStep;
using evaluators::NetworkTime;
using evaluators::OperatorTable;
using evaluators::OperatorTimes;

const std::vector<CompiledStep> kSteps = {
    {.bytes = 10, .kind = "linear f32", .shape = "1x2x3", .macs = 6},
    {.bytes = 4, .is_reorder = true, .kind = "reorder", .shape = "f32[4]"}};

// Times that are kept in the folder, opened anew.
struct Kept {
  explicit Kept(const std::string& folder)
      : store(open_database(folder)),
        times(store.load(), [this](const OperatorTimes::Change& change) { store.save(change); }) {}
  OperatorTimeStore store;
  OperatorTimes times;
};

TEST_CASE("a restart keeps the table") {
  const test::TemporaryFolder folder;
  OperatorTable table;
  {
    Kept kept(folder.path());
    kept.times.record("fp_1", 1, kSteps, std::vector<std::vector<double>>{{1.0 / 3.0, 2}}, 5.0);
    kept.times.record("fp_1", 1, kSteps, std::vector<std::vector<double>>{{1, 2}}, std::nullopt);
    kept.times.record("fp_2", 8, std::span(kSteps).first(1), std::vector<std::vector<double>>{{9}},
                      9.5);
    table = kept.times.table("fp_1");
  }
  Kept kept(folder.path());
  CHECK(kept.times.fingerprints() == std::vector<std::string>{"fp_1", "fp_2"});
  CHECK(kept.times.table("fp_1").steps == table.steps);
  CHECK(kept.times.table("fp_1").networks == table.networks);
  CHECK(kept.times.table("fp_1").steps.at("linear f32 1x2x3").recent_ms ==
        std::vector{1.0 / 3.0, 1.0});
  CHECK(kept.times.table("fp_2").networks ==
        std::vector<NetworkTime>{{.rows = 8, .steps = {{"linear f32 1x2x3", 1}}, .ms = 9.5}});
  // And goes on from there.
  kept.times.record("fp_2", 8, std::span(kSteps).first(1), std::vector<std::vector<double>>{{7}},
                    9.0);
  CHECK(Kept(folder.path()).times.table("fp_2").steps.at("linear f32 1x2x3").networks == 2);
}

TEST_CASE("the disk forgets the networks that memory forgets") {
  const test::TemporaryFolder folder;
  Kept kept(folder.path());
  NetworkTime network{.rows = 1, .steps = {{"a", 1}}};
  for (std::size_t i = 0; i < OperatorTable::kNetworks + 3; ++i) {
    network.ms = static_cast<double>(i);
    kept.store.save({.fingerprint = "fp", .steps = {}, .network = network});
  }
  const std::vector<NetworkTime> networks = kept.store.load().at("fp").networks;
  CHECK(networks.size() == OperatorTable::kNetworks);
  CHECK(networks.front().ms == 3.0);
}

TEST_CASE("a model that was saved never changes") {
  const test::TemporaryFolder folder;
  OperatorTimeStore store(open_database(folder.path()));
  CHECK_FALSE(store.model("lm_1").has_value());
  store.save_model("lm_1", "{}");
  store.save_model("lm_1", "[]");
  CHECK(store.model("lm_1") == "{}");
}

}  // namespace
}  // namespace quarry::server
