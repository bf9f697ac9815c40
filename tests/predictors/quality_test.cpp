#include "predictors/quality.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

namespace quarry::predictors {
namespace {

using Numbers = std::vector<double>;

// By its definition, pair by pair.
double tau_of_all_pairs(const Numbers& a, const Numbers& b) {
  double agreement = 0;
  double untied_a = 0;
  double untied_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const double product = (a[i] - a[j]) * (b[i] - b[j]);
      agreement += product > 0 ? 1 : product < 0 ? -1 : 0;
      untied_a += a[i] != a[j] ? 1 : 0;
      untied_b += b[i] != b[j] ? 1 : 0;
    }
  }
  return agreement / std::sqrt(untied_a * untied_b);
}

TEST_CASE("tau is one for the same order, minus one for the reverse and between for one swap") {
  CHECK(kendall_tau_b(Numbers{1, 2, 3, 4}, Numbers{10, 20, 30, 40}) == 1.0);
  CHECK(kendall_tau_b(Numbers{1, 2, 3, 4}, Numbers{4, 3, 2, 1}) == -1.0);
  CHECK(*kendall_tau_b(Numbers{1, 2, 3, 4}, Numbers{1, 3, 2, 4}) == Approx(4.0 / 6));
}

TEST_CASE("tau with ties is what counting all pairs gives") {
  Numbers a;
  Numbers b;
  std::uint32_t state = 7;
  for (int i = 0; i < 200; ++i) {
    state = state * 1664525U + 1013904223U;
    a.push_back(state >> 28);
    b.push_back((state >> 20) % 16);
  }
  CHECK(*kendall_tau_b(a, b) == Approx(tau_of_all_pairs(a, b)).epsilon(1e-12));
}

TEST_CASE("what is equal everywhere has no rank correlation") {
  CHECK_FALSE(kendall_tau_b(Numbers{1, 1, 1}, Numbers{1, 2, 3}).has_value());
  CHECK_FALSE(kendall_tau_b(Numbers{1, 2, 3}, Numbers{5, 5, 5}).has_value());
  CHECK_FALSE(spearman(Numbers{1, 1, 1}, Numbers{1, 2, 3}).has_value());
  CHECK_FALSE(kendall_tau_b(Numbers{1}, Numbers{1}).has_value());
}

TEST_CASE("Spearman's correlation is that of the ranks, ties in the middle") {
  CHECK(*spearman(Numbers{1, 2, 3}, Numbers{1, 10, 100}) == Approx(1));
  // Ranks 0, 1.5, 1.5, 3 and 0, 1, 2, 3: covariance 4.5 of root(4.5 * 5).
  CHECK(*spearman(Numbers{1, 2, 2, 3}, Numbers{1, 2, 3, 4}) == Approx(4.5 / std::sqrt(22.5)));
}

TEST_CASE("errors, R2 and coverage of four rows") {
  const Numbers y = {1, 2, 4, 5};
  const Numbers guess = {2, 2, 4, 3};
  const Numbers deviation = {1, 0, 1, 1};
  const Quality quality = quality_of(guess, deviation, y);
  CHECK(quality.rows == 4);
  CHECK(quality.rmse == Approx(std::sqrt(5.0 / 4)));
  CHECK(*quality.mape_percent == Approx(100 * (1 + 0.4) / 4));
  CHECK(*quality.r2 == Approx(1 - 5.0 / 10));
  CHECK(*quality.coverage_90 == 0.75);  // 5 is two deviations away
}

TEST_CASE("there is no percentage of a target that is 0, no R2 of equal ones, no coverage alone") {
  const Quality zero = quality_of(Numbers{1, 2}, {}, Numbers{0, 2});
  CHECK_FALSE(zero.mape_percent.has_value());
  CHECK_FALSE(zero.coverage_90.has_value());
  CHECK(zero.r2.has_value());
  CHECK_FALSE(quality_of(Numbers{1, 2}, {}, Numbers{3, 3}).r2.has_value());
}

}  // namespace
}  // namespace quarry::predictors
