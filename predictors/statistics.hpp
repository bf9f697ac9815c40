// Order statistics of samples, and what of a normal distribution lies how far from its mean.
// Tested by tests/predictors/statistics_test.cpp.
#pragma once

#include <vector>

namespace quarry::predictors {

// So many standard deviations to either side hold 90 and 95 % of a normal distribution.
inline constexpr double kNinetyPercent = 1.6448536269514722;
inline constexpr double kNinetyFivePercent = 1.959963984540054;

// The value at `share` (0 to 1) of the way through the sorted values, the nearest one; at least one
// value.
double nearest_quantile(std::vector<double> values, double share);

// Of an even number of values the mean of the two in the middle; 0 of none.
double median(std::vector<double> values);

// Of an even number of values the upper of the two in the middle: always one of them, in linear
// time; at least one value.
double upper_median(std::vector<double> values);

}  // namespace quarry::predictors
