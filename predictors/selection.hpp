// `auto`: every predictor of the registry guesses rows that it did not see; the best of them, or
// the best mixture of a few, is kept, with a deviation that was checked on those rows.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "predictors/predictor.hpp"

namespace quarry::predictors {

std::vector<OptionSpec> selection_options();

// The standard deviation is calibrated: nine tenths of the held-out rows are within 1.645 of it.
// With fewer than ten rows, or a constant y, it is the interaction process, uncalibrated.
std::unique_ptr<Predictor> make_selection(const OptionValues& options, Columns columns);

// What a selection found, out of its state.
struct SelectionReport {
  struct Candidate {
    std::string name;
    double error = 0.0;   // of the metric it was judged by; NaN if given up after a first try
    double weight = 0.0;  // in what was kept
  };
  std::string metric;  // "rmse" or "mape"
  std::size_t folds = 0;
  std::vector<Candidate> candidates;  // best first, those that were given up last
  Prediction held_out;                // of every training row, by models that did not see it
};

// Throws std::invalid_argument for a state that is not of a selection.
SelectionReport selection_report(const ModelState& state);

}  // namespace quarry::predictors
