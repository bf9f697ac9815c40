// C-TAEA: two archives, one that converges on the feasible front and one that keeps exploring where
// the first is thin, infeasible or not (Li, Chen, Fu, Yao 2019, IEEE TEC 23(2), algorithms 1 to 6).
// Choose it when constraints cut the front into pieces.
#include <limits>

#include "search/algorithms/directions.hpp"
#include "search/algorithms/evolution.hpp"
#include "search/algorithms/registry.hpp"
#include "search/pareto/dominance.hpp"

namespace quarry::search {
namespace {

class Ctaea final : public Evolution {
 public:
  Ctaea(Problem problem, const EvolutionOptions& options, std::uint64_t seed)
      : Evolution(std::move(problem), options, seed),
        directions_(unit_directions(this->problem().objectives, this->options().population,
                                    fork("directions"))) {}

 private:
  // Where a member stands among the directions, and how good it is along its own.
  struct Placed {
    std::vector<std::size_t> regions;
    std::vector<double> values;  // Tchebycheff, smaller is better
    Points unit{0};
  };

  void survive(const Population& results) override {
    if (results.empty()) return;
    widen(results);
    Population converging = convergence_;
    converging.append(results);
    convergence_ = converged(std::move(converging));
    Population diverse = diversity_;
    diverse.append(results);
    diversity_ = diversified(std::move(diverse));
    share_of_front_ = front_share();
  }

  void widen(const Population& results) {
    const std::size_t dimensions = directions_.dimensions;
    ideal_.resize(dimensions, std::numeric_limits<double>::infinity());
    worst_.resize(dimensions, -std::numeric_limits<double>::infinity());
    for (std::size_t i = 0; i < results.size(); ++i) {
      for (std::size_t k = 0; k < dimensions; ++k) {
        ideal_[k] = std::min(ideal_[k], results.objectives[i][k]);
        worst_[k] = std::max(worst_[k], results.objectives[i][k]);
      }
    }
  }

  Placed place(const Population& members) const {
    Placed placed;
    placed.unit = Points(directions_.dimensions);
    std::vector<double> unit(directions_.dimensions);
    for (std::size_t i = 0; i < members.size(); ++i) {
      for (std::size_t k = 0; k < unit.size(); ++k) {
        const double range = worst_[k] - ideal_[k];
        unit[k] = range > 0.0 ? (members.objectives[i][k] - ideal_[k]) / range : 0.0;
      }
      const std::size_t region = nearest_direction(directions_, unit).first;
      double value = 0.0;
      for (std::size_t k = 0; k < unit.size(); ++k)
        value = std::max(value, unit[k] / std::max(directions_[region][k], 1e-6));
      placed.unit.add(unit);
      placed.regions.push_back(region);
      placed.values.push_back(value);
    }
    return placed;
  }

  // Feasible fronts until they fill the archive, thinned where they crowd; too few feasible ones
  // are joined by the infeasible that are best by violation and value together (algorithm 2).
  Population converged(Population all) const {
    const std::size_t room = options().population;
    if (all.size() <= room) return all;
    std::vector<std::size_t> feasible;
    std::vector<std::size_t> infeasible;
    for (std::size_t i = 0; i < all.size(); ++i)
      (all.violations[i] > 0.0 ? infeasible : feasible).push_back(i);
    std::vector<std::size_t> kept;
    if (feasible.size() <= room) {
      kept = feasible;
      const Placed placed = place(all);
      Points tension(2);
      for (const std::size_t i : infeasible)
        tension.add(std::vector<double>{all.violations[i], placed.values[i]});
      for (const std::size_t j : by_rank(tension, all.violations, infeasible)) {
        if (kept.size() < room) kept.push_back(j);
      }
      all.keep(kept);
      return all;
    }
    Points points(all.objectives.dimensions);
    for (const std::size_t i : feasible) points.add(all.objectives[i]);
    const std::vector<std::uint32_t> ranks = non_dominated_ranks(points, {});
    std::vector<std::size_t> order = indices(feasible.size());
    std::ranges::stable_sort(order, {}, [&](std::size_t j) { return ranks[j]; });
    for (std::size_t n = 0; n < order.size(); ++n) {
      if (n >= room && ranks[order[n]] != ranks[order[room - 1]]) break;
      kept.push_back(feasible[order[n]]);
    }
    all.keep(kept);
    thin(all);
    return all;
  }

  // The infeasible by rank in (violation, value), then by violation.
  static std::vector<std::size_t> by_rank(const Points& tension,
                                          const std::vector<double>& violations,
                                          const std::vector<std::size_t>& members) {
    const std::vector<std::uint32_t> ranks = non_dominated_ranks(tension, {});
    std::vector<std::size_t> order = indices(members.size());
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
      return ranks[a] != ranks[b] ? ranks[a] < ranks[b]
                                  : violations[members[a]] < violations[members[b]];
    });
    return picked(members, order);
  }

