// Tested by tests/server/gene_effects_test.cpp.
#include "server/studies/gene_effects.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace quarry::server {

GeneLevels levels_of(const search::SearchSpace& space, const StudyTable& table,
                     std::vector<std::uint32_t> rows) {
  GeneLevels levels{.rows = std::move(rows)};
  for (const search::Gene& gene : space.genes()) levels.counts.push_back(gene.choices.size() + 1);
  levels.of.assign(space.size(), std::vector<std::uint16_t>(levels.rows.size()));
  constexpr std::uint16_t kDead = 0xFFFF;
  std::vector<std::uint16_t> row(space.size());
  for (std::size_t i = 0; i < levels.rows.size(); ++i) {
    space.write_levels(table.genome(levels.rows[i]), row.data(), kDead);
    for (std::size_t g = 0; g < row.size(); ++g)
      levels.of[g][i] = row[g] == kDead ? static_cast<std::uint16_t>(levels.counts[g] - 1) : row[g];
  }
  return levels;
}

double explained_share(std::span<const std::uint16_t> groups, std::size_t group_count,
                       std::span<const double> values) {
  const std::size_t dead = group_count - 1;
  std::vector<double> sums(group_count, 0.0);
  std::vector<double> counts(group_count, 0.0);
  for (std::size_t i = 0; i < values.size(); ++i) {
    sums[groups[i]] += values[i];
    counts[groups[i]] += 1.0;
  }
  const double all = static_cast<double>(values.size());
  const double mean = std::accumulate(sums.begin(), sums.end(), 0.0) / std::max(all, 1.0);
  const double living = all - counts[dead];
  const double living_mean =
      std::accumulate(sums.begin(), sums.end() - 1, 0.0) / std::max(living, 1.0);
  double total = 0.0;
  double total_of_living = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    total += (values[i] - mean) * (values[i] - mean);
    if (groups[i] != dead) total_of_living += (values[i] - living_mean) * (values[i] - living_mean);
  }
  double between = 0.0;
  double present = 0.0;
  for (std::size_t g = 0; g < dead; ++g) {
    if (counts[g] == 0.0) continue;
    present += 1.0;
    const double distance = sums[g] / counts[g] - living_mean;
    between += counts[g] * distance * distance;
  }
  if (total <= 0.0 || living <= present) return 0.0;
  const double within = (total_of_living - between) / (living - present);
  return std::clamp((between - (present - 1.0) * within) / total, 0.0, 1.0);
}

std::vector<std::uint32_t> ascending(std::span<const double> values) {
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i])) order.push_back(i);
  }
  std::ranges::stable_sort(order, {}, [&](std::uint32_t i) { return values[i]; });
  return order;
}

double quantile(std::span<const double> ascending_values, double share) {
  const double place = share * static_cast<double>(ascending_values.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, ascending_values.size() - 1);
  const double part = place - static_cast<double>(below);
  return ascending_values[below] + part * (ascending_values[above] - ascending_values[below]);
}

std::vector<LevelStatistics> level_statistics(std::span<const std::uint16_t> groups,
                                              std::size_t group_count,
                                              std::span<const double> values,
                                              std::span<const std::uint32_t> order,
                                              std::span<const std::uint8_t> on_front) {
  std::vector<LevelStatistics> statistics(group_count);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    ++statistics[groups[i]].count;
    if (on_front[i] != 0) ++statistics[groups[i]].on_front;
  }
  std::vector<std::vector<double>> sorted(group_count);
  for (const std::uint32_t i : order) sorted[groups[i]].push_back(values[i]);
  for (std::size_t g = 0; g < group_count; ++g) {
    if (sorted[g].empty()) continue;
    statistics[g].mean = std::accumulate(sorted[g].begin(), sorted[g].end(), 0.0) /
                         static_cast<double>(sorted[g].size());
    statistics[g].low = quantile(sorted[g], 0.1);
    statistics[g].median = quantile(sorted[g], 0.5);
    statistics[g].high = quantile(sorted[g], 0.9);
  }
  return statistics;
}

}  // namespace quarry::server
