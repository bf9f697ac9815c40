// Tested by tests/predictors/part_sums_test.cpp.
#include "predictors/part_sums.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace quarry::predictors {

using Eigen::Index;
using Eigen::Map;
using Eigen::VectorXf;

namespace {

constexpr std::size_t kMostLevels = 32;  // of a group: its table should stay in the cache
constexpr std::size_t kAtOnce = 4;

using Sources = std::array<const float*, kAtOnce>;

// Each sum by itself and in this order, however many the processor does at once.
inline __attribute__((always_inline)) void add(const Sources& from, float* to, Index count) {
  for (Index i = 0; i < count; ++i) to[i] += (from[0][i] + from[1][i]) + (from[2][i] + from[3][i]);
}

void add_plainly(const Sources& from, float* to, Index count) { add(from, to, count); }

#if defined(__x86_64__)
__attribute__((target("avx2"))) void add_wide(const Sources& from, float* to, Index count) {
  add(from, to, count);
}
bool is_wide() { return __builtin_cpu_supports("avx2") != 0; }
#else
void add_wide(const Sources& from, float* to, Index count) { add(from, to, count); }
bool is_wide() { return false; }
#endif

std::size_t level_count(const Column& column) { return column.levels + 1; }  // the last: absent

}  // namespace

PartSums::PartSums(const Columns& columns, const ColumnParts& parts, VectorXf weights,
                   VectorXf decays)
    : columns_(columns),
      weights_(std::move(weights)),
      decays_(std::move(decays)),
      nothing_(VectorXf::Zero(2 * parts.rows())) {
  std::vector<std::size_t> waiting;
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (columns[c].kind == ColumnKind::kNumber) {
      numbers_.push_back(c);
      continue;
    }
    if (!waiting.empty() &&
        level_count(columns[waiting[0]]) * level_count(columns[c]) > kMostLevels)
      add_group(parts, std::exchange(waiting, {}));
    waiting.push_back(c);
    if (waiting.size() == 2) add_group(parts, std::exchange(waiting, {}));
  }
  if (!waiting.empty()) add_group(parts, std::move(waiting));
}

void PartSums::add_group(const ColumnParts& parts, std::vector<std::size_t> which) {
  Group group{std::move(which), {}};
  std::size_t places = 1;
  for (const std::size_t c : group.columns) places *= level_count(columns_[c]);
  group.table.resize(2 * parts.rows(), static_cast<Index>(places));
  std::vector<double> row(columns_.size(), 0.0);
  for (std::size_t at = 0; at < places; ++at) {
    std::size_t rest = at;
    for (const std::size_t c : group.columns) {
      row[c] = static_cast<double>(rest % level_count(columns_[c]));
      rest /= level_count(columns_[c]);
    }
    group.table.col(static_cast<Index>(at)) = of_parts(parts, row, group.columns);
  }
  groups_.push_back(std::move(group));
}

VectorXf PartSums::of_parts(const ColumnParts& parts, std::span<const double> row,
                            std::span<const std::size_t> which) const {
  const Index rows = parts.rows();
  VectorXf sums = VectorXf::Zero(2 * rows);
  VectorXf scratch;
  for (Index p = 0; p < parts.parts(); ++p) {
    if (std::ranges::find(which, parts.column(p)) == which.end()) continue;
    sums.head(rows) += weights_[p] * Map<const VectorXf>(parts.likeness(p, row, scratch), rows);
    if (parts.has_distance(p))
      sums.tail(rows) += decays_[p] * Map<const VectorXf>(parts.distance(p, row, scratch), rows);
  }
  return sums;
}

Index PartSums::place(const Group& group, std::span<const double> row) const {
  std::size_t at = 0;
  for (std::size_t k = group.columns.size(); k-- > 0;) {
    const Column& column = columns_[group.columns[k]];
    const double value = row[group.columns[k]];
    const bool known = value >= 0.0 && value < static_cast<double>(column.levels);
    at = at * level_count(column) + (known ? static_cast<std::size_t>(value) : column.levels);
  }
  return static_cast<Index>(at);
}

void PartSums::operator()(const ColumnParts& parts, std::span<const double> row,
                          VectorXf& sums) const {
  static const auto kAdd = is_wide() ? &add_wide : &add_plainly;
  if (numbers_.empty()) {
    sums.setZero(nothing_.size());
  } else {
    sums = of_parts(parts, row, numbers_);
  }
  for (std::size_t first = 0; first < groups_.size(); first += kAtOnce) {
    Sources from;
    from.fill(nothing_.data());
    for (std::size_t k = 0; k < std::min(kAtOnce, groups_.size() - first); ++k) {
      const Group& group = groups_[first + k];
      from[k] = group.table.col(place(group, row)).data();
    }
    kAdd(from, sums.data(), sums.size());
  }
}

}  // namespace quarry::predictors
