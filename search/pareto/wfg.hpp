// The hypervolume of four and more objectives as a sum of exclusive volumes: WFG (While, Bradstreet
// and Barone 2012, IEEE TEC 16(1)) with its slicing and limit sets without dominated members. The
// last slice has three objectives, not two: one sorting then serves the sweeps of all limit sets.
#pragma once

#include <span>
#include <vector>

#include "search/pareto/order.hpp"
#include "search/pareto/points.hpp"
#include "search/pareto/volume_sweep.hpp"

namespace quarry::search {

// Holds the memory that the recursion works in; the volumes do not depend on what came before.
class Wfg {
 public:
  // At least three objectives.
  explicit Wfg(std::span<const double> reference);

  // Of points that are strictly better than the reference.
  double volume(const Points& points);

 private:
  // What one depth of the recursion holds: rows of as many numbers as it has objectives.
  struct Level {
    std::vector<double> rows;
    std::vector<double> sorted;
    std::vector<SortKey> keys;
    std::vector<SortKey> spare;
  };

  void add_row(std::span<const double> row);
  void sort_by_last(std::size_t objectives);
  double volume_of_rows(std::size_t objectives);
  double limited_volume(std::size_t objectives, std::size_t i);

  std::vector<double> reference_;
  std::vector<Level> levels_;  // by number of objectives
  std::vector<double> corner_;
  VolumeSweep sweep_;
};

}  // namespace quarry::search
