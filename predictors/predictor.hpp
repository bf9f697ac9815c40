// A predictor learns a number from rows of features and says how sure it is. Numbers in, numbers
// out.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "predictors/column.hpp"
#include "predictors/matrix.hpp"
#include "predictors/model_state.hpp"
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

  // x has at least one row and the columns that the predictor was made for, y one value per row.
  // `noise` is the standard deviation of each y's measurement, in its unit; empty = unknown, then
  // all rows count alike. Fitting again forgets what was fitted before. Throws
  // std::invalid_argument for other shapes, and where a number is not finite
  // (training_rows.hpp); the model is then what it was.
  virtual void fit(const Matrix& x, std::span<const double> y,
                   std::span<const double> noise = {}) = 0;

  // Like fit(), but may keep what was slow to learn in the last fit (how relevant each column is)
  // and only take in the rows: for a few more of them.
  virtual void update(const Matrix& x, std::span<const double> y,
                      std::span<const double> noise = {}) {
    fit(x, y, noise);
  }

  // One prediction per row of x, in order.
  virtual Prediction predict(const Matrix& x) const = 0;

  // What the last fit learned. restore() in a predictor of the same entry and columns makes it
  // predict the same to the last bit; it throws std::invalid_argument for a state that is not such
  // a one, and the model is then what it was.
  virtual ModelState save() const = 0;
  virtual void restore(const ModelState& state) = 0;
};

struct PredictorEntry {
  std::string name;
  std::string summary;
  std::vector<OptionSpec> options;
  std::unique_ptr<Predictor> (*make)(const OptionValues& options, Columns columns);
  // One of the few that the searches' own "auto" chooses among, between two batches: quick to fit
  // and to update. (The entry "auto" of this registry chooses among all.)
  bool in_searches = false;
};

std::span<const PredictorEntry> predictor_registry();

// nullptr when there is none of that name.
const PredictorEntry* find_predictor(std::string_view name);

}  // namespace quarry::predictors
