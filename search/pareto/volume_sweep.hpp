// Volumes of three objectives by sweeping the third over a staircase of the other two (Fonseca,
// Paquete and Lopez-Ibanez 2006, CEC). One sorting serves any number of sweeps over subsets of the
// points, each seen from inside the box of some corner: what WFG's slices and exclusive volumes are
// made of.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "search/pareto/order.hpp"

namespace quarry::search {

// Of the box between a corner and the reference.
inline double box_volume(std::span<const double> corner, std::span<const double> reference) {
  double volume = 1.0;
  for (std::size_t k = 0; k < corner.size(); ++k) volume *= reference[k] - corner[k];
  return volume;
}

// A set of numbers below a bound; finds the largest member below a number in O(log n) steps of base
// 64, which is two for a thousand.
class RankSet {
 public:
  void reset(std::size_t bound);
  void insert(std::uint32_t rank);
  void erase(std::uint32_t rank);
  // Precondition: there is one.
  std::uint32_t largest_below(std::uint32_t rank) const;

 private:
  // A bit of one level says whether that word of the level below has any.
  std::vector<std::vector<std::uint64_t>> levels_;
  std::size_t depth_ = 0;
};

class VolumeSweep {
 public:
  // `values` holds rows of `stride` >= 3 numbers, of which the first three are looked at; they must
  // be strictly better than the reference and outlive the sweeps.
  void prepare(std::span<const double> values, std::size_t stride,
               std::span<const double> reference);

  // That all the points dominate.
  double volume();

  // That the points i with included(i) dominate inside the box from `corner` to the reference.
  template <typename Included>
  double volume_within(const double* corner, Included included);

 private:
  // By rank in the first objective; 0 and the last stand for the edges of the box.
  struct Step {
    double first;
    double second;
    std::uint32_t next;
  };

  void clear_steps();
  // Returns what the staircase's area grows by.
  double add_step(std::uint32_t rank, double first, double second);

  std::span<const double> values_;
  std::size_t stride_ = 3;
  std::array<double, 3> reference_ = {};
  std::vector<SortKey> keys_, spare_;
  std::vector<std::uint32_t> by_third_;
  std::vector<std::uint32_t> ranks_;
  std::vector<Step> steps_;
  RankSet alive_;
};

template <typename Included>
double VolumeSweep::volume_within(const double* corner, Included included) {
  clear_steps();
  double volume = 0.0;
  double area = 0.0;
  double height = 0.0;
  for (const std::uint32_t i : by_third_) {
    if (!included(i)) continue;
    const double* point = values_.data() + i * stride_;
    const double third = point[2] > corner[2] ? point[2] : corner[2];
    if (area > 0.0) volume += area * (third - height);
    height = third;
    area += add_step(ranks_[i], point[0] > corner[0] ? point[0] : corner[0],
                     point[1] > corner[1] ? point[1] : corner[1]);
  }
  return area > 0.0 ? volume + area * (reference_[2] - height) : 0.0;
}

}  // namespace quarry::search
