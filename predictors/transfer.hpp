// A predictor for one machine made from that of another and a few measurements (10 to 30 anchor
// networks). Two ways are tried, and the one kept that guesses left-out anchors better: a curve
// that never falls, which turns the source's prediction into the target's and keeps its ranks
// (MonotoneCalibration), and a straight line of the source's prediction and what each column adds
// to it on the target (RobustLine).
#pragma once

#include <memory>

#include "predictors/predictor.hpp"

namespace quarry::predictors {

// Which of the columns is read by what; they may overlap.
struct TransferColumns {
  Columns all;
  std::size_t source = 0;  // the first so many, by the source
  std::size_t line = 0;    // the last so many, by the line: best few, that say what there is to do
};

// `source` is fitted. fit() takes the anchors; how noisy each is, is not used: stragglers are
// found. One anchor gives the same prediction everywhere.
std::unique_ptr<Predictor> make_transfer(std::unique_ptr<Predictor> source,
                                         TransferColumns columns);

// What save() of a transfer wrote, its source included. Throws std::invalid_argument for a state
// that is not such a one.
std::unique_ptr<Predictor> restored_transfer(const ModelState& state, TransferColumns columns);

}  // namespace quarry::predictors
