// Regression trees as flat arrays, and the features that they split: what boosted trees and the
// forest have learned, whoever grew them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "predictors/column.hpp"
#include "predictors/matrix.hpp"
#include "predictors/model_state.hpp"

namespace quarry::predictors {

// An ordinal column is its level (an absent one -1), a number is itself, a categorical column of
// more than two levels one feature per level.
class TreeFeatures {
 public:
  explicit TreeFeatures(const Columns& columns);
  std::size_t size() const { return features_.size(); }
  void write(std::span<const double> row, std::span<float> features) const;

 private:
  struct Feature {
    std::size_t column = 0;
    double level = -2.0;  // the feature says whether the column has it; -2 = it is the value
  };
  std::vector<Feature> features_;
};

class TreeEnsemble {
 public:
  struct Node {
    std::int32_t feature = -1;  // -1 = a leaf
    float value = 0.0F;         // of a leaf; else rows with a smaller feature go left
    std::int32_t left = 0;      // children come after their parent
    std::int32_t right = 0;
  };

  void add_tree(std::span<const Node> nodes);  // children counted from the tree's root, node 0
  std::size_t trees() const { return roots_.size(); }
  float value(std::size_t tree, std::span<const float> features) const;

  void save(ModelState& state) const;
  // Throws std::invalid_argument unless every walk through it ends at a leaf.
  static TreeEnsemble restored(const ModelState& state, std::size_t features);

 private:
  std::vector<Node> nodes_;
  std::vector<std::int32_t> roots_;
};

}  // namespace quarry::predictors
