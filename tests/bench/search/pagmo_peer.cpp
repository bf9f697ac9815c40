// pagmo2's NSGA-II on the cheap problem of the throughput benchmark, a program of its own so that
// its Boost never meets ours: pagmo_peer POPULATION EVALUATIONS prints the seconds of the
// evolution, then those of as many fitness calls alone. Built where `make peers` has unpacked
// libpagmo-dev.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <pagmo/algorithms/nsga2.hpp>
#include <pagmo/population.hpp>
#include <pagmo/problem.hpp>

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

}  // namespace

int main(int, char** argv) {
  const auto population_size = static_cast<unsigned>(std::atoi(argv[1]));
  const auto evaluations = static_cast<unsigned>(std::atoi(argv[2]));
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
}
