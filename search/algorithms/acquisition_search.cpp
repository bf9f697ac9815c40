// Tested by tests/search/acquisition_search_test.cpp.
#include "search/algorithms/acquisition_search.hpp"

#include <algorithm>
#include <cmath>

#include "search/algorithms/inner_search.hpp"
#include "search/core/rng.hpp"

namespace quarry::search {
namespace {

constexpr std::size_t kPopulation = 50;
constexpr int kLocalRounds = 8;
constexpr std::size_t kMostNeighbours = 500;  // of a round, so that a thousand genes cost no more

// Networks that differ in one living gene and were not seen: all of them, or as many random ones as
// a round looks at.
std::vector<Genome> unseen_neighbours(const SearchSpace& space, const Genome& genome,
                                      const SeenGenomes& seen, Rng rng) {
  struct Move {
    std::size_t gene;
    Choice choice;
  };
  std::vector<Move> moves;
  for (std::size_t g = 0; g < genome.size(); ++g) {
    if (!space.is_alive(genome, g)) continue;
    for (std::size_t c = 0; c < space.genes()[g].choices.size(); ++c) {
      if (c != genome[g]) moves.push_back({g, static_cast<Choice>(c)});
    }
  }
  const std::size_t count = std::min(moves.size(), kMostNeighbours);
  for (std::size_t i = 0; count < moves.size() && i < count; ++i)
    std::swap(moves[i], moves[i + rng.below(moves.size() - i)]);
  std::vector<Genome> neighbours;
  for (std::size_t i = 0; i < count; ++i) {
    Genome moved = genome;
    moved[moves[i].gene] = moves[i].choice;
    space.canonicalise(moved);
    if (!seen.contains(moved)) neighbours.push_back(std::move(moved));
  }
  return neighbours;
}

}  // namespace

std::vector<Genome> most_valuable(const SearchSpace& space, const Acquisition& acquisition,
                                  std::vector<Genome> starts, const SeenGenomes& seen,
                                  std::size_t count, std::size_t evaluations, std::uint64_t seed) {
  const Problem scalar{.space = &space, .objectives = 1};
  const auto predict = [&](std::span<const Genome> genomes, Candidates& predicted) {
    constexpr double kWorthless = 1e300;  // objectives are finite
    const std::vector<double> values = acquisition(genomes);
    for (std::size_t i = 0; i < genomes.size(); ++i) {
      predicted.genomes.push_back(genomes[i]);
      predicted.objectives.values.push_back(std::isfinite(values[i]) ? -values[i] : kWorthless);
      predicted.violations.push_back(0.0);
    }
  };
  const InnerSearchOptions options{
      .algorithm = "ga", .population = kPopulation, .evaluations = evaluations};
  const Candidates candidates = inner_search(scalar, options, std::move(starts), seed, predict);
  std::vector<std::size_t> order = indices(candidates.size());
  std::erase_if(order, [&](std::size_t i) { return seen.contains(candidates.genomes[i]); });
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return candidates.objectives[i][0]; });
  if (order.empty() || count == 0) return {};
  Genome best = candidates.genomes[order.front()];
  double least = candidates.objectives[order.front()][0];
  for (int round = 0; round < kLocalRounds; ++round) {
    Candidates around(1);
    const std::vector<Genome> neighbours = unseen_neighbours(
        space, best, seen, Rng(seed).fork("neighbours", static_cast<std::uint64_t>(round)));
    predict(neighbours, around);
    const auto better = std::ranges::min_element(around.objectives.values);
    if (better == around.objectives.values.end() || *better >= least) break;
    least = *better;
    best = neighbours[static_cast<std::size_t>(better - around.objectives.values.begin())];
  }
  std::vector<Genome> found = {std::move(best)};
  for (const std::size_t i : order) {
    if (found.size() == count) break;
    if (candidates.genomes[i] != found.front()) found.push_back(candidates.genomes[i]);
  }
  return found;
}

}  // namespace quarry::search
