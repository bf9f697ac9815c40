// Tested by tests/search/variation_test.cpp.
#include "search/variation/repair.hpp"

#include <numeric>

namespace quarry::search {

bool repair(const SearchSpace& space, Genome& genome, const Violation& violation,
            std::size_t max_rounds, Rng& rng) {
  double present = violation(genome);
  std::vector<std::size_t> order(genome.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t round = 0; round < max_rounds && present > 0.0; ++round) {
    rng.shuffle(std::span(order));
    Genome best = genome;
    double least = present;
    for (const std::size_t i : order) {
      for (std::size_t c = 0; c < space.genes()[i].choices.size(); ++c) {
        Genome moved = genome;
        moved[i] = static_cast<Choice>(c);
        space.canonicalise(moved);
        if (moved == genome) continue;
        const double after = violation(moved);
        if (after >= least) continue;
        best = std::move(moved);
        least = after;
      }
    }
    if (least >= present) return false;
    genome = std::move(best);
    present = least;
  }
  return present <= 0.0;
}

}  // namespace quarry::search
