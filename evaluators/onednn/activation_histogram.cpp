// Tested by tests/evaluators/activation_histogram_test.cpp.
#include "evaluators/onednn/activation_histogram.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace quarry::evaluators {
namespace {

// Bins [first, last) of a histogram.
struct Window {
  std::size_t first = 0;
  std::size_t last = 0;
  std::size_t size() const { return last - first; }
};

// Of what is inside the window, with what is outside counted at its ends, against the same rounded
// to `levels` levels. Infinite where rounding leaves no weight to values that are there.
double divergence(std::span<const std::uint64_t> counts, const Window& window, std::size_t levels) {
  std::vector<double> exact(window.size());
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const std::size_t bin = std::clamp(i, window.first, window.last - 1) - window.first;
    exact[bin] += static_cast<double>(counts[i]);
  }
  // The rounded histogram knows nothing of what was cut off, and spreads the weight of a level
  // evenly over those of its bins that hold anything.
  std::vector<double> rounded(window.size());
  for (std::size_t level = 0; level < levels; ++level) {
    const std::size_t begin = level * window.size() / levels;
    const std::size_t end = (level + 1) * window.size() / levels;
    double weight = 0.0;
    std::size_t held = 0;
    for (std::size_t i = begin; i < end; ++i) {
      weight += static_cast<double>(counts[window.first + i]);
      held += exact[i] > 0.0 ? 1 : 0;
    }
    for (std::size_t i = begin; i < end; ++i) {
      if (exact[i] > 0.0) rounded[i] = weight / static_cast<double>(held);
    }
  }
  const double all_exact = std::accumulate(exact.begin(), exact.end(), 0.0);
  const double all_rounded = std::accumulate(rounded.begin(), rounded.end(), 0.0);
  double sum = 0.0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    if (!(exact[i] > 0.0)) continue;
    if (!(rounded[i] > 0.0)) return std::numeric_limits<double>::infinity();
    const double p = exact[i] / all_exact;
    sum += p * std::log(p / (rounded[i] / all_rounded));
  }
  return sum;
}

}  // namespace

ActivationHistogram::ActivationHistogram(ActivationRange range, std::size_t bins)
    : range_{std::min(range.low, 0.0F), std::max(range.high, 0.0F)}, counts_(bins) {}

float ActivationHistogram::edge(std::size_t bin) const {
  const float share = static_cast<float>(bin) / static_cast<float>(counts_.size());
  return bin == counts_.size() ? range_.high : range_.low + share * (range_.high - range_.low);
}

void ActivationHistogram::add(std::span<const float> values) {
  const float width = range_.high - range_.low;
  if (!(width > 0.0F)) {
    counts_[0] += values.size();
    return;
  }
  const float scale = static_cast<float>(counts_.size()) / width;
  const auto last = static_cast<float>(counts_.size() - 1);
  for (const float value : values)
    ++counts_[static_cast<std::size_t>(std::clamp((value - range_.low) * scale, 0.0F, last))];
}

ActivationRange percentile_range(const ActivationHistogram& histogram, double share) {
  const std::span<const std::uint64_t> counts = histogram.counts();
  const double all =
      static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
  const double spared = all * (1.0 - share) / 2.0;
  std::size_t first = 0;
  std::size_t last = counts.size();
  double below = 0.0;
  while (first + 1 < last && below + static_cast<double>(counts[first]) <= spared)
    below += static_cast<double>(counts[first++]);
  double above = 0.0;
  while (last > first + 1 && above + static_cast<double>(counts[last - 1]) <= spared)
    above += static_cast<double>(counts[--last]);
  return {std::min(histogram.edge(first), 0.0F), std::max(histogram.edge(last), 0.0F)};
}

ActivationRange divergence_range(const ActivationHistogram& histogram, int levels) {
  const std::span<const std::uint64_t> counts = histogram.counts();
  const auto codes = static_cast<std::size_t>(levels);
  std::size_t zero = 0;  // the bin of 0
  while (zero + 1 < counts.size() && histogram.edge(zero + 1) <= 0.0F) ++zero;
  const std::size_t reach = std::max(zero + 1, counts.size() - zero);
  Window best{0, counts.size()};
  double least = std::numeric_limits<double>::infinity();
  constexpr std::size_t kCandidates = 128;
  for (std::size_t candidate = 1; candidate <= kCandidates; ++candidate) {
    const std::size_t distance = reach * candidate / kCandidates;
    const Window window{zero - std::min(zero, distance),
                        std::min(counts.size(), zero + std::max<std::size_t>(distance, 1))};
    if (window.size() < codes) continue;  // as many levels as bins: nothing would be rounded
    const double distance_to_exact = divergence(counts, window, codes);
    if (distance_to_exact >= least) continue;
    least = distance_to_exact;
    best = window;
  }
  return {histogram.edge(best.first), histogram.edge(best.last)};
}

}  // namespace quarry::evaluators
