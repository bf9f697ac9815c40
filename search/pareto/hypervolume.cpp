// Tested by tests/search/hypervolume_test.cpp, against inclusion-exclusion on small sets.
#include "search/pareto/hypervolume.hpp"

#include <algorithm>
#include <array>
#include <cassert>

#include "search/pareto/order.hpp"
#include "search/pareto/volume_sweep.hpp"
#include "search/pareto/wfg.hpp"

namespace quarry::search {
namespace {

bool strictly_better(std::span<const double> point, std::span<const double> reference) {
  bool better = true;
  for (std::size_t k = 0; k < point.size(); ++k) better &= point[k] < reference[k];
  return better;
}

// By the first objective, though not sorted.
std::vector<SortKey> keys_inside(const Points& points, std::span<const double> reference) {
  std::vector<SortKey> keys;
  keys.reserve(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (strictly_better(points[i], reference))
      keys.push_back({points[i][0], static_cast<std::uint32_t>(i)});
  }
  return keys;
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
  std::vector<SortKey> keys = keys_inside(points, reference);
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
  std::vector<SortKey> order = keys_inside(points, reference);
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

// What `candidate` alone dominates beside the points other than `left_out`. A point that is worse
// in one objective only has all of the candidate's box from there on, which cuts the box down to
// where few points have a share: none of them, on a dense front.
double exclusive_volume(const Points& points, std::span<const double> candidate,
                        std::size_t left_out, std::span<const double> reference) {
  std::vector<double> corner(reference.begin(), reference.end());
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (i == left_out) continue;
    const std::span<const double> point = points[i];
    std::size_t worse = 0;
    std::size_t where = 0;
    for (std::size_t k = 0; k < point.size(); ++k) {
      const bool is_worse = point[k] > candidate[k];
      where = is_worse ? k : where;
      worse += is_worse ? 1 : 0;
    }
    if (worse == 0) return 0.0;
    if (worse == 1) corner[where] = std::min(corner[where], point[where]);
  }
  Points shares(points.dimensions);
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (i == left_out || !strictly_better(points[i], corner)) continue;
    for (std::size_t k = 0; k < candidate.size(); ++k)
      shares.values.push_back(std::max(points[i][k], candidate[k]));
  }
  const double box = box_volume(candidate, corner);
  return shares.size() == 0 ? box : std::max(0.0, box - hypervolume(shares, corner));
}

}  // namespace

double hypervolume(const Points& points, std::span<const double> reference) {
  assert(reference.size() == points.dimensions);
  if (points.dimensions == 2) return area(points, reference);
  Points inside(points.dimensions);
  inside.values.reserve(points.values.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (strictly_better(points[i], reference)) inside.add(points[i]);
  }
  if (inside.size() == 0) return 0.0;
  if (points.dimensions == 1) return reference[0] - std::ranges::min(inside.values);
  if (points.dimensions > 3) return Wfg(reference).volume(inside);
  VolumeSweep sweep;
  sweep.prepare(inside.values, 3, reference);
  return sweep.volume();
}

double hypervolume_gain(const Points& points, std::span<const double> candidate,
                        std::span<const double> reference) {
  assert(candidate.size() == points.dimensions && reference.size() == points.dimensions);
  if (!strictly_better(candidate, reference)) return 0.0;
  if (points.dimensions == 2) return gain_of_two(points, candidate, reference);
  return exclusive_volume(points, candidate, points.size(), reference);
}

std::vector<double> hypervolume_contributions(const Points& points,
                                              std::span<const double> reference) {
  assert(reference.size() == points.dimensions);
  if (points.dimensions == 2) return contributions_of_two(points, reference);
  std::vector<double> contributions(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (strictly_better(points[i], reference))
      contributions[i] = exclusive_volume(points, points[i], i, reference);
  }
  return contributions;
}

}  // namespace quarry::search
