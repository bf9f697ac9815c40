// NSGA-II: elitist non-dominated sorting with crowding (Deb, Pratap, Agarwal, Meyarivan 2002, IEEE
// TEC 6(2), section III), with variation that knows categories and never proposes a network twice.
// Choose it for two or three objectives when a thousand or more real evaluations can be paid for;
// below that, a predictor-driven algorithm finds more.
#include "search/algorithms/evolution.hpp"
#include "search/algorithms/population.hpp"
#include "search/algorithms/registry.hpp"
#include "search/pareto/dominance.hpp"

namespace quarry::search {
namespace {

class Nsga2 final : public Evolution {
 public:
  using Evolution::Evolution;

 private:
  void survive(const Population& results) override {
    parents_.append(results);
    rank_and_crowd(parents_.objectives, parents_.violations, scratch_, ranking_);
    const std::vector<std::size_t> best = survivors(ranking_, options().population);
    parents_.keep(best);
    ranking_ = {picked(ranking_.ranks, best), picked(ranking_.crowding, best)};
  }

  bool better(std::size_t a, std::size_t b) const {
    const auto& [ranks, crowding] = ranking_;
    return ranks[a] != ranks[b] ? ranks[a] < ranks[b] : crowding[a] > crowding[b];
  }

  bool can_breed() const override { return !parents_.empty(); }

  Member select(Rng& rng) override {
    const std::size_t a = rng.below(parents_.size());
    const std::size_t b = rng.below(parents_.size());
    return parents_.members[better(b, a) ? b : a];
  }

  Population parents_;
  Ranking ranking_;
  RankingScratch scratch_;
};

}  // namespace

AlgorithmEntry nsga2_entry() {
  return {.name = "nsga2",
          .summary = "NSGA-II: elitist evolution by non-dominated sorting and crowding",
          .choose = "for two or three objectives, when a thousand or more evaluations are cheap",
          .paper = "Deb, Pratap, Agarwal, Meyarivan 2002, IEEE TEC 6(2)",
          .options = evolution_option_specs(),
          .make = &make_evolution<Nsga2>};
}

}  // namespace quarry::search
