// Tested by tests/search/hypervolume_test.cpp, against inclusion-exclusion on small sets.
#include "search/pareto/hypervolume.hpp"

#include <algorithm>
#include <array>
#include <cassert>

#include "search/pareto/dominance.hpp"
#include "search/pareto/order.hpp"
#include "search/pareto/volume_sweep.hpp"
#include "search/pareto/wfg.hpp"

namespace quarry::search {
namespace {

bool strictly_better(std::span<const double> point, std::span<const double> reference) {
  for (std::size_t k = 0; k < point.size(); ++k) {
    if (!(point[k] < reference[k])) return false;
  }
  return true;
}

// The points that are strictly better than the reference, and what they are called outside.
struct Inside {
  Points points;
  std::vector<std::size_t> indices;
};

Inside inside(const Points& points, std::span<const double> reference) {
  Inside found{Points(points.dimensions), {}};
  found.points.values.reserve(points.values.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!strictly_better(points[i], reference)) continue;
    found.points.add(points[i]);
    found.indices.push_back(i);
  }
  return found;
}

// The area below a staircase whose points come by ascending first objective.
class AreaSweep {
 public:
  AreaSweep(double right, double top) : right_(right), lowest_(top) {}
  void add(double first, double second) {
    if (second >= lowest_) return;
    area_ += (right_ - first) * (lowest_ - second);
    lowest_ = second;
  }
  double area() const { return area_; }

 private:
  double right_;
  double lowest_;
  double area_ = 0.0;
};

double area(const Points& points, std::span<const double> reference) {
  std::vector<SortKey> keys;
  keys.reserve(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (strictly_better(points[i], reference))
      keys.push_back({points[i][0], static_cast<std::uint32_t>(i)});
  }
  std::vector<SortKey> spare;
  sort_stably(keys, spare);
  AreaSweep sweep(reference[0], reference[1]);
  for (const SortKey& key : keys) sweep.add(key.value, points[key.index][1]);
  return sweep.area();
}

// The candidate's own rectangle ends where another point goes as low or as far; inside of it lie
// only points that the candidate dominates, and they have their area already.
double gain_of_two(const Points& points, std::span<const double> candidate,
                   std::span<const double> reference) {
  double right = reference[0];
  double top = reference[1];
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (points[i][1] <= candidate[1]) right = std::min(right, points[i][0]);
    if (points[i][0] <= candidate[0]) top = std::min(top, points[i][1]);
  }
  if (!(candidate[0] < right && candidate[1] < top)) return 0.0;
  const std::array<double, 2> corner = {right, top};
  const double rectangle = (right - candidate[0]) * (top - candidate[1]);
  AreaSweep sweep(right, top);
  double latest = candidate[0];
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!strictly_better(points[i], corner)) continue;
    if (points[i][0] < latest) return std::max(0.0, rectangle - area(points, corner));
    latest = points[i][0];
    sweep.add(points[i][0], points[i][1]);
  }
  return std::max(0.0, rectangle - sweep.area());
}

std::vector<double> contributions_of_two(const Points& points, std::span<const double> reference) {
  std::vector<double> exclusive(points.size());
  std::vector<SortKey> order(points.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = {0.0, static_cast<std::uint32_t>(i)};
  std::vector<SortKey> spare;
  sort_lexicographically(points, order, spare);
  double top = reference[1];
  for (std::size_t begin = 0; begin < order.size();) {
    const std::span<const double> point = points[order[begin].index];
    std::size_t end = begin + 1;
    while (end < order.size() && points[order[end].index][1] >= point[1]) ++end;
    const double right = end < order.size() ? points[order[end].index][0] : reference[0];
    // Between this member of the front and the next lie the points that it dominates.
    AreaSweep shared(right, top);
    for (std::size_t j = begin + 1; j < end; ++j)
      shared.add(points[order[j].index][0], points[order[j].index][1]);
    exclusive[order[begin].index] =
        std::max(0.0, (right - point[0]) * (top - point[1]) - shared.area());
    top = point[1];
    begin = end;
  }
  return exclusive;
}

// Exact where a difference of volumes might leave a rounding error.
bool adds_nothing(const Points& points, std::span<const double> candidate, std::size_t left_out) {
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (i != left_out && weakly_dominates(points[i], candidate)) return true;
  }
  return false;
}

// One sorting serves the sweeps of all the points' boxes.
std::vector<double> contributions_of_three(const Points& points,
                                           std::span<const double> reference) {
  VolumeSweep sweep;
  sweep.prepare(points.values, 3, reference);
  std::vector<double> exclusive(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (adds_nothing(points, points[i], i)) continue;
    const double shared =
        sweep.volume_within(points[i].data(), [i](std::uint32_t j) { return j != i; });
    exclusive[i] = std::max(0.0, box_volume(points[i], reference) - shared);
  }
  return exclusive;
}

// What `candidate` has alone beside the points other than `left_out`.
double exclusive_length(const Points& points, double candidate, std::size_t left_out,
                        double reference) {
  double best = reference;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (i != left_out) best = std::min(best, points[i][0]);
  }
  return std::max(0.0, best - candidate);
}

}  // namespace

double hypervolume(const Points& points, std::span<const double> reference) {
  assert(reference.size() == points.dimensions);
  if (points.dimensions == 2) return area(points, reference);
  const Points inner = inside(points, reference).points;
  if (inner.size() == 0) return 0.0;
  if (points.dimensions == 1) return reference[0] - std::ranges::min(inner.values);
  if (points.dimensions > 3) return Wfg(reference).volume(inner);
  VolumeSweep sweep;
  sweep.prepare(inner.values, 3, reference);
  return sweep.volume();
}

double hypervolume_gain(const Points& points, std::span<const double> candidate,
                        std::span<const double> reference) {
  assert(candidate.size() == points.dimensions && reference.size() == points.dimensions);
  if (!strictly_better(candidate, reference)) return 0.0;
  if (points.dimensions == 1)
    return exclusive_length(points, candidate[0], points.size(), reference[0]);
  if (points.dimensions == 2) return gain_of_two(points, candidate, reference);
  const Points inner = inside(points, reference).points;
  if (points.dimensions > 3) return Wfg(reference).exclusive(inner, candidate, inner.size());
  if (adds_nothing(inner, candidate, inner.size())) return 0.0;
  VolumeSweep sweep;
  sweep.prepare(inner.values, 3, reference);
  const double shared = sweep.volume_within(candidate.data(), [](std::uint32_t) { return true; });
  return std::max(0.0, box_volume(candidate, reference) - shared);
}

std::vector<double> hypervolume_contributions(const Points& points,
                                              std::span<const double> reference) {
  assert(reference.size() == points.dimensions);
  const auto [inner, indices] = inside(points, reference);
  std::vector<double> exclusive(inner.size());
  if (points.dimensions == 1) {
    for (std::size_t i = 0; i < inner.size(); ++i)
      exclusive[i] = exclusive_length(inner, inner[i][0], i, reference[0]);
  } else if (points.dimensions == 2) {
    exclusive = contributions_of_two(inner, reference);
  } else if (points.dimensions == 3) {
    exclusive = contributions_of_three(inner, reference);
  } else if (points.dimensions > 3) {
    Wfg wfg(reference);
    for (std::size_t i = 0; i < inner.size(); ++i) exclusive[i] = wfg.exclusive(inner, inner[i], i);
  }
  std::vector<double> contributions(points.size());
  for (std::size_t i = 0; i < inner.size(); ++i) contributions[indices[i]] = exclusive[i];
  return contributions;
}

}  // namespace quarry::search
