// The fronts of a ranking under way (ENS, Zhang et al. 2015, IEEE TEC 19(2)). They meet the points
// in lexicographic order: no point is dominated by a later one, and an earlier one dominates it or
// equals it that is nowhere worse in the objectives after the first. beats(f, i), a member of front
// f does so to point i, is monotone in f: a bisection finds the first front that takes i in.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "search/pareto/dominance.hpp"
#include "search/pareto/points.hpp"

namespace quarry::search {

// Two objectives: a front's latest member has its smallest second objective; it alone decides.
class LowestOfFronts {
 public:
  LowestOfFronts(const Points& points, RankingScratch& scratch)
      : values_(points.values.data()), lowest_(scratch.lowest) {
    lowest_.clear();
  }
  std::uint32_t count() const { return static_cast<std::uint32_t>(lowest_.size()); }
  bool beats(std::uint32_t front, std::uint32_t i) const { return lowest_[front] <= second(i); }
  // Bisects without a branch on the data: random points would make every other guess wrong.
  std::uint32_t first_to_take(std::uint32_t i) const {
    const double* front = lowest_.data();
    std::size_t left = lowest_.size();
    while (left > 1) {
      const std::size_t half = left / 2;
      front += front[half - 1] <= second(i) ? half : 0;
      left -= half;
    }
    const bool beaten = left == 1 && *front <= second(i);
    return static_cast<std::uint32_t>(front - lowest_.data()) + (beaten ? 1 : 0);
  }
  void join(std::uint32_t front, std::uint32_t i) {
    if (front == count()) lowest_.push_back(0.0);
    lowest_[front] = second(i);
  }

 private:
  double second(std::uint32_t i) const { return values_[std::size_t{2} * i + 1]; }

  const double* values_;
  std::vector<double>& lowest_;
};

template <typename Fronts>
std::uint32_t bisect_fronts(const Fronts& fronts, std::uint32_t i) {
  std::uint32_t front = 0;
  for (std::uint32_t left = fronts.count(); left > 0;) {
    const std::uint32_t half = left / 2;
    const bool beaten = fronts.beats(front + half, i);
    front += beaten ? half + 1 : 0;
    left = beaten ? left - half - 1 : half;
  }
  return front;
}

// Three objectives: of each front the members that no other beats in the second and the third, by
// ascending second and so by descending third: a bisection finds the one that decides.
class StairsOfFronts {
 public:
  StairsOfFronts(const Points& points, RankingScratch& scratch)
      : values_(points.values.data()), stairs_(scratch.stairs) {}
  std::uint32_t count() const { return count_; }
  bool beats(std::uint32_t front, std::uint32_t i) const {
    const std::vector<Step>& steps = stairs_[front];
    const Step step = step_of(i);
    const Step* base = steps.data();
    std::size_t left = steps.size();
    while (left > 1) {
      const std::size_t half = left / 2;
      base += base[half].second <= step.second ? half : 0;
      left -= half;
    }
    return base->second <= step.second && base->third <= step.third;
  }
  std::uint32_t first_to_take(std::uint32_t i) const { return bisect_fronts(*this, i); }
  void join(std::uint32_t front, std::uint32_t i) {
    if (front == count_) {
      if (++count_ > stairs_.size()) stairs_.emplace_back();
      stairs_[front].clear();
    }
    std::vector<Step>& steps = stairs_[front];
    const Step step = step_of(i);
    const auto begin = std::ranges::lower_bound(steps, step.second, {}, &Step::second);
    const auto end = std::find_if(begin, steps.end(),
                                  [&](const Step& other) { return other.third < step.third; });
    if (begin == end) {
      steps.insert(begin, step);
    } else {
      *begin = step;
      steps.erase(begin + 1, end);
    }
  }

 private:
  using Step = RankingScratch::Step;
  Step step_of(std::uint32_t i) const {
    return {values_[std::size_t{3} * i + 1], values_[std::size_t{3} * i + 2]};
  }

  const double* values_;
  std::vector<std::vector<Step>>& stairs_;
  std::uint32_t count_ = 0;
};

// Any number of objectives: every member, the latest first, which is the most likely to dominate.
class MembersOfFronts {
 public:
  MembersOfFronts(const Points& points, RankingScratch& scratch)
      : points_(points), latest_(scratch.latest), earlier_(scratch.earlier) {
    latest_.clear();
    earlier_.resize(points.size());
  }
  std::uint32_t count() const { return static_cast<std::uint32_t>(latest_.size()); }
  bool beats(std::uint32_t front, std::uint32_t i) const {
    const std::span<const double> point = points_[i];
    for (std::uint32_t m = latest_[front]; m != kNone; m = earlier_[m]) {
      const std::span<const double> member = points_[m];
      std::size_t k = 1;
      while (k < point.size() && member[k] <= point[k]) ++k;
      if (k >= point.size()) return true;
    }
    return false;
  }
  std::uint32_t first_to_take(std::uint32_t i) const { return bisect_fronts(*this, i); }
  void join(std::uint32_t front, std::uint32_t i) {
    if (front == count()) latest_.push_back(kNone);
    earlier_[i] = latest_[front];
    latest_[front] = i;
  }

 private:
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
  const Points& points_;
  std::vector<std::uint32_t>& latest_;
  std::vector<std::uint32_t>& earlier_;
};

}  // namespace quarry::search
