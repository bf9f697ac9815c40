// Every supernet inside the binary can be measured: its smallest network compiles in all
// its phases, and runs to finite numbers with made-up weights.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "evaluators/onednn/calibration.hpp"
#include "evaluators/onednn/compiled_network.hpp"
#include "evaluators/onednn/weight_cache.hpp"
#include "search/supernets/facts.hpp"
#include "tests/support/manifests.hpp"

namespace quarry::evaluators {
namespace {

// Empty when every phase of the network runs.
std::string trouble(const search::Supernet& supernet, const search::Genome& genome) {
  WeightCache cache(std::size_t{1} << 30);
  for (const search::Phase& phase : supernet.phases(genome)) {
    const CompileResult compiled =
        compile(phase.network, PseudoRandomWeights{}, plausible_calibration(phase.network),
                {.batch = phase.rows, .threads = 2}, &cache);
    if (!compiled.network) return phase.name + ": " + compiled.failure;
    std::ranges::fill(compiled.network->input(), 1.0F);
    compiled.network->run();
    const auto output = compiled.network->output();
    if (!std::ranges::all_of(output, [](float x) { return std::isfinite(x); }))
      return phase.name + ": not finite";
  }
  return "";
}

TEST_CASE("the smallest network of every built-in supernet runs") {
  for (const search::BuiltinSupernet& builtin : search::builtin_supernets()) {
    const search::Supernet supernet = test::load(builtin.manifest);
    INFO(supernet.name);
    CHECK(trouble(supernet, search::extreme_genome(supernet.space, false)) == "");
  }
}

TEST_CASE("an integer policy of every quantized supernet runs") {
  for (const char* name : {"bert_base_sst2_quantized", "vit_base_imagenet_quantized",
                           "beit3_base_quantized", "inc_quantization_ofa_resnet50"}) {
    const search::Supernet supernet = test::builtin_supernet(name);
    INFO(name);
    CHECK(trouble(supernet, test::baseline(supernet, "smallest int8")) == "");
  }
}

}  // namespace
}  // namespace quarry::evaluators
