// The surrogate of BOSHNAS (Tuli, Dedhia, Tuli, Jha 2023, JAIR 77, section 4): a natural-parameter
// network for the mean and the aleatoric uncertainty, a teacher with dropout whose spread is the
// epistemic uncertainty, a student that has learned the spread; and GOBI, which improves an input
// by second-order descent on all of them.
#pragma once

#include <Eigen/Dense>
#include <vector>

#include "predictors/dropout_network.hpp"
#include "predictors/natural_parameter_network.hpp"

namespace quarry::predictors {

class BoshnasSurrogate {
 public:
  // Inputs lie in [0, 1].
  BoshnasSurrogate(Eigen::Index inputs, const Uniform& uniform);

  // Goes on training with these rows: at most `epochs` passes per network over a random four fifths
  // of them, ended after seven passes in a row on which the loss of the others rose. y in (0, 1).
  void train(const std::vector<Eigen::VectorXd>& rows, const std::vector<double>& y, int epochs,
             const Uniform& uniform);

  struct Guess {
    double mean = 0.0;
    double epistemic = 0.0;  // standard deviations
    double aleatoric = 0.0;
  };
  Guess guess(const Eigen::VectorXd& x) const;

  // GOBI: AdaHessian (Yao et al. 2021, AAAI 35) from `start` on mean - 0.5 * epistemic, clipped to
  // [0, 1]; ends after `most_steps`, or after six in a row that moved less than 1e-5.
  Eigen::VectorXd improved(Eigen::VectorXd start, const Uniform& uniform,
                           int most_steps = 200) const;

 private:
  Eigen::VectorXd acquisition_gradient(const Eigen::VectorXd& x) const;

  NaturalParameterNetwork mean_;
  DropoutNetwork teacher_;
  DropoutNetwork student_;
};

}  // namespace quarry::predictors
