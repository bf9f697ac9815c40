// GA: an elitist genetic algorithm for one objective (Goldberg 1989, chapter 3; survival of the
// best of parents and children, De Jong 1975). Choose it for a single objective that is cheap to
// measure.
#include "search/algorithms/evolution.hpp"
#include "search/algorithms/registry.hpp"

namespace quarry::search {
namespace {

class Ga final : public Evolution {
 public:
  using Evolution::Evolution;

 private:
  void survive(const Population& results) override {
    parents_.append(results);
    std::vector<std::size_t> order = indices(parents_.size());
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return better(a, b); });
    if (order.size() > options().population) order.resize(options().population);
    parents_.keep(order);
  }

  // Feasible before infeasible, less violation before more, then the objective.
  bool better(std::size_t a, std::size_t b) const {
    const double violation_a = parents_.violations[a];
    const double violation_b = parents_.violations[b];
    if (violation_a != violation_b) return violation_a < violation_b;
    return parents_.objectives[a][0] < parents_.objectives[b][0];
  }

  bool can_breed() const override { return !parents_.empty(); }

  Member select(Rng& rng) override {
    const std::size_t a = rng.below(parents_.size());
    const std::size_t b = rng.below(parents_.size());
    return parents_.members[better(b, a) ? b : a];
  }

  Population parents_;
};

}  // namespace

AlgorithmEntry ga_entry() {
  return {.name = "ga",
          .summary = "Elitist genetic algorithm for one objective",
          .choose = "for one objective that is cheap to measure",
          .paper = "Goldberg 1989, Genetic Algorithms in Search, chapter 3",
          .max_objectives = 1,
          .options = evolution_option_specs(),
          .make = &make_evolution<Ga>};
}

}  // namespace quarry::search
