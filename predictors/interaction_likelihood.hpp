// The kernel of interaction_process.hpp and how well it explains rows: the negative log marginal
// likelihood (Rasmussen and Williams 2006, equation 5.8) plus log-normal penalties, and its
// gradient.
#pragma once

#include <Eigen/Dense>
#include <vector>

#include "predictors/column_parts.hpp"

namespace quarry::predictors {

// Everything that a fit chooses, as logarithms: a weight for every part, a decay for every part
// with a distance, and the five below.
struct InteractionParameters {
  Eigen::VectorXd logs;
  Eigen::Index parts = 0;

  // A place in `logs`, from the end.
  enum Amplitude { kSum = 5, kPairs = 4, kProduct = 3, kDecay = 2, kNoise = 1 };

  static InteractionParameters standard(Eigen::Index parts);
  double at(Amplitude amplitude) const { return std::exp(logs[logs.size() - amplitude]); }
  Eigen::VectorXf weights() const;  // sum of parts: kSum shared out among them
  Eigen::VectorXf decays() const;
};

// Of a row's sum of parts and sum of decayed distances to other rows.
Eigen::VectorXf interaction_kernel(const InteractionParameters& parameters,
                                   Eigen::Ref<const Eigen::VectorXf> sum,
                                   Eigen::Ref<const Eigen::VectorXf> far);

// The two sums of one row with the rows of `parts` from `first` on.
void sum_parts(const ColumnParts& parts, std::span<const double> row,
               const Eigen::VectorXf& weights, const Eigen::VectorXf& decays, Eigen::Index first,
               Eigen::VectorXf& sum, Eigen::VectorXf& far, Eigen::VectorXf& scratch);

class InteractionLikelihood {
 public:
  // y: centred targets of variance one, one per row of x; known_variances: of their noise. x
  // outlives this.
  InteractionLikelihood(const Columns& columns, const Matrix& x, Eigen::VectorXd y,
                        Eigen::VectorXd known_variances);

  Eigen::Index parts() const { return parts_.parts(); }

  // At InteractionParameters::logs; infinity where the kernel is not positive definite.
  double operator()(const Eigen::VectorXd& logs, Eigen::VectorXd& gradient) const;

 private:
  void add_part_gradients(const InteractionParameters& parameters, const Eigen::MatrixXf& by_sum,
                          const Eigen::MatrixXf& by_decay, Eigen::VectorXd& gradient) const;

  const Matrix& x_;
  ColumnParts parts_;
  Eigen::VectorXd y_;
  Eigen::VectorXd known_variances_;
};

}  // namespace quarry::predictors
