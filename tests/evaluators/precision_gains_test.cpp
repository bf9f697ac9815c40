#include "evaluators/precision_gains.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "evaluators/onednn/onednn_info.hpp"

namespace quarry::evaluators {
namespace {

TEST_CASE(
    "every precision that a gene offers and the machine runs is timed on the gene's operators") {
  const SupernetLibrary library = SupernetLibrary::builtin();
  const LoadedSupernet& supernet = *library.find("fashion_vit");
  NetworkPool pool;
  const PrecisionGains found = measure_precision_gains(supernet, pool, {.threads = 1}, 1);
  REQUIRE(found.failure == "");
  const auto genes = supernet.supernet().space.genes();
  std::size_t expected = 0;
  for (const search::Gene& gene : genes) {
    for (std::size_t c = 0; c < gene.choices.size(); ++c) {
      const auto precision = search::precision_of(gene, static_cast<search::Choice>(c));
      const auto runs = executable_precisions();
      if (precision && *precision != search::Precision::kF32 &&
          std::ranges::find(runs, *precision) != runs.end())
        ++expected;
    }
  }
  CHECK(found.gains.size() == expected);
  for (const PrecisionGain& gain : found.gains) {
    INFO(genes[gain.gene].name);
    REQUIRE_FALSE(gain.operators.empty());
    CHECK(gain.f32_ms > 0.0);
    CHECK(gain.ms > 0.0);
  }
}

TEST_CASE("a choice that saves less than timing can tell is idle") {
  CHECK(PrecisionGain{.f32_ms = 1.0, .ms = 0.98}.is_idle());
  CHECK_FALSE(PrecisionGain{.f32_ms = 1.0, .ms = 0.5}.is_idle());
}

}  // namespace
}  // namespace quarry::evaluators
