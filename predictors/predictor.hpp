// A predictor learns a number from rows of features and says how sure it is. Numbers in, numbers
// out.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "predictors/column.hpp"
#include "predictors/matrix.hpp"
#include "predictors/options.hpp"

namespace quarry::predictors {

struct Prediction {
  std::vector<double> mean;                // one per row, in the unit of y
  std::vector<double> standard_deviation;  // one per row, >= 0
};

// Deterministic: the same rows in the same order give the same predictions. Not thread-safe while
// fitting.
class Predictor {
 public:
  virtual ~Predictor() = default;

  // x has at least one row and the columns that the predictor was made for, y as many values as x
  // has rows, all finite. Fitting again forgets what was fitted before.
  virtual void fit(const Matrix& x, std::span<const double> y) = 0;

  // Like fit(), but may keep what was slow to learn in the last fit (how relevant each column is)
  // and only take in the rows: for a few more of them.
  virtual void update(const Matrix& x, std::span<const double> y) { fit(x, y); }

  // One prediction per row of x, in order.
  virtual Prediction predict(const Matrix& x) const = 0;
};

struct PredictorEntry {
  std::string name;
  std::string summary;
  std::vector<OptionSpec> options;
  std::unique_ptr<Predictor> (*make)(const OptionValues& options, Columns columns);
};

std::span<const PredictorEntry> predictor_registry();

// nullptr when there is none of that name.
const PredictorEntry* find_predictor(std::string_view name);

}  // namespace quarry::predictors
