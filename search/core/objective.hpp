// What a study wants: objectives to improve and bounds to keep. Everywhere to the right of this
// file objectives are minimised; the sign flips here and nowhere else.
#pragma once

#include <optional>
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

// 0 when the bounds hold, else the overshoot as a share of the bound's magnitude.
double violation(const Constraint& constraint, double value);

}  // namespace quarry::search
