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

std::vector<double> margins(const Constraint& constraint, double value) {
  std::vector<double> beyond;
  if (constraint.max) beyond.push_back((value - *constraint.max) / magnitude(*constraint.max));
  if (constraint.min) beyond.push_back((*constraint.min - value) / magnitude(*constraint.min));
  return beyond;
}

double violation(std::span<const double> margins) {
  double total = 0.0;
  for (const double margin : margins) total += std::max(margin, 0.0);
  return total;
}

}  // namespace quarry::search
