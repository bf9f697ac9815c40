// CMA-ES: an evolution strategy that learns a normal distribution of good networks (Hansen 2016,
// arXiv 1604.00772, section B), over one number per gene of which a choice is the equal share it
// falls into. No deviation falls below a fifth of a share, or a gene would freeze (after Hansen
// 2011, RR-7751). From 200 genes on the covariance is diagonal (Ros and Hansen 2008). Choose it for
// one objective over ordinal genes; categories it takes for ordinal.
#include <Eigen/Dense>
#include <cmath>

#include "search/algorithms/evolution.hpp"
#include "search/algorithms/registry.hpp"

namespace quarry::search {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr std::size_t kFullCovarianceGenes = 200;

class Cmaes final : public Evolution {
 public:
  Cmaes(Problem problem, const EvolutionOptions& options, double step, std::uint64_t seed)
      : Evolution(std::move(problem), options, seed), first_step_(step), step_(step) {
    const std::size_t genes = this->problem().space->size();
    const double n = static_cast<double>(genes);
    full_ = genes < kFullCovarianceGenes;
    const std::size_t mu = std::max<std::size_t>(1, this->options().population / 2);
    weights_.resize(static_cast<Index>(mu));
    for (Index i = 0; i < weights_.size(); ++i)
      weights_[i] = std::log(static_cast<double>(mu) + 0.5) - std::log(static_cast<double>(i) + 1);
    weights_ /= weights_.sum();
    mu_eff_ = 1.0 / weights_.squaredNorm();
    c_sigma_ = (mu_eff_ + 2) / (n + mu_eff_ + 5);
    d_sigma_ = 1 + 2 * std::max(0.0, std::sqrt((mu_eff_ - 1) / (n + 1)) - 1) + c_sigma_;
    c_c_ = (4 + mu_eff_ / n) / (n + 4 + 2 * mu_eff_ / n);
    c_1_ = 2 / ((n + 1.3) * (n + 1.3) + mu_eff_);
    c_mu_ = std::min(1 - c_1_, 2 * (mu_eff_ - 2 + 1 / mu_eff_) / ((n + 2) * (n + 2) + mu_eff_));
    if (!full_) {  // a diagonal is learned that much faster
      c_1_ = std::min(1.0, c_1_ * (n + 2) / 3);
      c_mu_ = std::min(1 - c_1_, c_mu_ * (n + 2) / 3);
    }
    expected_norm_ = std::sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n));
    restart(VectorXd::Constant(static_cast<Index>(genes), 0.5));
  }

 private:
  void restart(VectorXd mean) {
    const Index n = mean.size();
    mean_ = std::move(mean);
    step_ = first_step_;
    path_sigma_ = VectorXd::Zero(n);
    path_c_ = VectorXd::Zero(n);
    covariance_ = full_ ? MatrixXd(MatrixXd::Identity(n, n)) : MatrixXd(MatrixXd::Ones(n, 1));
    decompose();
  }

  void decompose() {
    if (!full_) {
      scales_ = covariance_.col(0).cwiseSqrt();
      return;
    }
    const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(covariance_);
    axes_ = solver.eigenvectors();
    scales_ = solver.eigenvalues().cwiseMax(1e-20).cwiseSqrt();
  }

  void survive(const Population& results) override {
    if (results.empty()) return;
    std::vector<std::size_t> order = indices(results.size());
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
      if (results.violations[a] != results.violations[b])
        return results.violations[a] < results.violations[b];
      return results.objectives[a][0] < results.objectives[b][0];
    });
    const std::size_t best = order.front();
    const double value = results.objectives[best][0];
    if (!started_ || value < best_value_) best_point_ = point_of(results.members[best]);
    best_value_ = started_ ? std::min(best_value_, value) : value;
    if (!started_) {
      started_ = true;
      mean_ = best_point_;
      return;
    }
    learn(results, order);
    // Nothing left to tell apart: start again around the best.
    if (step_ * scales_.maxCoeff() < 1e-3) restart(best_point_);
  }

  void learn(const Population& results, const std::vector<std::size_t>& order) {
    const Index count = std::min<Index>(weights_.size(), static_cast<Index>(order.size()));
    MatrixXd steps(mean_.size(), count);
    for (Index i = 0; i < count; ++i) {
      const Member& member = results.members[order[static_cast<std::size_t>(i)]];
      steps.col(i) = (point_of(member) - mean_) / step_;
    }
    const VectorXd weights = weights_.head(count) / weights_.head(count).sum();
    const VectorXd moved = steps * weights;
    mean_ = (mean_ + step_ * moved).cwiseMax(0.0).cwiseMin(1.0);
    path_sigma_ = (1 - c_sigma_) * path_sigma_ +
                  std::sqrt(c_sigma_ * (2 - c_sigma_) * mu_eff_) * whitened(moved);
    ++updates_;
    const double decay = std::sqrt(1 - std::pow(1 - c_sigma_, 2.0 * static_cast<double>(updates_)));
    const double n = static_cast<double>(mean_.size());
    const bool steady = path_sigma_.norm() / decay < (1.4 + 2 / (n + 1)) * expected_norm_;
    path_c_ = (1 - c_c_) * path_c_;
    if (steady) path_c_ += std::sqrt(c_c_ * (2 - c_c_) * mu_eff_) * moved;
    const double lost = steady ? 0.0 : c_c_ * (2 - c_c_);
    covariance_ *= 1 - c_1_ - c_mu_ + c_1_ * lost;
    if (full_) {
      covariance_.noalias() += c_1_ * path_c_ * path_c_.transpose();
      covariance_.noalias() += c_mu_ * steps * weights.asDiagonal() * steps.transpose();
    } else {
      covariance_ += c_1_ * path_c_.cwiseAbs2();
      covariance_ += c_mu_ * steps.cwiseAbs2() * weights;
    }
    step_ *= std::exp(c_sigma_ / d_sigma_ * (path_sigma_.norm() / expected_norm_ - 1));
    step_ = std::clamp(step_, 1e-6, 1.0);
    decompose();
  }

  VectorXd whitened(const VectorXd& moved) const {
    if (!full_) return moved.cwiseQuotient(scales_);
    return axes_ * (axes_.transpose() * moved).cwiseQuotient(scales_);
  }

  double share_of(std::size_t gene) const {
    return 1.0 / static_cast<double>(problem().space->genes()[gene].choices.size());
  }

  // Where a member was drawn, or the middle of its choices when it was not drawn (a repaired or
  // random one, a user's own).
  VectorXd point_of(const Member& member) const {
    const auto genome = genome_of(member);
    const std::size_t place = generation().place_of(member);
    if (place < drawn_.size()) {
      const Genome decoded = decode(drawn_[place]);
      if (std::ranges::equal(decoded, genome)) return drawn_[place];
    }
    VectorXd middle(mean_.size());
    for (std::size_t g = 0; g < genome.size(); ++g)
      middle[static_cast<Index>(g)] = (static_cast<double>(genome[g]) + 0.5) * share_of(g);
    return middle;
  }

  Genome decode(const VectorXd& point) const {
    Genome genome(problem().space->size());
    for (std::size_t g = 0; g < genome.size(); ++g) {
      const auto choices = static_cast<double>(problem().space->genes()[g].choices.size());
      const double choice = std::floor(point[static_cast<Index>(g)] * choices);
      genome[g] = static_cast<Choice>(std::clamp(choice, 0.0, choices - 1));
    }
    problem().space->canonicalise(genome);
    return genome;
  }

  bool can_breed() const override { return started_; }
  Member select(Rng&) override { return {}; }  // nobody is a parent

  Proposal breed(std::size_t place, Rng& rng) override {
    VectorXd normal(mean_.size());
    for (Index i = 0; i < normal.size(); ++i) normal[i] = rng.normal();
    VectorXd offset = full_ ? VectorXd(axes_ * scales_.cwiseProduct(normal))
                            : VectorXd(scales_.cwiseProduct(normal));
    for (std::size_t g = 0; g < problem().space->size(); ++g) {
      const auto i = static_cast<Index>(g);
      const double deviation = step_ * (full_ ? std::sqrt(covariance_(i, i)) : scales_[i]);
      constexpr double kLeastShare = 0.2;
      if (deviation < kLeastShare * share_of(g))
        offset[i] = kLeastShare * share_of(g) * normal[i] / step_;
    }
    VectorXd point = (mean_ + step_ * offset).cwiseMax(0.0).cwiseMin(1.0);
    if (drawn_.size() <= place) drawn_.resize(place + 1, point);
    Genome genome = decode(point);
    drawn_[place] = std::move(point);
    return {std::move(genome), {.how = "drawn"}};
  }

  double first_step_;
  double step_;  // sigma
  bool full_ = true;
  bool started_ = false;
  VectorXd weights_;
  double mu_eff_ = 1, c_sigma_ = 0, d_sigma_ = 1, c_c_ = 0, c_1_ = 0, c_mu_ = 0, expected_norm_ = 1;
  VectorXd mean_, path_sigma_, path_c_;
  MatrixXd covariance_;  // one column, the diagonal, when not full
  MatrixXd axes_;
  VectorXd scales_;
  std::vector<VectorXd> drawn_;  // by place in the generation
  VectorXd best_point_;
  double best_value_ = 0.0;
  std::uint64_t updates_ = 0;
};

std::vector<OptionSpec> option_specs() {
  return {{.name = "population",
           .fallback = std::int64_t{20},
           .min = 4,
           .max = 10000,
           .help = "trials per generation"},
          {.name = "step",
           .type = OptionType::kNumber,
           .fallback = 0.3,
           .min = 0.01,
           .max = 1,
           .help = "first deviation, as a share of a gene's range"}};
}

std::unique_ptr<SearchAlgorithm> make(Problem problem, const OptionValues& options,
                                      std::uint64_t seed) {
  return std::make_unique<Cmaes>(
      std::move(problem),
      EvolutionOptions{.population = static_cast<std::size_t>(options.integer("population"))},
      options.number("step"), seed);
}

}  // namespace

AlgorithmEntry cmaes_entry() {
  return {.name = "cmaes",
          .summary = "CMA-ES: learns a normal distribution of good networks",
          .choose = "for one objective over ordinal genes that act together",
          .paper = "Hansen 2016, arXiv 1604.00772",
          .max_objectives = 1,
          .options = option_specs(),
          .make = &make};
}

}  // namespace quarry::search
