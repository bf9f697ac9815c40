// What a gene's choices do to a metric, from a study's own trials: how much of the metric's
// variance goes with the gene, and the metric's distribution for each of its choices. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "search/core/search_space.hpp"
#include "server/studies/study_table.hpp"

namespace quarry::server {

// Of some trials every gene's choice, gene by gene; one more than the last choice where it is dead.
struct GeneLevels {
  std::vector<std::uint32_t> rows;             // the trials' numbers
  std::vector<std::vector<std::uint16_t>> of;  // per gene, one per row
  std::vector<std::size_t> counts;             // per gene: its choices and dead
};
GeneLevels levels_of(const search::SearchSpace& space, const StudyTable& table,
                     std::vector<std::uint32_t> rows);

// The share of the values' variance that goes with the group a value is in: epsilon squared (Kelley
// 1935, PNAS 21(9)), the share of one-way analysis of variance less what as many groups would be
// expected to explain by chance. The last group is that of dead genes: what sets it apart is the
// gene that killed them, so it counts in the whole but not as something explained. 0 where nothing
// is, or where all values are equal.
double explained_share(std::span<const std::uint16_t> groups, std::size_t group_count,
                       std::span<const double> values);

// How a metric is spread among the trials with one choice of a gene.
struct LevelStatistics {
  std::size_t count = 0;
  std::size_t on_front = 0;
  double mean = 0.0;  // this and the quantiles: of those with a value; 0 where there is none
  double low = 0.0;   // a tenth lies below
  double median = 0.0;
  double high = 0.0;  // a tenth lies above
};

// One per group. `order`: the indices of `values` by ascending value, those without one left out;
// empty where no metric is asked for.
std::vector<LevelStatistics> level_statistics(std::span<const std::uint16_t> groups,
                                              std::size_t group_count,
                                              std::span<const double> values,
                                              std::span<const std::uint32_t> order,
                                              std::span<const std::uint8_t> on_front);

std::vector<std::uint32_t> ascending(std::span<const double> values);

// Of numbers in ascending order, between its neighbours where the share falls between two (type 7
// of Hyndman and Fan 1996, American Statistician 50(4)). Precondition: there is one.
double quantile(std::span<const double> ascending_values, double share);

}  // namespace quarry::server
