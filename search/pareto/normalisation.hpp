// Objectives brought to one scale for algorithms that measure distances or angles: the ideal point
// to 0, where the hyperplane through the front's extreme points cuts each axis to 1 (NSGA-III, Deb
// and Jain 2014, IEEE TEC 18(4), section IV-C).
#pragma once

#include <vector>

#include "search/pareto/points.hpp"

namespace quarry::search {

struct Normalisation {
  std::vector<double> ideal;
  std::vector<double> range;  // from ideal to the cut, positive

  Points applied_to(const Points& points) const;
};

// Of the members of a front (at least one). Where the hyperplane does not exist, or cuts an axis
// below the ideal point or more than twice as far from it as the front reaches (few points, flat
// objectives), the front's largest values take its place; a range of zero becomes one.
Normalisation normalise_front(const Points& front);

}  // namespace quarry::search
