// Tested by tests/predictors/stacking_test.cpp.
#include "predictors/stacking.hpp"

#include <Eigen/Dense>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "predictors/blend.hpp"
#include "predictors/target_scale.hpp"
#include "predictors/training_rows.hpp"

namespace quarry::predictors {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr const char* kStacking = "stacking";
constexpr const char* kMembers[] = {"ridge", "svr", "interaction_process", "boosted_trees"};
constexpr std::size_t kLeastJoiningRows = 10;

// Ridge towards equal weights: with few rows the mean of all is hard to beat. The penalty is that
// with the least leave-one-out error (the hat matrix gives it in closed form).
struct Joined {
  VectorXd weights;
  double intercept = 0.0;
};

Joined join(const MatrixXd& guesses, const VectorXd& y, const VectorXd& counts) {
  const Index members = guesses.cols();
  const VectorXd equal = VectorXd::Constant(members, 1.0 / static_cast<double>(members));
  const VectorXd left = y - guesses * equal;
  const double total = counts.sum();
  const VectorXd centre = guesses.transpose() * counts / total;
  const double left_centre = counts.dot(left) / total;
  const VectorXd roots = counts.cwiseSqrt();
  const MatrixXd design = roots.asDiagonal() * (guesses.rowwise() - centre.transpose());
  const VectorXd target = roots.cwiseProduct((left.array() - left_centre).matrix());
  const MatrixXd normal = design.transpose() * design;
  const double scale = std::max(normal.trace() / static_cast<double>(members), 1e-300);
  double least = std::numeric_limits<double>::infinity();
  VectorXd best = VectorXd::Zero(members);
  for (double penalty = 1e-4 * scale; penalty < 20.0 * scale; penalty *= std::sqrt(10.0)) {
    const Eigen::LLT<MatrixXd> cholesky(normal + penalty * MatrixXd::Identity(members, members));
    const VectorXd change = cholesky.solve(design.transpose() * target);
    const VectorXd misses = target - design * change;
    const MatrixXd half = cholesky.matrixL().solve(design.transpose());
    double error = 0.0;
    for (Index i = 0; i < y.size(); ++i) {
      const double kept = 1.0 - half.col(i).squaredNorm() - counts[i] / total;
      error += std::pow(misses[i] / std::max(kept, 1e-9), 2);
    }
    if (!(error < least)) continue;
    least = error;
    best = change;
  }
  return {equal + best, left_centre - centre.dot(best)};
}

class Stacking final : public Predictor {
 public:
  Stacking(std::size_t folds, Columns columns) : folds_(folds), columns_(std::move(columns)) {}

  void fit(const Matrix& x, std::span<const double> y, std::span<const double> noise) override {
    require_training_rows(columns_, x, y, noise);
    std::vector<BlendMember> members;
    for (const char* name : kMembers)
      members.push_back({find_predictor(name), false, 1.0 / std::size(kMembers)});
    double intercept = 0.0;
    Prediction guesses;
    const bool joins = x.rows >= kLeastJoiningRows && !TargetScale::of(y).constant();
    if (joins) guesses = stack(x, y, noise, members, intercept);
    blend_ = Blend(std::move(members), intercept, columns_);
    if (joins) blend_.calibrate(guesses, y);
    blend_.fit(x, y, noise, true);
  }

  // Keeps the weights and what the members keep.
  void update(const Matrix& x, std::span<const double> y, std::span<const double> noise) override {
    if (blend_.members().empty()) return fit(x, y, noise);
    require_training_rows(columns_, x, y, noise);
    blend_.fit(x, y, noise, false);
  }

  Prediction predict(const Matrix& x) const override { return blend_.predict(x); }

  ModelState save() const override {
    ModelState state = state_of(kStacking, columns_);
    blend_.save(state);
    return state;
  }

  void restore(const ModelState& state) override {
    require_state(state, kStacking, columns_);
    Blend restored = Blend::restored(state, columns_);
    if (restored.members().empty())
      throw std::invalid_argument("the stored state of 'stacking' has no parts");
    blend_ = std::move(restored);
  }

 private:
  // Sets the members' weights; returns what they then say of the rows, held out.
  Prediction stack(const Matrix& x, std::span<const double> y, std::span<const double> noise,
                   std::vector<BlendMember>& members, double& intercept) const {
    const auto rows = static_cast<Index>(x.rows);
    std::vector<Prediction> guesses;
    MatrixXd means(rows, std::ssize(members));
    for (std::size_t k = 0; k < members.size(); ++k) {
      guesses.push_back(held_out_guesses(members[k], columns_, x, y, noise, folds_, false));
      means.col(static_cast<Index>(k)) =
          Eigen::Map<const VectorXd>(guesses.back().mean.data(), rows);
    }
    const std::vector<double> counts = noise_weights(y, noise);
    const Joined joined = join(means, Eigen::Map<const VectorXd>(y.data(), rows),
                               Eigen::Map<const VectorXd>(counts.data(), rows));
    for (std::size_t k = 0; k < members.size(); ++k)
      members[k].weight = joined.weights[static_cast<Index>(k)];
    intercept = joined.intercept;
    return Blend::mixed(members, intercept, guesses);
  }

  std::size_t folds_;
  Columns columns_;
  Blend blend_;
};

}  // namespace

std::vector<OptionSpec> stacking_options() {
  return {{.name = "folds",
           .fallback = std::int64_t{5},
           .min = 2,
           .max = 20,
           .help = "parts of the rows that are held out in turn"}};
}

std::unique_ptr<Predictor> make_stacking(const OptionValues& options, Columns columns) {
  return std::make_unique<Stacking>(static_cast<std::size_t>(options.integer("folds")),
                                    std::move(columns));
}

}  // namespace quarry::predictors
