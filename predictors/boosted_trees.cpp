// Tested by tests/predictors/boosted_trees_test.cpp.
#include "predictors/boosted_trees.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "predictors/row_choice.hpp"
#include "predictors/target_scale.hpp"
#include "predictors/training_rows.hpp"
#include "predictors/xgboost_trees.hpp"

namespace quarry::predictors {
namespace {

constexpr const char* kBoostedTrees = "boosted_trees";
constexpr std::size_t kHeldOut = 5;  // every fifth row

struct BoostingOptions {
  int trees = 200;
  int depth = 4;
  double learning_rate = 0.08;
};

class BoostedTrees final : public Predictor {
 public:
  BoostedTrees(const BoostingOptions& options, Columns columns)
      : options_(options), columns_(std::move(columns)), features_(columns_) {}

  void fit(const Matrix& x, std::span<const double> y, std::span<const double> noise) override {
    require_training_rows(columns_, x, y, noise);
    scale_ = TargetScale::of(y);
    trees_ = {};
    standard_deviation_ = scale_.deviation;
    if (scale_.constant()) return;
    const std::vector<double> targets = scale_.scaled(y);
    const std::vector<double> weights = noise_weights(y, noise);
    const int count = x.rows < 2 * kHeldOut ? options_.trees : best_count(x, targets, weights);
    trees_ = grow(x, targets, weights, count);
  }

  Prediction predict(const Matrix& x) const override {
    Prediction prediction;
    prediction.standard_deviation.assign(x.rows, standard_deviation_);
    std::vector<float> features(features_.size());
    for (std::size_t i = 0; i < x.rows; ++i) {
      features_.write(x.row(i), features);
      double sum = 0.0;
      for (std::size_t t = 0; t < trees_.trees(); ++t)
        sum += static_cast<double>(trees_.value(t, features));
      prediction.mean.push_back(scale_.unscaled(sum));
    }
    return prediction;
  }

  ModelState save() const override {
    ModelState state = state_of(kBoostedTrees, columns_);
    scale_.save(state);
    trees_.save(state);
    state.numbers["standard_deviation"] = {standard_deviation_};
    return state;
  }

  void restore(const ModelState& state) override {
    require_state(state, kBoostedTrees, columns_);
    BoostedTrees restored(options_, columns_);
    restored.scale_ = TargetScale::restored(state);
    restored.trees_ = TreeEnsemble::restored(state, features_.size());
    restored.standard_deviation_ = saved_deviation(state);
    *this = std::move(restored);
  }

 private:
  TreeEnsemble grow(const Matrix& x, std::span<const double> y, std::span<const double> weights,
                    int count) const {
    return grow_trees(features_, x, y, weights, count,
                      {{"tree_method", "exact"},
                       {"eta", std::to_string(options_.learning_rate)},
                       {"max_depth", std::to_string(options_.depth)},
                       {"subsample", "0.8"},
                       {"colsample_bynode", "0.4"},
                       {"min_child_weight", "2"},
                       {"lambda", "1"}});
  }

  // The number of trees with the least error on the held-out rows.
  int best_count(const Matrix& x, const std::vector<double>& y,
                 const std::vector<double>& weights) {
    std::vector<std::size_t> kept;
    std::vector<double> kept_y;
    std::vector<double> kept_weights;
    for (std::size_t i = 0; i < x.rows; ++i) {
      if (i % kHeldOut == 0) continue;
      kept.push_back(i);
      kept_y.push_back(y[i]);
      kept_weights.push_back(weights[i]);
    }
    const TreeEnsemble trees = grow(some_rows(x, kept), kept_y, kept_weights, options_.trees);
    std::vector<double> errors(trees.trees(), 0.0);
    std::vector<float> features(features_.size());
    double total = 0.0;
    for (std::size_t i = 0; i < x.rows; i += kHeldOut) {
      features_.write(x.row(i), features);
      double sum = 0.0;
      total += weights[i];
      for (std::size_t t = 0; t < trees.trees(); ++t) {
        sum += static_cast<double>(trees.value(t, features));
        errors[t] += weights[i] * (sum - y[i]) * (sum - y[i]);
      }
    }
    const auto best = std::ranges::min_element(errors);
    standard_deviation_ = scale_.deviation * std::sqrt(*best / total);
    return static_cast<int>(best - errors.begin()) + 1;
  }

  BoostingOptions options_;
  Columns columns_;
  TreeFeatures features_;
  TargetScale scale_;
  TreeEnsemble trees_;
  double standard_deviation_ = 0.0;
};

}  // namespace

std::vector<OptionSpec> boosted_trees_options() {
  const BoostingOptions defaults;
  return {{.name = "trees",
           .fallback = std::int64_t{defaults.trees},
           .min = 1,
           .max = 10000,
           .help = "at most; held-out rows say how many of them"},
          {.name = "depth",
           .fallback = std::int64_t{defaults.depth},
           .min = 1,
           .max = 12,
           .help = "of a tree: how many columns may act together"},
          {.name = "learning_rate",
           .type = OptionType::kNumber,
           .fallback = defaults.learning_rate,
           .min = 0.001,
           .max = 1,
           .help = "share of its correction that a tree makes"}};
}

std::unique_ptr<Predictor> make_boosted_trees(const OptionValues& options, Columns columns) {
  return std::make_unique<BoostedTrees>(
      BoostingOptions{.trees = static_cast<int>(options.integer("trees")),
                      .depth = static_cast<int>(options.integer("depth")),
                      .learning_rate = options.number("learning_rate")},
      std::move(columns));
}

}  // namespace quarry::predictors
