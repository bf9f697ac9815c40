// Powers are products and square roots, which every machine rounds alike. Tested by
// tests/search/reference_directions_test.cpp.
#include "search/pareto/reference_directions.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "search/pareto/order.hpp"

namespace quarry::search {
namespace {

void add_lattice(std::size_t coordinate, std::size_t left, std::size_t partitions,
                 std::vector<double>& row, Points& lattice) {
  const auto multiple = [&](std::size_t parts) {
    return static_cast<double>(parts) / static_cast<double>(partitions);
  };
  if (coordinate + 1 == row.size()) {
    row[coordinate] = multiple(left);
    lattice.add(row);
    return;
  }
  for (std::size_t parts = 0; parts <= left; ++parts) {
    row[coordinate] = multiple(parts);
    add_lattice(coordinate + 1, left - parts, partitions, row, lattice);
  }
}

// The gaps between sorted uniform numbers are uniform on the simplex.
void add_random(Points& points, Rng& rng) {
  std::vector<double> cuts = {0.0, 1.0};
  while (cuts.size() <= points.dimensions) cuts.push_back(rng.uniform());
  std::ranges::sort(cuts);
  for (std::size_t k = 0; k < points.dimensions; ++k)
    points.values.push_back(cuts[k + 1] - cuts[k]);
}

double squared_distance(std::span<const double> a, std::span<const double> b) {
  double sum = 0.0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += (a[k] - b[k]) * (a[k] - b[k]);
  return sum;
}

// Greedily the points that are farthest from those chosen, from the first on.
Points spread_out(const Points& pool, std::size_t count) {
  Points chosen(pool.dimensions);
  std::vector<double> distances(pool.size(), std::numeric_limits<double>::infinity());
  std::size_t farthest = 0;
  while (chosen.size() < count) {
    chosen.add(pool[farthest]);
    for (std::size_t i = 0; i < pool.size(); ++i)
      distances[i] = std::min(distances[i], squared_distance(pool[i], pool[farthest]));
    farthest = static_cast<std::size_t>(std::ranges::max_element(distances) - distances.begin());
  }
  return chosen;
}

// Moves a point of the plane to the nearest one of the simplex (Duchi et al. 2008, ICML, figure 1).
void project(std::span<double> point, std::vector<double>& descending) {
  descending.assign(point.begin(), point.end());
  std::ranges::sort(descending, std::greater());
  double sum = 0.0;
  double shift = 0.0;
  for (std::size_t k = 0; k < descending.size(); ++k) {
    sum += descending[k];
    const double needed = (sum - 1.0) / static_cast<double>(k + 1);
    if (descending[k] > needed) shift = needed;
  }
  for (double& value : point) value = std::max(0.0, value - shift);
}

// base^(exponent / 2)
double half_power(double base, std::size_t exponent) {
  double power = exponent % 2 == 1 ? std::sqrt(base) : 1.0;
  for (std::size_t left = exponent / 2; left > 0; left /= 2) {
    if (left % 2 == 1) power *= base;
    base *= base;
  }
  return power;
}

// Points of the simplex that repel each other, and how.
class Repulsion {
 public:
  // Precondition: no two points are equal.
  explicit Repulsion(Points start) : points_(std::move(start)), moved_(points_) {
    for (std::size_t i = 0; i < points_.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j)
        unit_ = std::min(unit_, squared_distance(points_[i], points_[j]));
    }
    energy_ = energy_and_forces(points_, forces_);
  }

  const Points& points() const { return points_; }

  // Moves all points along their forces, none farther than `fraction` of the least distance at the
  // start. False, and none is moved, where the energy would not fall.
  bool step(double fraction) {
    const std::size_t dimensions = points_.dimensions;
    const std::vector<double> still(dimensions);
    double strongest = 0.0;
    for (std::size_t i = 0; i < points_.size(); ++i)
      strongest = std::max(strongest,
                           squared_distance({forces_.data() + i * dimensions, dimensions}, still));
    if (!(strongest > 0.0)) return false;
    const double scale = fraction * std::sqrt(unit_ / strongest);
    for (std::size_t v = 0; v < forces_.size(); ++v)
      moved_.values[v] = points_.values[v] + scale * forces_[v];
    for (std::size_t i = 0; i < moved_.size(); ++i)
      project({moved_.values.data() + i * dimensions, dimensions}, descending_);
    const double energy = energy_and_forces(moved_, forces_there_);
    if (!(energy < energy_)) return false;
    energy_ = energy;
    std::swap(points_, moved_);
    std::swap(forces_, forces_there_);
    return true;
  }

