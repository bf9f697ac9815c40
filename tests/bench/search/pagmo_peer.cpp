// What pagmo2 does, in a program of its own so that its Boost never meets ours. Built where
// `make peers` has unpacked libpagmo-dev; asked by pagmo.cpp.
//   pagmo_peer nsga2 POPULATION EVALUATIONS   on the cheap problem of the throughput benchmark:
//     prints the seconds of the evolution, then those of as many fitness calls alone
//   pagmo_peer hypervolume   reads the numbers of dimensions and points, a reference, the points:
//     prints the hypervolume, then the seconds it took
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <pagmo/algorithms/nsga2.hpp>
#include <pagmo/population.hpp>
#include <pagmo/problem.hpp>
#include <pagmo/utils/hypervolume.hpp>
#include <string>

namespace {

constexpr std::size_t kGenes = 45;

struct CheapProblem {
  pagmo::vector_double fitness(const pagmo::vector_double& x) const {
    double sum = 0;
    double distance = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      sum += x[i];
      distance += (2 - x[i]) * (2 - x[i]) * static_cast<double>(1 + i % 3);
    }
    return {sum, distance};
  }
  std::pair<pagmo::vector_double, pagmo::vector_double> get_bounds() const {
    return {pagmo::vector_double(kGenes, 0), pagmo::vector_double(kGenes, 2)};
  }
  pagmo::vector_double::size_type get_nobj() const { return 2; }
  pagmo::vector_double::size_type get_nix() const { return kGenes; }
};

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

int nsga2(unsigned population_size, unsigned evaluations) {
  const pagmo::problem problem{CheapProblem{}};
  pagmo::population population(problem, population_size, 1);
  const pagmo::nsga2 algorithm(evaluations / population_size, 0.9, 15, 1.0 / kGenes, 20, 1);
  auto begin = std::chrono::steady_clock::now();
  population = algorithm.evolve(population);
  const double whole = seconds_since(begin);
  begin = std::chrono::steady_clock::now();
  const CheapProblem cheap;
  pagmo::vector_double x(kGenes, 1);
  double total = 0;
  for (unsigned i = 0; i < evaluations; ++i) {
    x[i % kGenes] = i % 3;
    total += cheap.fitness(x)[0];
  }
  std::printf("%.9f %.9f %g\n", whole, seconds_since(begin), total);
  return 0;
}

// pagmo2 refuses points beyond the reference, so they are left out; those on it are its own to
// judge.
int hypervolume(std::istream& in) {
  std::size_t dimensions = 0;
  std::size_t count = 0;
  in >> dimensions >> count;
  pagmo::vector_double reference(dimensions);
  for (double& value : reference) in >> value;
  std::vector<pagmo::vector_double> points;
  for (std::size_t i = 0; i < count; ++i) {
    pagmo::vector_double point(dimensions);
    bool beyond = false;
    for (std::size_t k = 0; k < dimensions; ++k) {
      in >> point[k];
      beyond |= point[k] > reference[k];
    }
    if (!beyond) points.push_back(point);
  }
  if (!in) return 1;
  const pagmo::hypervolume volume(points, true);
  const auto begin = std::chrono::steady_clock::now();
  const double value = volume.compute(reference);
  std::printf("%.17g %.9f\n", value, seconds_since(begin));
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  const std::string mode = count > 1 ? arguments[1] : "";
  if (mode == "nsga2" && count == 4)
    return nsga2(static_cast<unsigned>(std::atoi(arguments[2])),
                 static_cast<unsigned>(std::atoi(arguments[3])));
  if (mode == "hypervolume") return hypervolume(std::cin);
  std::fprintf(stderr, "pagmo_peer nsga2 POPULATION EVALUATIONS | pagmo_peer hypervolume\n");
  return 2;
}
