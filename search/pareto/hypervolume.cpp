// Tested by tests/search/hypervolume_test.cpp, against inclusion-exclusion on small sets.
#include "search/pareto/hypervolume.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <vector>

#include "search/pareto/dominance.hpp"

namespace quarry::search {
namespace {

bool strictly_better(std::span<const double> point, std::span<const double> reference) {
  for (std::size_t k = 0; k < point.size(); ++k) {
    if (!(point[k] < reference[k])) return false;
  }
  return true;
}

std::vector<std::size_t> order_by(const Points& points, std::size_t objective) {
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return points[i][objective]; });
  return order;
}

double sweep_2d(const Points& points, std::span<const double> reference) {
  double volume = 0.0;
  double lowest = reference[1];
  for (const std::size_t i : order_by(points, 0)) {
    if (points[i][1] >= lowest) continue;
    volume += (reference[0] - points[i][0]) * (lowest - points[i][1]);
    lowest = points[i][1];
  }
  return volume;
}

// The area below a two-objective staircase, kept up to date as points join it in any order.
class Staircase {
 public:
  Staircase(double reference_x, double reference_y)
      : reference_x_(reference_x), reference_y_(reference_y) {}

  double area() const { return area_; }

  void insert(double x, double y) {
    // steps_: x -> y with y falling as x grows; a new point covers from its x to where the stairs
    // reach below its y.
    auto after = steps_.upper_bound(x);
    const double above = after == steps_.begin() ? reference_y_ : std::prev(after)->second;
    if (above <= y) return;
    double left = x;
    double top = above;
    while (after != steps_.end() && after->second >= y) {
      area_ += (after->first - left) * (top - y);
      left = after->first;
      top = after->second;
      after = steps_.erase(after);
    }
    const double right = after == steps_.end() ? reference_x_ : after->first;
    area_ += (right - left) * (top - y);
    steps_[x] = y;
  }

 private:
  double reference_x_;
  double reference_y_;
  double area_ = 0.0;
  std::map<double, double> steps_;
};

double sweep_3d(const Points& points, std::span<const double> reference) {
  Staircase stairs(reference[0], reference[1]);
  double volume = 0.0;
  double height = reference[2];
  bool first = true;
  for (const std::size_t i : order_by(points, 2)) {
    if (!first) volume += stairs.area() * (points[i][2] - height);
    first = false;
    height = points[i][2];
    stairs.insert(points[i][0], points[i][1]);
  }
  return first ? 0.0 : volume + stairs.area() * (reference[2] - height);
}

Points non_dominated_points(const Points& points) {
  Points kept(points.dimensions);
  for (const std::size_t i : non_dominated(points)) kept.add(points[i]);
  return kept;
}

double volume_of(const Points& points, std::span<const double> reference) {
  if (points.size() == 0) return 0.0;
  if (points.dimensions == 1) return reference[0] - *std::ranges::min_element(points.values);
  if (points.dimensions == 2) return sweep_2d(points, reference);
  if (points.dimensions == 3) return sweep_3d(points, reference);
  double volume = 0.0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    double box = 1.0;
    for (std::size_t k = 0; k < points.dimensions; ++k) box *= reference[k] - points[i][k];
    // What the later points already cover of this one's box, seen from inside the box.
    Points limited(points.dimensions);
    for (std::size_t j = i + 1; j < points.size(); ++j) {
      std::vector<double> corner(points.dimensions);
      for (std::size_t k = 0; k < points.dimensions; ++k)
        corner[k] = std::max(points[i][k], points[j][k]);
      limited.add(corner);
    }
    volume += box - volume_of(non_dominated_points(limited), reference);
  }
  return volume;
}

}  // namespace

double hypervolume(const Points& points, std::span<const double> reference) {
  Points inside(points.dimensions);
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (strictly_better(points[i], reference)) inside.add(points[i]);
  }
  return volume_of(points.dimensions > 3 ? non_dominated_points(inside) : inside, reference);
}

double hypervolume_gain(const Points& points, std::span<const double> candidate,
                        std::span<const double> reference) {
  if (!strictly_better(candidate, reference)) return 0.0;
  double box = 1.0;
  for (std::size_t k = 0; k < candidate.size(); ++k) box *= reference[k] - candidate[k];
  Points limited(points.dimensions);
  std::vector<double> corner(points.dimensions);
  for (std::size_t i = 0; i < points.size(); ++i) {
    for (std::size_t k = 0; k < points.dimensions; ++k)
      corner[k] = std::max(points[i][k], candidate[k]);
    limited.add(corner);
  }
  return box - hypervolume(limited, reference);
}

}  // namespace quarry::search
