// Tested by tests/search/volume_sweep_test.cpp and, through the hypervolume, by
// tests/search/hypervolume_test.cpp.
#include "search/pareto/volume_sweep.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>

namespace quarry::search {

void RankSet::reset(std::size_t bound) {
  depth_ = 0;
  do {
    bound = (bound + 63) / 64;
    if (depth_ == levels_.size()) levels_.emplace_back();
    levels_[depth_++].assign(bound, 0);
  } while (bound > 1);
}

void RankSet::insert(std::uint32_t rank) {
  for (std::size_t level = 0; level < depth_; ++level, rank /= 64)
    levels_[level][rank / 64] |= std::uint64_t{1} << rank % 64;
}

void RankSet::erase(std::uint32_t rank) {
  for (std::size_t level = 0; level < depth_; ++level, rank /= 64) {
    levels_[level][rank / 64] &= ~(std::uint64_t{1} << rank % 64);
    if (levels_[level][rank / 64] != 0) return;
  }
}

std::uint32_t RankSet::largest_below(std::uint32_t rank) const {
  std::size_t level = 0;
  std::uint64_t below = 0;
  for (;; ++level, rank /= 64) {
    assert(level < depth_);
    below = levels_[level][rank / 64] & ((std::uint64_t{1} << rank % 64) - 1);
    if (below != 0) break;
  }
  rank = rank / 64 * 64 + static_cast<std::uint32_t>(std::bit_width(below)) - 1;
  while (level > 0)
    rank = rank * 64 + static_cast<std::uint32_t>(std::bit_width(levels_[--level][rank])) - 1;
  return rank;
}

void VolumeSweep::prepare(std::span<const double> values, std::size_t stride,
                          std::span<const double> reference) {
  values_ = values;
  stride_ = stride;
  std::copy_n(reference.begin(), 3, reference_.begin());
  const std::size_t count = values.size() / stride;
  by_third_.resize(count);
  ranks_.resize(count);
  keys_.resize(count);
  const auto sort_by = [&](std::size_t objective) {
    for (std::size_t i = 0; i < count; ++i)
      keys_[i] = {values[i * stride + objective], static_cast<std::uint32_t>(i)};
    sort_stably(keys_, spare_);
  };
  sort_by(2);
  for (std::size_t position = 0; position < count; ++position)
    by_third_[position] = keys_[position].index;
  sort_by(0);
  for (std::size_t position = 0; position < count; ++position)
    ranks_[keys_[position].index] = static_cast<std::uint32_t>(position) + 1;
  const auto last = static_cast<std::uint32_t>(count) + 1;
  steps_.resize(count + 2);
  steps_.front() = {-kInfinity, reference[1], last};
  // Not a number is above nothing, so that every walk along the steps ends here.
  steps_.back() = {reference[0], std::numeric_limits<double>::quiet_NaN(), last};
}

double VolumeSweep::volume() {
  const std::array<double, 3> nowhere = {-kInfinity, -kInfinity, -kInfinity};
  return volume_within(nowhere.data(), [](std::uint32_t) { return true; });
}

void VolumeSweep::clear_steps() {
  steps_.front().next = static_cast<std::uint32_t>(steps_.size()) - 1;
  alive_.reset(steps_.size());
  alive_.insert(0);
}

double VolumeSweep::add_step(std::uint32_t rank, double first, double second) {
  const std::uint32_t before = alive_.largest_below(rank);
  double top = steps_[before].second;
  if (top <= second) return 0.0;
  double grown = 0.0;
  double left = first;
  std::uint32_t next = steps_[before].next;
  while (steps_[next].second >= second) {
    grown += (steps_[next].first - left) * (top - second);
    left = steps_[next].first;
    top = steps_[next].second;
    alive_.erase(next);
    next = steps_[next].next;
  }
  steps_[rank] = {first, second, next};
  steps_[before].next = rank;
  alive_.insert(rank);
  return grown + (steps_[next].first - left) * (top - second);
}

}  // namespace quarry::search
