// Tested by tests/search/acquisition_test.cpp, against averages over many draws.
#include "search/acquisition/expected_hypervolume.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "search/acquisition/expected_improvement.hpp"

namespace quarry::search {
namespace {

double log_sum(double a, double b) {
  if (a < b) std::swap(a, b);
  return b == -kInfinity ? a : a + std::log1p(std::exp(b - a));
}

// log(exp(a) - exp(b)) for a >= b.
double log_difference(double a, double b) {
  if (!(a > b)) return -kInfinity;
  return b == -kInfinity ? a : a + std::log1p(-std::exp(b - a));
}

}  // namespace

ExpectedHypervolume::ExpectedHypervolume(const Points& front, std::vector<double> reference)
    : dimensions_(reference.size()) {
  assert(dimensions_ >= 1 && dimensions_ <= 3);
  // A missing objective is 0 for everybody and its reference 1: it covers an interval of length 1.
  reference.resize(3, 1.0);
  std::vector<double> zs;
  std::vector<std::uint32_t> by_z;
  for (std::size_t i = 0; i < front.size(); ++i) {
    const auto at = [&](std::size_t k) { return k < dimensions_ ? front[i][k] : 0.0; };
    if (at(2) >= reference[2]) continue;
    by_z.push_back(static_cast<std::uint32_t>(xs_.size()));
    xs_.push_back(at(0));
    ys_.push_back(at(1));
    zs.push_back(at(2));
  }
  const auto corner = static_cast<std::uint32_t>(xs_.size());
  xs_.push_back(reference[0]);
  ys_.push_back(reference[1]);
  std::vector<std::uint32_t> by_x = by_z;
  std::ranges::stable_sort(by_z, {}, [&](std::uint32_t i) { return zs[i]; });
  std::ranges::stable_sort(by_x, {}, [&](std::uint32_t i) { return xs_[i]; });
  double low = -kInfinity;
  for (std::size_t n = 0; n <= by_z.size(); ++n) {
    const double high = n < by_z.size() ? zs[by_z[n]] : reference[2];
    if (!(high > low)) continue;
    Slab slab{.low = low, .high = high, .strips = {}};
    std::uint32_t lowest = corner;
    for (const std::uint32_t i : by_x) {
      if (zs[i] > low || xs_[i] >= reference[0] || ys_[i] >= ys_[lowest]) continue;
      slab.strips.push_back({i, lowest});
      lowest = i;
    }
    slab.strips.push_back({corner, lowest});
    slabs_.push_back(std::move(slab));
    low = high;
  }
  // With fewer than three objectives only the slab between the points and the reference counts.
  if (dimensions_ < 3 && slabs_.size() > 1) slabs_.erase(slabs_.begin());
}

// Y covers (E(high) - E(low)) of an interval, E(bound) being the expected improvement over it.
double ExpectedHypervolume::improvement(std::span<const double> means,
                                        std::span<const double> deviations) const {
  const auto over = [&](double bound, std::size_t k) {
    return k < dimensions_ ? expected_improvement(bound, means[k], deviations[k])
                           : std::max(bound, 0.0);
  };
  std::vector<double> over_x;
  std::vector<double> over_y;
  for (const double x : xs_) over_x.push_back(over(x, 0));
  for (const double y : ys_) over_y.push_back(over(y, 1));
  double total = 0.0;
  double over_low = 0.0;
  for (const Slab& slab : slabs_) {
    const double over_high = dimensions_ == 3 ? over(slab.high, 2) : 1.0;
    double area = 0.0;
    double before = 0.0;
    for (const Strip& strip : slab.strips) {
      area += (over_x[strip.x] - before) * over_y[strip.y];
      before = over_x[strip.x];
    }
    total += (over_high - over_low) * area;
    over_low = over_high;
  }
  return total;
}

double ExpectedHypervolume::log_improvement(std::span<const double> means,
                                            std::span<const double> deviations) const {
  // Where products of three still have all their digits.
  constexpr double kPlainIsExact = 1e-90;
  const double plain = improvement(means, deviations);
  if (plain > kPlainIsExact) return std::log(plain);
  const auto log_over = [&](double bound, std::size_t k) {
    if (k >= dimensions_) return bound > 0.0 ? std::log(bound) : -kInfinity;
    return log_expected_improvement(bound, means[k], deviations[k]);
  };
  double total = -kInfinity;
  double over_low = -kInfinity;
  for (const Slab& slab : slabs_) {
    const double over_high = dimensions_ == 3 ? log_over(slab.high, 2) : 0.0;
    double before = -kInfinity;
    for (const Strip& strip : slab.strips) {
      const double up_to = log_over(xs_[strip.x], 0);
      total = log_sum(total, log_difference(over_high, over_low) + log_difference(up_to, before) +
                                 log_over(ys_[strip.y], 1));
      before = up_to;
    }
    over_low = over_high;
  }
  return total;
}

}  // namespace quarry::search
