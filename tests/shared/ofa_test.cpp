// Every published row of once-for-all's supernets: costs must come out to the last digit.
#include <catch2/catch.hpp>

#include "search/network/cost.hpp"
#include "tests/support/dynast_rows.hpp"
#include "tests/support/inc_policy.hpp"
#include "tests/support/python_random.hpp"

namespace quarry::search {
namespace {

constexpr std::size_t kParams = 2;
constexpr std::size_t kMacs = 4;

TEST_CASE("every published MobileNetV3-w1.0 row has the parameters and MACs that Quarry counts") {
  const Supernet supernet = test::builtin_supernet("ofa_mbv3_d234_e346_k357_w1.0");
  for (const auto& [file, count] : {std::pair{"mbnv3w10_evoga_acc.csv", 364},
                                    {"mbnv3w10_evonsga2_acc_macs.csv", 540},
                                    {"mbnv3w10_linasga_acc.csv", 361}}) {
    const std::vector<test::DynastRow> rows = test::shared_rows(file);
    if (rows.empty()) return;
    CHECK(rows.size() == static_cast<std::size_t>(count));
    int exact = 0;
    for (const test::DynastRow& row : rows) {
      const Genome genome = test::genome_of(supernet, row.config);
      const auto cost = supernet.reported_cost(genome, supernet.network(genome));
      exact += cost.params == row.whole(kParams) && cost.macs == row.whole(kMacs) ? 1 : 0;
    }
    CHECK(exact == count);
  }
}

TEST_CASE("MACs as torchprofile counts them are those of DyNAS-T's own test rows") {
  const Supernet supernet = test::builtin_supernet("ofa_mbv3_d234_e346_k357_w1.0");
  const std::vector<test::DynastRow> rows = test::shared_rows("dynast_tests_ofa.csv");
  if (rows.empty()) return;
  CHECK(rows.size() == 10);
  for (const test::DynastRow& row : rows) {
    const Cost cost = cost_of(supernet.network(test::genome_of(supernet, row.config)));
    CHECK(macs(cost, MacConvention::kTorchprofile) == row.whole(kMacs));
    CHECK(cost.params == row.whole(kParams));
  }
}

TEST_CASE("every published row of the quantized ResNet50-D decodes into its 151 genes") {
  const Supernet supernet = test::builtin_supernet("inc_quantization_ofa_resnet50");
  const std::vector<test::DynastRow> rows =
      test::shared_rows("results_ofa_resnet50_quant_first250.csv");
  if (rows.empty()) return;
  CHECK(rows.size() == 250);
  int exact = 0;
  for (const test::DynastRow& row : rows) {
    const Genome genome = test::genome_of(supernet, row.config);
    CHECK(genome.size() == 151);
    const Network network = supernet.network(genome);
    exact += test::policy_text(network) == test::inc_policy(row.config) ? 1 : 0;
  }
  CHECK(exact == 250);
}

TEST_CASE("the quantized ResNet50-D's first rows are Python's samples of seed 42") {
  const Supernet supernet = test::builtin_supernet("inc_quantization_ofa_resnet50");
  const std::vector<test::DynastRow> rows =
      test::shared_rows("results_ofa_resnet50_quant_first250.csv");
  if (rows.empty()) return;
  test::PythonRandom random(42);
  for (std::size_t i = 0; i < 50; ++i) {
    INFO(i);
    CHECK(test::genome_of(supernet, rows[i].config) ==
          supernet.space.canonical(random.genome(supernet.space)));
  }
}

}  // namespace
}  // namespace quarry::search
