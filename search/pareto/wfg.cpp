// Tested by tests/search/hypervolume_test.cpp, against inclusion-exclusion on small sets.
#include "search/pareto/wfg.hpp"

#include <algorithm>
#include <cassert>

#include "search/pareto/dominance.hpp"

namespace quarry::search {

Wfg::Wfg(std::span<const double> reference)
    : reference_(reference.begin(), reference.end()),
      levels_(reference.size() + 1),
      corner_(reference.size()) {
  assert(reference.size() >= 3);
}

double Wfg::volume(const Points& points) {
  levels_[points.dimensions].rows.clear();
  for (std::size_t i = 0; i < points.size(); ++i) add_row(points[i]);
  return volume_of_rows(points.dimensions);
}

// Keeps the rows of a level free of dominated ones and of copies.
void Wfg::add_row(std::span<const double> row) {
  const std::size_t objectives = row.size();
  std::vector<double>& rows = levels_[objectives].rows;
  std::size_t kept = 0;
  for (std::size_t at = 0; at < rows.size(); at += objectives) {
    const std::span<const double> other(rows.data() + at, objectives);
    // Where that is so, the row has beaten none of those before.
    if (weakly_dominates(other, row)) return;
    if (weakly_dominates(row, other)) continue;
    if (kept != at) std::ranges::copy(other, rows.begin() + static_cast<std::ptrdiff_t>(kept));
    kept += objectives;
  }
  rows.resize(kept);
  rows.insert(rows.end(), row.begin(), row.end());
}

double Wfg::volume_of_rows(std::size_t objectives) {
  const Level& level = levels_[objectives];
  const std::size_t count = level.rows.size() / objectives;
  if (count == 0) return 0.0;
  if (count == 1) return box_volume(level.rows, reference_);
  if (objectives == 3) {
    sweep_.prepare(level.rows, 3, reference_);
    return sweep_.volume();
  }
  // By the last objective: a row is limited by those before it, and all that they leave of it lies
  // between its own last objective and the reference's. That slice has one objective less.
  sort_by_last(objectives);
  const std::size_t last = objectives - 1;
  if (last == 3) sweep_.prepare(level.sorted, objectives, reference_);
  double volume = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::span<const double> row(level.sorted.data() + i * objectives, objectives);
    const double covered =
        last == 3 ? sweep_.volume_within(row.data(), [i](std::uint32_t j) { return j < i; })
                  : limited_volume(objectives, i);
    volume += (box_volume(row.first(last), reference_) - covered) * (reference_[last] - row[last]);
  }
  return volume;
}

void Wfg::sort_by_last(std::size_t objectives) {
  Level& level = levels_[objectives];
  level.keys.resize(level.rows.size() / objectives);
  for (std::size_t i = 0; i < level.keys.size(); ++i)
    level.keys[i] = {level.rows[(i + 1) * objectives - 1], static_cast<std::uint32_t>(i)};
  sort_stably(level.keys, level.spare);
  level.sorted.clear();
  for (const SortKey& key : level.keys) {
    const double* row = level.rows.data() + key.index * objectives;
    level.sorted.insert(level.sorted.end(), row, row + objectives);
  }
}

// In all objectives but the last, what the rows before number i dominate of what it does.
double Wfg::limited_volume(std::size_t objectives, std::size_t i) {
  const Level& level = levels_[objectives];
  const std::size_t last = objectives - 1;
  const double* row = level.sorted.data() + i * objectives;
  levels_[last].rows.clear();
  for (std::size_t j = 0; j < i; ++j) {
    std::transform(row, row + last, level.sorted.data() + j * objectives, corner_.begin(),
                   [](double a, double b) { return std::max(a, b); });
    add_row({corner_.data(), last});
  }
  return volume_of_rows(last);
}

}  // namespace quarry::search
