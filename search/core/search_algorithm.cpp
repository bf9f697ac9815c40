// Tested by tests/search/search_algorithm_test.cpp.
#include "search/core/search_algorithm.hpp"

#include <algorithm>

namespace quarry::search {

double known_violation(const Problem& problem, const Genome& genome,
                       std::span<const double> objectives) {
  double total = 0.0;
  for (const Bound& bound : problem.bounds) {
    if (bound.exact) {
      total += std::max(bound.exact(genome), 0.0);
    } else if (bound.objective) {
      total += std::max(bound.slope * objectives[*bound.objective] + bound.offset, 0.0);
    }
  }
  return total;
}

namespace {

double violation_by(const Problem& problem, const Genome& genome, bool by_priors) {
  double total = 0.0;
  for (const Bound& bound : problem.bounds) {
    if (bound.exact) {
      total += std::max(bound.exact(genome), 0.0);
    } else if (bound.objective) {
      const std::size_t k = *bound.objective;
      const bool has_prior = by_priors && k < problem.prior.size() && problem.prior[k];
      if (!problem.exact[k] && !has_prior) continue;
      const double value = problem.exact[k] ? problem.exact[k](genome) : problem.prior[k](genome);
      total += std::max(bound.slope * value + bound.offset, 0.0);
    } else if (by_priors && bound.prior) {
      total += std::max(bound.prior(genome), 0.0);
    }
  }
  return total;
}

}  // namespace

double exact_violation(const Problem& problem, const Genome& genome) {
  return violation_by(problem, genome, false);
}

double foreseen_violation(const Problem& problem, const Genome& genome) {
  return violation_by(problem, genome, true);
}

}  // namespace quarry::search
