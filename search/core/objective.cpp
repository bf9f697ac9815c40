// The one place where the sign flips. Tested by tests/search/objective_test.cpp.
#include "search/core/objective.hpp"

#include <algorithm>
#include <cmath>

namespace quarry::search {
namespace {

// A bound of zero has no magnitude to be relative to.
double magnitude(double bound) { return std::max(std::abs(bound), 1e-12); }

}  // namespace

double to_minimised(Goal goal, double value) { return goal == Goal::kMinimize ? value : -value; }

double violation(const Constraint& constraint, double value) {
  double total = 0.0;
  if (constraint.max && value > *constraint.max)
    total += (value - *constraint.max) / magnitude(*constraint.max);
  if (constraint.min && value < *constraint.min)
    total += (*constraint.min - value) / magnitude(*constraint.min);
  return total;
}

}  // namespace quarry::search
