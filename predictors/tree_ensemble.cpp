// Tested by tests/predictors/tree_ensemble_test.cpp.
#include "predictors/tree_ensemble.hpp"

#include <cassert>
#include <stdexcept>

namespace quarry::predictors {

TreeFeatures::TreeFeatures(const Columns& columns) {
  for (std::size_t c = 0; c < columns.size(); ++c) {
    if (columns[c].kind != ColumnKind::kCategorical || columns[c].levels <= 2) {
      features_.push_back({c});
      continue;
    }
    for (std::size_t level = 0; level < columns[c].levels; ++level)
      features_.push_back({c, static_cast<double>(level)});
  }
}

void TreeFeatures::write(std::span<const double> row, std::span<float> features) const {
  assert(features.size() == features_.size());
  for (std::size_t f = 0; f < features_.size(); ++f) {
    const auto& [column, level] = features_[f];
    const double value = row[column];
    features[f] = static_cast<float>(level == -2.0 ? value : value == level ? 1.0 : 0.0);
  }
}

void TreeEnsemble::add_tree(std::span<const Node> nodes) {
  const auto root = static_cast<std::int32_t>(nodes_.size());
  roots_.push_back(root);
  for (Node node : nodes) {
    node.left += root;
    node.right += root;
    nodes_.push_back(node);
  }
}

float TreeEnsemble::value(std::size_t tree, std::span<const float> features) const {
  const Node* node = &nodes_[static_cast<std::size_t>(roots_[tree])];
  while (node->feature >= 0) {
    const bool left = features[static_cast<std::size_t>(node->feature)] < node->value;
    node = &nodes_[static_cast<std::size_t>(left ? node->left : node->right)];
  }
  return node->value;
}

void TreeEnsemble::save(ModelState& state) const {
  state.numbers["tree_roots"] = {roots_.begin(), roots_.end()};
  std::vector<double>& features = state.numbers["node_features"];
  std::vector<double>& values = state.numbers["node_values"];
  std::vector<double>& left = state.numbers["node_left"];
  std::vector<double>& right = state.numbers["node_right"];
  for (const Node& node : nodes_) {
    features.push_back(node.feature);
    values.push_back(static_cast<double>(node.value));
    left.push_back(node.left);
    right.push_back(node.right);
  }
}

TreeEnsemble TreeEnsemble::restored(const ModelState& state, std::size_t features) {
  const auto refuse = [&](const std::string& what) {
    throw std::invalid_argument("the stored state of '" + state.kind + "' has " + what);
  };
  const auto whole = [&](double value, double least, double most) {
    if (!(value >= least && value <= most) || value != static_cast<double>(static_cast<int>(value)))
      refuse("a tree that leads nowhere");
    return static_cast<std::int32_t>(value);
  };
  TreeEnsemble trees;
  const std::vector<double>& of = saved_numbers(state, "node_features");
  const std::size_t count = of.size();
  const std::vector<double>& values = saved_numbers(state, "node_values", count);
  const std::vector<double>& left = saved_numbers(state, "node_left", count);
  const std::vector<double>& right = saved_numbers(state, "node_right", count);
  if (count > 100'000'000) refuse("too many tree nodes");
  const double last = static_cast<double>(count) - 1.0;
  for (std::size_t i = 0; i < count; ++i) {
    Node node{.feature = whole(of[i], -1.0, static_cast<double>(features) - 1.0),
              .value = static_cast<float>(values[i])};
    // Only forward, so that every walk ends.
    const double after = node.feature < 0 ? 0.0 : static_cast<double>(i) + 1.0;
    node.left = whole(left[i], after, last);
    node.right = whole(right[i], after, last);
    trees.nodes_.push_back(node);
  }
  for (const double root : saved_numbers(state, "tree_roots"))
    trees.roots_.push_back(whole(root, 0.0, last));
  return trees;
}

}  // namespace quarry::predictors
