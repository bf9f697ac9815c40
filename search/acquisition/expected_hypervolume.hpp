// Expected hypervolume improvement of independent normal objectives, exact for one to three of them
// (Emmerich 2005; by boxes, Yang et al. 2019, JOGO 75), and its logarithm. Minimising.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "search/pareto/points.hpp"

namespace quarry::search {

class ExpectedHypervolume {
 public:
  // The improvement over `front`, below `reference`. One to three objectives. A front of n points
  // costs O(n log n) here for two objectives and O(n^2) for three.
  ExpectedHypervolume(const Points& front, std::vector<double> reference);

  // log E[hypervolume gained by Y], Y_k ~ N(means[k], deviations[k]^2) independent; deviations of 0
  // are allowed. -infinity where no gain is possible. O(n) for two objectives, O(n^2) for three.
  double log_improvement(std::span<const double> means, std::span<const double> deviations) const;

 private:
  // Where the third objective lies in [low, high), the staircase of the points below: strip i is
  // left of the x and right of that before it, and below the y, given by number in xs_ and ys_.
  struct Strip {
    std::uint32_t x = 0;
    std::uint32_t y = 0;
  };
  struct Slab {
    double low = 0.0;
    double high = 0.0;
    std::vector<Strip> strips;
  };

  double improvement(std::span<const double> means, std::span<const double> deviations) const;

  std::size_t dimensions_;
  std::vector<double> xs_;  // of the points, then of the reference
  std::vector<double> ys_;
  std::vector<Slab> slabs_;
};

}  // namespace quarry::search
