// Student's t, two-sided 95 %: how far a mean of few values may be from the truth.
#pragma once

#include <array>
#include <cstddef>

namespace quarry::evaluators {

// By degrees of freedom, from 1.
inline double student_95(std::size_t freedom) {
  constexpr std::array kQuantiles = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306,
                                     2.262,  2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
                                     2.110,  2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064,
                                     2.060,  2.056, 2.052, 2.048, 2.045, 2.042};
  return freedom <= kQuantiles.size() ? kQuantiles[freedom - 1] : 1.96;
}

}  // namespace quarry::evaluators