  // Takes members away until the archive fits: in the most crowded region, of the two that are
  // nearest to each other the one that is worse along its direction.
  void thin(Population& members) const {
    const Placed placed = place(members);
    std::vector<std::size_t> kept = indices(members.size());
    std::vector<std::size_t> filled(directions_.size());
    for (const std::size_t region : placed.regions) ++filled[region];
    while (kept.size() > options().population) {
      const auto crowded =
          static_cast<std::size_t>(std::ranges::max_element(filled) - filled.begin());
      std::vector<std::size_t> inside;
      std::ranges::copy_if(kept, std::back_inserter(inside),
                           [&](std::size_t i) { return placed.regions[i] == crowded; });
      std::erase(kept, worse_of_nearest(placed, inside));
      --filled[crowded];
    }
    members.keep(kept);
  }

  static std::size_t worse_of_nearest(const Placed& placed,
                                      const std::vector<std::size_t>& inside) {
    std::size_t worse = inside.front();
    double nearest = std::numeric_limits<double>::infinity();
    for (std::size_t a = 0; a < inside.size(); ++a) {
      for (std::size_t b = a + 1; b < inside.size(); ++b) {
        double distance = 0.0;
        for (std::size_t k = 0; k < placed.unit.dimensions; ++k) {
          const double gap = placed.unit[inside[a]][k] - placed.unit[inside[b]][k];
          distance += gap * gap;
        }
        if (distance >= nearest) continue;
        nearest = distance;
        worse = placed.values[inside[a]] > placed.values[inside[b]] ? inside[a] : inside[b];
      }
    }
    return worse;
  }

  // Region after region, in rounds, the best non-dominated member of those that the convergence
  // archive fills less than the round's number (algorithm 4).
  Population diversified(Population all) const {
    const std::size_t room = options().population;
    const Placed placed = place(all);
    const Placed converged = place(convergence_);
    std::vector<std::size_t> filled(directions_.size());
    for (const std::size_t region : converged.regions) ++filled[region];
    std::vector<std::vector<std::size_t>> members(directions_.size());
    for (std::size_t i = 0; i < all.size(); ++i) members[placed.regions[i]].push_back(i);
    std::vector<std::size_t> kept;
    for (std::size_t round = 1; kept.size() < std::min(room, all.size()); ++round) {
      for (std::size_t region = 0; region < directions_.size() && kept.size() < room; ++region) {
        if (filled[region] >= round || members[region].empty()) continue;
        const std::size_t best = best_of_region(all, placed, members[region]);
        std::erase(members[region], best);
        kept.push_back(best);
      }
      if (round > all.size() + room) break;  // what is left lies where the other archive is full
    }
    all.keep(kept);
    return all;
  }

  static std::size_t best_of_region(const Population& all, const Placed& placed,
                                    const std::vector<std::size_t>& members) {
    Points points(all.objectives.dimensions);
    for (const std::size_t i : members) points.add(all.objectives[i]);
    std::optional<std::size_t> best;
    for (const std::size_t j : non_dominated(points)) {
      if (!best || placed.values[members[j]] < placed.values[*best]) best = members[j];
    }
    return *best;
  }

  // The share of each archive on the front of both (algorithm 6).
  std::pair<double, double> front_share() const {
    Population both = convergence_;
    both.append(diversity_);
    const std::vector<std::uint32_t> ranks = non_dominated_ranks(both.objectives, {});
    std::pair<double, double> counts{0.0, 0.0};
    for (std::size_t i = 0; i < both.size(); ++i) {
      if (ranks[i] == 0) (i < convergence_.size() ? counts.first : counts.second) += 1.0;
    }
    counts.first /= std::max(1.0, static_cast<double>(convergence_.size()));
    counts.second /= std::max(1.0, static_cast<double>(diversity_.size()));
    return counts;
  }

  bool can_breed() const override { return !convergence_.empty(); }

  // Each parent from the archive that has more of the front; the second by chance of its share.
  Member select(Rng& rng) override {
    const auto [converging, diverse] = share_of_front_;
    const bool first = first_parent_;
    first_parent_ = !first_parent_;
    const bool from_convergence = first ? converging > diverse : rng.chance(converging);
    const Population& archive = from_convergence || diversity_.empty() ? convergence_ : diversity_;
    const std::size_t a = rng.below(archive.size());
    const std::size_t b = rng.below(archive.size());
    const bool b_is_better = constrained_dominates(archive.objectives[b], archive.violations[b],
                                                   archive.objectives[a], archive.violations[a]);
    return archive.members[b_is_better ? b : a];
  }

  Points directions_;
  std::vector<double> ideal_;
  std::vector<double> worst_;
  Population convergence_;
  Population diversity_;
  std::pair<double, double> share_of_front_{1.0, 0.0};
  bool first_parent_ = true;
};

}  // namespace

AlgorithmEntry ctaea_entry() {
  return {.name = "ctaea",
          .summary = "C-TAEA: one archive converges on the feasible front, one explores",
          .choose = "when constraints cut the front into pieces",
          .paper = "Li, Chen, Fu, Yao 2019, IEEE TEC 23(2)",
          .options = evolution_option_specs(),
          .make = &make_evolution<Ctaea>};
}

}  // namespace quarry::search
