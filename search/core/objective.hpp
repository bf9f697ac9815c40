// What a study wants: objectives to improve and bounds to keep. Everywhere to the right of this
// file objectives are minimised; the sign flips here and nowhere else.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "search/core/metric.hpp"

namespace quarry::search {

using ObjectiveVector = std::vector<double>;  // minimised, one per objective of the study

struct Objective {
  std::string metric;
  Goal goal = Goal::kMinimize;
  std::optional<double> reference;  // for the hypervolume, in the metric's own unit and sign
  bool operator==(const Objective&) const = default;
};

struct Constraint {
  std::string metric;
  std::optional<double> min;
  std::optional<double> max;
  bool operator==(const Constraint&) const = default;
};

// Its own inverse: applied twice it gives the value back.
double to_minimised(Goal goal, double value);

// One number per bound of the constraint, max before min: how far `value` lies beyond it, as a
// share of the bound's magnitude. 0 or less = it holds.
std::vector<double> margins(const Constraint& constraint, double value);

// The sum of the margins that do not hold; 0 = feasible.
double violation(std::span<const double> margins);

}  // namespace quarry::search
