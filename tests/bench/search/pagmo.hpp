// What pagmo2 answers to the same question, asked of the program that links it (pagmo_peer.cpp).
// Nothing where `make peers` has not unpacked it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "search/pareto/points.hpp"

namespace quarry::bench {

// The first line that a program prints; empty when it cannot be run.
std::string first_line_of(const std::string& command);

struct PagmoEvolution {
  double seconds = 0.0;
  double fitness_seconds = 0.0;  // of as many fitness calls alone
};
std::optional<PagmoEvolution> pagmo_nsga2(std::size_t population, std::size_t evaluations);

struct PagmoVolume {
  double volume = 0.0;
  double seconds = 0.0;
};
std::optional<PagmoVolume> pagmo_hypervolume(const search::Points& points,
                                             std::span<const double> reference);

// One set of points measured by both.
struct VolumePair {
  std::size_t objectives = 0;
  std::size_t points = 0;
  double ours = 0.0;
  double pagmo = 0.0;
  double relative_difference() const;
};

// Of random sets of 50 to 200 points with 2 to 6 objectives, `sets_per_dimension` each, which hold
// dominated points, duplicates, and points on and beyond the reference.
std::optional<std::vector<VolumePair>> volumes_beside_pagmo(std::size_t sets_per_dimension);

}  // namespace quarry::bench
