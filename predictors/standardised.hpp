// Columns of numbers shifted and scaled to mean 0 and deviation 1 in the training rows; columns of
// levels as they are.
#pragma once

#include <span>
#include <vector>

#include "predictors/column.hpp"
#include "predictors/matrix.hpp"
#include "predictors/model_state.hpp"

namespace quarry::predictors {

class Standardised {
 public:
  Standardised() = default;
  // A number that is the same in all rows is left as it is but for its mean.
  Standardised(const Columns& columns, const Matrix& x);

  void apply(std::span<double> row) const;
  Matrix applied(Matrix x) const;

  void save(ModelState& state) const;
  // Throws std::invalid_argument where the state has no such numbers.
  static Standardised restored(const ModelState& state, std::size_t columns);

 private:
  std::vector<double> means_;
  std::vector<double> deviations_;
};

}  // namespace quarry::predictors
