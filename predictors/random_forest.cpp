// Tested by tests/predictors/random_forest_test.cpp.
#include "predictors/random_forest.hpp"

#include <algorithm>
#include <cmath>

#include "predictors/target_scale.hpp"
#include "predictors/training_rows.hpp"
#include "predictors/xgboost_trees.hpp"

namespace quarry::predictors {
namespace {

constexpr const char* kRandomForest = "random_forest";

class RandomForest final : public Predictor {
 public:
  RandomForest(int tree_count, int depth, Columns columns)
      : tree_count_(tree_count), depth_(depth), columns_(std::move(columns)), features_(columns_) {}

  void fit(const Matrix& x, std::span<const double> y, std::span<const double> noise) override {
    require_training_rows(columns_, x, y, noise);
    scale_ = TargetScale::of(y);
    trees_ = {};
    if (scale_.constant()) return;
    trees_ = grow_trees(features_, x, scale_.scaled(y), noise_weights(y, noise), 1,
                        {{"tree_method", "exact"},
                         {"num_parallel_tree", std::to_string(tree_count_)},
                         {"eta", "1"},
                         {"max_depth", std::to_string(depth_)},
                         {"subsample", "0.63"},  // as many distinct rows as a bootstrap sample has
                         {"colsample_bynode", "0.4"},
                         {"min_child_weight", "1"},
                         {"lambda", "0.1"}});
  }

  Prediction predict(const Matrix& x) const override {
    Prediction prediction;
    prediction.mean.assign(x.rows, scale_.mean);
    prediction.standard_deviation.assign(x.rows, 0.0);
    const auto count = static_cast<double>(trees_.trees());
    std::vector<float> features(features_.size());
    for (std::size_t i = 0; i < x.rows && trees_.trees() > 0; ++i) {
      features_.write(x.row(i), features);
      double sum = 0.0;
      double squares = 0.0;
      for (std::size_t t = 0; t < trees_.trees(); ++t) {
        // XGBoost's trees add up to the forest's answer.
        const double answer = count * static_cast<double>(trees_.value(t, features));
        sum += answer;
        squares += answer * answer;
      }
      const double mean = sum / count;
      prediction.mean[i] = scale_.unscaled(mean);
      prediction.standard_deviation[i] =
          scale_.deviation * std::sqrt(std::max(squares / count - mean * mean, 0.0));
    }
    return prediction;
  }

  ModelState save() const override {
    ModelState state = state_of(kRandomForest, columns_);
    scale_.save(state);
    trees_.save(state);
    return state;
  }

  void restore(const ModelState& state) override {
    require_state(state, kRandomForest, columns_);
    RandomForest restored(tree_count_, depth_, columns_);
    restored.scale_ = TargetScale::restored(state);
    restored.trees_ = TreeEnsemble::restored(state, features_.size());
    *this = std::move(restored);
  }

 private:
  int tree_count_;
  int depth_;
  Columns columns_;
  TreeFeatures features_;
  TargetScale scale_;
  TreeEnsemble trees_;
};

}  // namespace

std::vector<OptionSpec> random_forest_options() {
  return {{.name = "trees",
           .fallback = std::int64_t{100},
           .min = 1,
           .max = 10000,
           .help = "that the forest averages"},
          {.name = "depth",
           .fallback = std::int64_t{10},
           .min = 1,
           .max = 20,
           .help = "of a tree: how many columns may act together"}};
}

std::unique_ptr<Predictor> make_random_forest(const OptionValues& options, Columns columns) {
  return std::make_unique<RandomForest>(static_cast<int>(options.integer("trees")),
                                        static_cast<int>(options.integer("depth")),
                                        std::move(columns));
}

}  // namespace quarry::predictors
