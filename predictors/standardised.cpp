// Tested by tests/predictors/standardised_test.cpp.
#include "predictors/standardised.hpp"

#include <cmath>
#include <stdexcept>

namespace quarry::predictors {

Standardised::Standardised(const Columns& columns, const Matrix& x)
    : means_(columns.size(), 0.0), deviations_(columns.size(), 1.0) {
  const auto count = static_cast<double>(x.rows);
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (columns[c].kind != ColumnKind::kNumber) continue;
    double square = 0.0;
    for (std::size_t i = 0; i < x.rows; ++i) means_[c] += x.row(i)[c] / count;
    for (std::size_t i = 0; i < x.rows; ++i)
      square += (x.row(i)[c] - means_[c]) * (x.row(i)[c] - means_[c]) / count;
    if (square > 0.0) deviations_[c] = std::sqrt(square);
  }
}

void Standardised::apply(std::span<double> row) const {
  for (std::size_t c = 0; c < row.size(); ++c) row[c] = (row[c] - means_[c]) / deviations_[c];
}

Matrix Standardised::applied(Matrix x) const {
  for (std::size_t i = 0; i < x.rows; ++i) apply(x.row(i));
  return x;
}

void Standardised::save(ModelState& state) const {
  state.numbers["column_means"] = means_;
  state.numbers["column_deviations"] = deviations_;
}

Standardised Standardised::restored(const ModelState& state, std::size_t columns) {
  Standardised standardised;
  standardised.means_ = saved_numbers(state, "column_means", columns);
  standardised.deviations_ = saved_numbers(state, "column_deviations", columns);
  for (const double deviation : standardised.deviations_) {
    if (!(deviation > 0.0))
      throw std::invalid_argument("the stored state of '" + state.kind +
                                  "' has a column deviation that is not positive");
  }
  return standardised;
}

}  // namespace quarry::predictors