 private:
  // Distances are measured in the least one of the start: no power of theirs is too large then. Two
  // points that meet make the energy infinite or not a number, which no step accepts.
  double energy_and_forces(const Points& points, std::vector<double>& forces) const {
    const std::size_t dimensions = points.dimensions;
    const std::size_t exponent = dimensions * dimensions;
    forces.assign(points.values.size(), 0.0);
    double energy = 0.0;
    for (std::size_t i = 0; i < points.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        const double square = squared_distance(points[i], points[j]);
        const double share = half_power(unit_ / square, exponent);
        energy += share;
        for (std::size_t k = 0; k < dimensions; ++k) {
          const double force = share / square * (points[i][k] - points[j][k]);
          forces[i * dimensions + k] += force;
          forces[j * dimensions + k] -= force;
        }
      }
    }
    return energy;
  }

  Points points_;
  Points moved_;
  std::vector<double> forces_;
  std::vector<double> forces_there_;
  std::vector<double> descending_;
  double unit_ = std::numeric_limits<double>::infinity();
  double energy_ = 0.0;
};

Points descend(Points start) {
  // A thousand steps leave little to gain; large sets get fewer, so that none takes many seconds.
  const double pairs = static_cast<double>(start.size()) * static_cast<double>(start.size());
  const int steps = static_cast<int>(std::clamp(2e8 / pairs, 50.0, 1000.0));
  constexpr double kStandstill = 1e-6;
  Repulsion repulsion(std::move(start));
  double fraction = 0.1;
  for (int step = 0; step < steps && fraction > kStandstill; ++step)
    fraction *= repulsion.step(fraction) ? 1.2 : 0.5;
  return repulsion.points();
}

Points in_lexicographic_order(const Points& points) {
  std::vector<SortKey> order(points.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = {0.0, static_cast<std::uint32_t>(i)};
  std::vector<SortKey> spare;
  sort_lexicographically(points, order, spare);
  Points ordered(points.dimensions);
  for (const SortKey& key : order) ordered.add(points[key.index]);
  return ordered;
}

}  // namespace

std::size_t das_dennis_count(std::size_t dimensions, std::size_t partitions) {
  if (dimensions == 0) return 0;
  constexpr std::size_t kMost = std::numeric_limits<std::size_t>::max();
  // (partitions + dimensions - 1) choose (dimensions - 1), each factor leaving a whole number.
  const std::size_t larger = std::max(partitions, dimensions - 1);
  std::size_t count = 1;
  for (std::size_t k = 1; k <= std::min(partitions, dimensions - 1); ++k) {
    if (larger > kMost - k || count > kMost / (larger + k)) return kMost;
    count = count * (larger + k) / k;
  }
  return count;
}

Points das_dennis_directions(std::size_t dimensions, std::size_t partitions) {
  Points lattice(dimensions);
  if (dimensions == 0) return lattice;
  std::vector<double> row(dimensions, 1.0 / static_cast<double>(dimensions));
  if (partitions == 0) {
    lattice.add(row);
  } else {
    add_lattice(0, partitions, partitions, row, lattice);
  }
  return lattice;
}

std::size_t das_dennis_partitions(std::size_t dimensions, std::size_t count) {
  if (dimensions <= 1) return 1;
  std::size_t low = 1;
  std::size_t high = std::max<std::size_t>(count, 1);  // p partitions have p + 1 directions or more
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (das_dennis_count(dimensions, middle) < count) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

Points riesz_directions(std::size_t dimensions, std::size_t count, Rng& rng) {
  if (dimensions == 0 || count == 0) return Points(dimensions);
  if (dimensions == 1 || count == 1) return das_dennis_directions(dimensions, 0);
  const Points lattice =
      das_dennis_directions(dimensions, das_dennis_partitions(dimensions, count));
  if (dimensions == 2) return lattice;
  if (lattice.size() == count) return in_lexicographic_order(descend(lattice));
  Points pool = lattice;
  for (std::size_t i = 0; i < 20 * count; ++i) add_random(pool, rng);
  return in_lexicographic_order(descend(spread_out(pool, count)));
}

}  // namespace quarry::search
