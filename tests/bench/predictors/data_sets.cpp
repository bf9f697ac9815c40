#include "tests/bench/predictors/data_sets.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <span>

#include "search/supernets/feature_recipe.hpp"
#include "tests/support/dynast_rows.hpp"

namespace quarry::bench {
namespace {

using predictors::ColumnKind;
using search::Genome;

struct Table {
  const char* name;
  const char* supernet;
  std::vector<const char*> files;
  std::size_t column;
  double offset = 0.0;
};

std::vector<std::string> all_derived() {
  std::vector<std::string> names;
  for (const search::DerivedFeature& feature : search::derived_features())
    names.push_back(feature.name);
  return names;
}

std::optional<DataSet> read(const Table& table) {
  const search::Supernet supernet = test::builtin_supernet(table.supernet);
  std::vector<Genome> genomes;
  std::map<Genome, std::vector<double>> measured;
  for (const char* file : table.files) {
    for (const test::DynastRow& row : test::shared_rows(file)) {
      const Genome genome = test::genome_of(supernet, row.config);
      std::vector<double>& values = measured[genome];
      if (values.empty()) genomes.push_back(genome);
      values.push_back(std::stod(row.cells.at(table.column)) + table.offset);
    }
  }
  if (genomes.empty()) return std::nullopt;
  const search::FeatureRecipe recipe = search::feature_recipe(supernet, all_derived());
  DataSet data{.name = table.name,
               .columns = recipe.columns(),
               .x = recipe.rows(supernet, genomes),
               .y = {},
               .genes = supernet.space.size()};
  for (const Genome& genome : genomes) {
    const std::vector<double>& values = measured[genome];
    double sum = 0.0;
    for (const double value : values) sum += value;
    data.y.push_back(sum / static_cast<double>(values.size()));
  }
  return data;
}

constexpr std::size_t kHatFeatures = 10;

// What a layer of HAT's space computes, from the averages over the layers: proportional to its
// multiply-accumulates for one token (reference.md, section 1.4), and how often that is done.
std::vector<double> hat_products(const std::vector<double>& cells) {
  const double encoder = cells[0];
  const double encoder_layers = cells[1];
  const double encoder_ffn = cells[2];
  const double decoder = cells[4];
  const double layers = cells[5];
  const double ffn = cells[6];
  const double keys = cells[9];
  return {encoder_layers * encoder * (2048 + 2 * encoder_ffn),
          layers * decoder * 3072,
          layers * decoder * 2 * ffn,
          layers * keys * encoder * 1024,
          layers * cells[7],
          layers * cells[8],
          layers * keys};
}

}  // namespace

std::optional<DataSet> mobilenet_accuracy() {
  return read({.name = "OFA MobileNetV3-w1.0 top-1",
               .supernet = "ofa_mbv3_d234_e346_k357_w1.0",
               .files = {"mbnv3w10_evoga_acc.csv", "mbnv3w10_evonsga2_acc_macs.csv",
                         "mbnv3w10_linasga_acc.csv"},
               .column = 5});
}

std::optional<DataSet> bert_accuracy() {
  return read({.name = "BERT SST-2 accuracy",
               .supernet = "bert_base_sst2",
               .files = {"bert_sst2_params_first500.csv"},
               .column = 5});
}

std::optional<DataSet> resnet_accuracy() {
  return read({.name = "OFA-ResNet50 + INT8 policy top-1",
               .supernet = "inc_quantization_ofa_resnet50",
               .files = {"results_ofa_resnet50_quant_first250.csv"},
               .column = 5});
}

std::optional<DataSet> resnet_latency() {
  return read({.name = "OFA-ResNet50 + INT8 policy latency + 0.2",
               .supernet = "inc_quantization_ofa_resnet50",
               .files = {"results_ofa_resnet50_quant_first250.csv"},
               .column = 3,
               .offset = 0.2});
}

std::optional<DataSet> transformer_bleu() {
  return read({.name = "TransformerLT BLEU",
               .supernet = "transformer_lt_wmt_en_de",
               .files = {"results_transformerlt_macs_first250.csv"},
               .column = 5});
}

std::optional<DataSet> hat_latency(const std::string& machine) {
  std::vector<std::vector<double>> rows;
  std::vector<double> y;
  for (const std::vector<std::string>& cells :
       test::shared_table("wmt14ende_cpu_" + machine + "_all.csv")) {
    std::vector<double> features;
    for (std::size_t c = 0; c < kHatFeatures; ++c) features.push_back(std::stod(cells.at(c)));
    const std::vector<double> products = hat_products(features);
    features.insert(features.end(), products.begin(), products.end());
    rows.push_back(std::move(features));
    y.push_back(std::stod(cells.at(kHatFeatures)) + std::stod(cells.at(kHatFeatures + 1)));
  }
  if (rows.empty()) return std::nullopt;
  DataSet data{.name = machine == "xeon" ? "HAT latency, Xeon" : "HAT latency, Raspberry Pi",
               .columns = predictors::Columns(rows.front().size()),
               .x = predictors::Matrix(rows.size(), rows.front().size()),
               .y = std::move(y),
               .genes = kHatFeatures};
  for (std::size_t i = 0; i < rows.size(); ++i) std::ranges::copy(rows[i], data.x.row(i).begin());
  return data;
}

DataSet with_work(const DataSet& hat) {
  constexpr std::size_t kLayers = 5;
  constexpr std::size_t kWidth = 4;
  const std::array<std::size_t, kWorkColumns> work = {
      kHatFeatures, kHatFeatures + 1, kHatFeatures + 2, kHatFeatures + 3, kLayers, kWidth};
  DataSet data = with_columns(hat, kHatFeatures);
  data.columns.resize(kHatFeatures + work.size());
  data.x = predictors::Matrix(hat.x.rows, data.columns.size());
  for (std::size_t i = 0; i < hat.x.rows; ++i) {
    const std::span<double> row = data.x.row(i);
    std::ranges::copy(hat.x.row(i).first(kHatFeatures), row.begin());
    for (std::size_t k = 0; k < work.size(); ++k) row[kHatFeatures + k] = hat.x.row(i)[work[k]];
  }
  return data;
}

DataSet with_columns(const DataSet& all, std::size_t count) {
  DataSet some{.name = all.name,
               .columns = {all.columns.begin(), all.columns.begin() + static_cast<long>(count)},
               .x = predictors::Matrix(all.x.rows, count),
               .y = all.y,
               .genes = all.genes};
  for (std::size_t i = 0; i < all.x.rows; ++i)
    std::ranges::copy(all.x.row(i).first(count), some.x.row(i).begin());
  return some;
}

}  // namespace quarry::bench
