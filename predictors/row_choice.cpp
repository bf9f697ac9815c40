// Tested by tests/predictors/row_choice_test.cpp.
#include "predictors/row_choice.hpp"

#include <algorithm>

namespace quarry::predictors {

std::vector<std::size_t> rows_to_fit(std::size_t rows, std::size_t count) {
  std::vector<std::size_t> which;
  const std::size_t best = rows <= count ? rows : count / 2;
  for (std::size_t i = 0; i < best; ++i) which.push_back(i);
  for (std::size_t i = best; i < std::min(rows, count); ++i)
    which.push_back(best + (i - best) * (rows - best) / (count - best));
  return which;
}

Matrix some_rows(const Matrix& x, const std::vector<std::size_t>& which) {
  Matrix some(which.size(), x.columns);
  for (std::size_t i = 0; i < which.size(); ++i)
    std::ranges::copy(x.row(which[i]), some.row(i).begin());
  return some;
}

}  // namespace quarry::predictors
