#include "predictors/standardised.hpp"

#include <catch2/catch.hpp>

#include "predictors/target_scale.hpp"

namespace quarry::predictors {
namespace {

TEST_CASE("numbers get mean 0 and deviation 1, levels stay, a constant loses its mean only") {
  Matrix x(2, 3);
  x.values = {1, 2, 7, 5, kAbsent, 7};
  const Standardised standardised({{}, {ColumnKind::kOrdinal, 3}, {}}, x);
  CHECK(standardised.applied(x).values == std::vector<double>{-1, 2, 0, 1, kAbsent, 0});
}

TEST_CASE("targets go to mean 0 and deviation 1 and back") {
  const TargetScale scale = TargetScale::of(std::vector<double>{1, 5});
  CHECK(scale.scaled(std::vector<double>{1, 5}) == std::vector<double>{-1, 1});
  CHECK(scale.unscaled(-1) == 1);
  CHECK(TargetScale::of(std::vector<double>{0.1, 0.1, 0.1}).constant());
}

}  // namespace
}  // namespace quarry::predictors
