// What the columns of a Matrix mean, so that every model can encode them in the way that suits it.
#pragma once

#include <cstddef>
#include <vector>

namespace quarry::predictors {

enum class ColumnKind {
  kNumber,      // any finite value
  kOrdinal,     // a level 0 .. levels - 1; neighbouring levels are alike
  kCategorical  // a level 0 .. levels - 1 without an order
};

struct Column {
  ColumnKind kind = ColumnKind::kNumber;
  std::size_t levels = 0;  // of an ordinal or categorical column
  bool operator==(const Column&) const = default;
};

using Columns = std::vector<Column>;

// In an ordinal or categorical column: the thing is not there (the gene is dead).
inline constexpr double kAbsent = -1.0;

}  // namespace quarry::predictors
