// The asking side: a command line, points in a file on its standard input, one line back.
#include "tests/bench/search/pagmo.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "search/core/rng.hpp"
#include "search/pareto/hypervolume.hpp"

namespace quarry::bench {
namespace {

constexpr double kReference = 0.9;

// A sixth of the points are copies, a sixth are worse than another, a sixth lie on the reference in
// one objective, and what is uniform lies beyond it in one of ten coordinates.
search::Points mixed_points(std::size_t count, std::size_t objectives, search::Rng& rng) {
  search::Points points(objectives);
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<double> point(objectives);
    for (double& value : point) value = rng.uniform();
    if (i > 0 && i % 6 < 2) {
      const auto other = points[rng.below(i)];
      point.assign(other.begin(), other.end());
    }
    if (i % 6 == 1) {
      for (double& value : point) value += (1.0 - value) * 0.1 * rng.uniform();
    }
    if (i % 6 == 2) point[rng.below(objectives)] = kReference;
    points.add(point);
  }
  return points;
}

bool write_points(const std::string& path, const search::Points& points,
                  std::span<const double> reference) {
  std::FILE* const file = std::fopen(path.c_str(), "w");
  if (file == nullptr) return false;
  std::fprintf(file, "%zu %zu\n", points.dimensions, points.size());
  for (const double value : reference) std::fprintf(file, "%.17g ", value);
  for (std::size_t i = 0; i < points.values.size(); ++i)
    std::fprintf(file, "%s%.17g", i % points.dimensions == 0 ? "\n" : " ", points.values[i]);
  return std::fclose(file) == 0;
}

}  // namespace

std::string first_line_of(const std::string& command) {
  std::FILE* const pipe = popen((command + " 2>/dev/null").c_str(), "r");
  if (pipe == nullptr) return "";
  char line[256] = "";
  const bool read = std::fgets(line, sizeof line, pipe) != nullptr;
  pclose(pipe);
  return read ? std::string(line, std::strcspn(line, "\n")) : "";
}

std::optional<PagmoEvolution> pagmo_nsga2(std::size_t population, std::size_t evaluations) {
  const std::string line =
      first_line_of(std::string(QUARRY_PAGMO_PEER) + " nsga2 " + std::to_string(population) + " " +
                    std::to_string(evaluations));
  PagmoEvolution answer;
  if (std::sscanf(line.c_str(), "%lf %lf", &answer.seconds, &answer.fitness_seconds) != 2)
    return std::nullopt;
  return answer;
}

std::optional<PagmoVolume> pagmo_hypervolume(const search::Points& points,
                                             std::span<const double> reference) {
  const std::string path =
      std::filesystem::temp_directory_path() / ("quarry-points-" + std::to_string(getpid()));
  std::string line;
  if (write_points(path, points, reference))
    line = first_line_of(std::string(QUARRY_PAGMO_PEER) + " hypervolume <" + path);
  std::filesystem::remove(path);
  PagmoVolume answer;
  if (std::sscanf(line.c_str(), "%lf %lf", &answer.volume, &answer.seconds) != 2)
    return std::nullopt;
  return answer;
}

double VolumePair::relative_difference() const {
  const double larger = std::max(std::abs(ours), std::abs(pagmo));
  return larger > 0.0 ? std::abs(ours - pagmo) / larger : 0.0;
}

std::optional<std::vector<VolumePair>> volumes_beside_pagmo(std::size_t sets_per_dimension) {
  search::Rng rng(11);
  std::vector<VolumePair> pairs;
  for (std::size_t objectives = 2; objectives <= 6; ++objectives) {
    const std::vector<double> reference(objectives, kReference);
    for (std::size_t set = 0; set < sets_per_dimension; ++set) {
      const search::Points points = mixed_points(50 + rng.below(151), objectives, rng);
      const auto theirs = pagmo_hypervolume(points, reference);
      if (!theirs) return std::nullopt;
      pairs.push_back({.objectives = objectives,
                       .points = points.size(),
                       .ours = search::hypervolume(points, reference),
                       .pagmo = theirs->volume});
    }
  }
  return pairs;
}

}  // namespace quarry::bench
