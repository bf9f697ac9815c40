// U-NSGA-III: NSGA-III with selection pressure for one, two and many objectives (Seada and Deb
// 2016, IEEE TEC 20(3)): survival by niches around reference directions (Deb and Jain 2014, IEEE
// TEC 18(4), algorithms 2 to 4), tournaments within a niche. Choose it for three and more
// objectives.
#include <limits>

#include "search/algorithms/directions.hpp"
#include "search/algorithms/evolution.hpp"
#include "search/algorithms/registry.hpp"
#include "search/pareto/dominance.hpp"
#include "search/pareto/normalisation.hpp"

namespace quarry::search {
namespace {

class Unsga3 final : public Evolution {
 public:
  Unsga3(Problem problem, const EvolutionOptions& options, std::uint64_t seed)
      : Evolution(std::move(problem), options, seed),
        directions_(unit_directions(this->problem().objectives, this->options().population,
                                    fork("directions"))) {}

 private:
  void survive(const Population& results) override {
    parents_.append(results);
    if (parents_.empty()) return;
    ranks_ = non_dominated_ranks(parents_.objectives, parents_.violations);
    associate();
    const std::vector<std::size_t> survivors = choose_survivors(fork("niching", survivals_++));
    parents_.keep(survivors);
    ranks_ = picked(ranks_, survivors);
    niches_ = picked(niches_, survivors);
    distances_ = picked(distances_, survivors);
  }

  // The direction that each member is nearest to, and how far it is from it.
  void associate() {
    Points first(parents_.objectives.dimensions);
    for (std::size_t i = 0; i < parents_.size(); ++i) {
      if (ranks_[i] == 0) first.add(parents_.objectives[i]);
    }
    const Points unit = normalise_front(first).applied_to(parents_.objectives);
    niches_.assign(parents_.size(), 0);
    distances_.assign(parents_.size(), 0.0);
    for (std::size_t i = 0; i < parents_.size(); ++i)
      std::tie(niches_[i], distances_[i]) = nearest_direction(directions_, unit[i]);
  }

  // Whole fronts while they fit; of the one that does not, again and again the emptiest niche's
  // nearest member (any, when the niche has some already).
  std::vector<std::size_t> choose_survivors(Rng rng) const {
    std::vector<std::size_t> order = indices(parents_.size());
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return ranks_[i]; });
    const std::size_t room = options().population;
    if (order.size() <= room) return order;
    const std::uint32_t last = ranks_[order[room - 1]];
    std::vector<std::size_t> survivors;
    std::vector<std::size_t> candidates;
    std::vector<std::size_t> filled(directions_.size());
    for (const std::size_t i : order) {
      if (ranks_[i] > last) break;
      if (ranks_[i] == last) {
        candidates.push_back(i);
      } else {
        survivors.push_back(i);
        ++filled[niches_[i]];
      }
    }
    while (survivors.size() < room) {
      const std::size_t niche = emptiest_niche(candidates, filled, rng);
      std::vector<std::size_t> inside;
      std::ranges::copy_if(candidates, std::back_inserter(inside),
                           [&](std::size_t i) { return niches_[i] == niche; });
      const std::size_t chosen =
          filled[niche] == 0
              ? *std::ranges::min_element(inside, {}, [&](std::size_t i) { return distances_[i]; })
              : inside[rng.below(inside.size())];
      survivors.push_back(chosen);
      std::erase(candidates, chosen);
      ++filled[niche];
    }
    return survivors;
  }

  std::size_t emptiest_niche(const std::vector<std::size_t>& candidates,
                             const std::vector<std::size_t>& filled, Rng& rng) const {
    std::size_t least = std::numeric_limits<std::size_t>::max();
    for (const std::size_t i : candidates) least = std::min(least, filled[niches_[i]]);
    std::vector<std::size_t> emptiest;
    for (const std::size_t i : candidates) {
      if (filled[niches_[i]] == least) emptiest.push_back(niches_[i]);
    }
    std::ranges::sort(emptiest);
    emptiest.erase(std::ranges::unique(emptiest).begin(), emptiest.end());
    return emptiest[rng.below(emptiest.size())];
  }

  bool can_breed() const override { return !parents_.empty(); }

  // Niched tournament: in one niche the better rank, then the nearer; else either.
  Member select(Rng& rng) override {
    const std::size_t a = rng.below(parents_.size());
    const std::size_t b = rng.below(parents_.size());
    const bool infeasible = parents_.violations[a] > 0.0 || parents_.violations[b] > 0.0;
    if (!infeasible && niches_[a] != niches_[b]) return parents_.members[a];
    const bool b_is_better =
        ranks_[a] != ranks_[b] ? ranks_[b] < ranks_[a] : distances_[b] < distances_[a];
    return parents_.members[b_is_better ? b : a];
  }

  Points directions_;
  Population parents_;
  std::vector<std::uint32_t> ranks_;
  std::vector<std::size_t> niches_;
  std::vector<double> distances_;
  std::uint64_t survivals_ = 0;
};

}  // namespace

AlgorithmEntry unsga3_entry() {
  return {.name = "unsga3",
          .summary = "U-NSGA-III: evolution in niches around reference directions",
          .choose = "for three and more objectives that are cheap to measure",
          .paper = "Seada and Deb 2016, IEEE TEC 20(3)",
          .options = evolution_option_specs(),
          .make = &make_evolution<Unsga3>};
}

}  // namespace quarry::search
