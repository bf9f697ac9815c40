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

double exact_violation(const Problem& problem, const Genome& genome) {
  double total = 0.0;
  for (const Bound& bound : problem.bounds) {
    if (bound.exact) {
      total += std::max(bound.exact(genome), 0.0);
    } else if (bound.objective && problem.exact[*bound.objective]) {
      const double value = problem.exact[*bound.objective](genome);
      total += std::max(bound.slope * value + bound.offset, 0.0);
    }
  }
  return total;
}

}  // namespace quarry::search
