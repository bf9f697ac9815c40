// Tested by tests/search/variation_test.cpp.
#include "search/variation/repair.hpp"

#include <utility>
#include <vector>

namespace quarry::search {
namespace {

struct Change {
  std::size_t gene = 0;
  Choice choice = 0;
};

}  // namespace

bool repair(const SearchSpace& space, Genome& genome, const Violation& violation,
            std::size_t max_changes, Rng& rng) {
  double present = violation(genome);
  std::vector<Change> changes;
  for (std::size_t i = 0; i < genome.size(); ++i) {
    for (std::size_t c = 0; c < space.genes()[i].choices.size(); ++c)
      changes.push_back({i, static_cast<Choice>(c)});
  }
  for (std::size_t kept = 0; kept < max_changes && present > 0.0; ++kept) {
    rng.shuffle(std::span(changes));
    const double before = present;
    for (const Change& change : changes) {
      Genome moved = genome;
      moved[change.gene] = change.choice;
      space.canonicalise(moved);
      if (moved == genome) continue;
      const double after = violation(moved);
      if (after >= present) continue;
      genome = std::move(moved);
      present = after;
      break;
    }
    if (present >= before) return false;
  }
  return present <= 0.0;
}

}  // namespace quarry::search
