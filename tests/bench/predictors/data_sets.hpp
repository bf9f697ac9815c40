// Published measurements of sub-networks as rows for predictors (../shared/data, never copied).
// Networks that were measured more than once are one row, their mean: a copy in the training rows
// must not answer for one in the test rows.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "predictors/column.hpp"
#include "predictors/matrix.hpp"

namespace quarry::bench {

struct DataSet {
  std::string name;
  predictors::Columns columns;
  predictors::Matrix x;
  std::vector<double> y;
  std::size_t genes = 0;  // the first so many columns are genes; those behind are derived
};

// The rows of one published table with every derived feature of its supernet behind the genes;
// nothing, and a line that says so, where the data are not here.
std::optional<DataSet> mobilenet_accuracy();
std::optional<DataSet> bert_accuracy();
std::optional<DataSet> resnet_accuracy();
std::optional<DataSet>
resnet_latency();  // normalised to 0..1, plus 0.2 so that errors have a share
std::optional<DataSet> transformer_bleu();

// HAT's tables of averaged features: latency of encoder plus decoder in ms. `genes` counts the ten
// published features; behind them are products of them that follow the work of a layer.
std::optional<DataSet> hat_latency(const std::string& machine);  // "xeon" or "raspberrypi"

// HAT's ten features, then what there is to do: the work of a layer's parts, the number of layers
// and the decoder's width, which is that of its output layer.
DataSet with_work(const DataSet& hat);
inline constexpr std::size_t kWorkColumns = 6;

// Some of the columns, in order.
DataSet with_columns(const DataSet& all, std::size_t count);

}  // namespace quarry::bench
