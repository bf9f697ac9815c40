// One number per level of every column, added up: what OFA's and DyNAS's latency look-up tables
// are, learned from whole networks. Fitted by backfitting (Buja, Hastie and Tibshirani 1989) with a
// penalty on each number; a column of numbers adds a straight line.
#pragma once

#include <memory>
#include <vector>

#include "predictors/predictor.hpp"

namespace quarry::predictors {

std::vector<OptionSpec> additive_table_options();

// The penalty is that of a grid with the least error on five folds; the standard deviation is that
// error, the same for every row. With fewer than ten rows the grid's middle is taken, and y's
// deviation. A level that no row had adds nothing.
std::unique_ptr<Predictor> make_additive_table(const OptionValues& options, Columns columns);

}  // namespace quarry::predictors
