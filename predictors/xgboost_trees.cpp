// Tested by tests/predictors/boosted_trees_test.cpp.
#include "predictors/xgboost_trees.hpp"

#include <xgboost/c_api.h>

#include <cstdio>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>

namespace quarry::predictors {
namespace {

void check(int status) {
  if (status != 0) throw std::runtime_error(std::string("XGBoost: ") + XGBGetLastError());
}

struct Freed {
  void operator()(void* booster) const { XGBoosterFree(booster); }
};
struct MatrixFreed {
  void operator()(void* matrix) const { XGDMatrixFree(matrix); }
};

using Nodes = std::map<int, TreeEnsemble::Node>;

// Appends the node and those below it, parents first; returns where it is.
std::int32_t append(const Nodes& from, int id, std::vector<TreeEnsemble::Node>& to) {
  const auto at = static_cast<std::int32_t>(to.size());
  to.push_back(from.at(id));
  if (to.back().feature < 0) return at;
  const std::int32_t left = append(from, from.at(id).left, to);
  const std::int32_t right = append(from, from.at(id).right, to);
  to[static_cast<std::size_t>(at)].left = left;
  to[static_cast<std::size_t>(at)].right = right;
  return at;
}

// A tree as XGBoost prints it: "0:[f3<0.5] yes=1,no=2,missing=1" and "1:leaf=0.25".
std::vector<TreeEnsemble::Node> parse(const char* text) {
  Nodes nodes;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    int id = 0;
    TreeEnsemble::Node node;
    if (std::sscanf(line.c_str(), " %d:[f%d<%f] yes=%d,no=%d", &id, &node.feature, &node.value,
                    &node.left, &node.right) != 5) {
      node = {};
      if (std::sscanf(line.c_str(), " %d:leaf=%f", &id, &node.value) != 2)
        throw std::runtime_error("XGBoost printed a tree that is none: " + line);
    }
    nodes[id] = node;
  }
  std::vector<TreeEnsemble::Node> flat;
  append(nodes, 0, flat);
  return flat;
}

}  // namespace

TreeEnsemble grow_trees(const TreeFeatures& features, const Matrix& x, std::span<const double> y,
                        std::span<const double> weights, int rounds,
                        const std::vector<std::pair<std::string, std::string>>& parameters) {
  std::vector<float> table(x.rows * features.size());
  for (std::size_t i = 0; i < x.rows; ++i)
    features.write(x.row(i), {table.data() + i * features.size(), features.size()});
  // Nothing is missing: an absent level is -1.
  void* handle = nullptr;
  check(XGDMatrixCreateFromMat(table.data(), x.rows, features.size(), -1e30F, &handle));
  const std::unique_ptr<void, MatrixFreed> matrix(handle);
  const std::vector<float> labels(y.begin(), y.end());
  const std::vector<float> counts(weights.begin(), weights.end());
  check(XGDMatrixSetFloatInfo(handle, "label", labels.data(), labels.size()));
  check(XGDMatrixSetFloatInfo(handle, "weight", counts.data(), counts.size()));
  BoosterHandle booster_handle = nullptr;
  check(XGBoosterCreate(&handle, 1, &booster_handle));
  const std::unique_ptr<void, Freed> booster(booster_handle);
  std::vector<std::pair<std::string, std::string>> all = {{"nthread", "1"},
                                                          {"verbosity", "0"},
                                                          {"seed", "1"},
                                                          {"base_score", "0"},
                                                          {"objective", "reg:squarederror"},
                                                          {"disable_default_eval_metric", "1"}};
  all.insert(all.end(), parameters.begin(), parameters.end());
  for (const auto& [name, value] : all)
    check(XGBoosterSetParam(booster_handle, name.c_str(), value.c_str()));
  for (int round = 0; round < rounds; ++round)
    check(XGBoosterUpdateOneIter(booster_handle, round, handle));
  bst_ulong count = 0;
  const char** texts = nullptr;
  check(XGBoosterDumpModelEx(booster_handle, "", 0, "text", &count, &texts));
  TreeEnsemble trees;
  for (bst_ulong t = 0; t < count; ++t) trees.add_tree(parse(texts[t]));
  return trees;
}

}  // namespace quarry::predictors
