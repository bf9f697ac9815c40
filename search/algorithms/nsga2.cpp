// NSGA-II: elitist non-dominated sorting with crowding (Deb, Pratap, Agarwal, Meyarivan 2002, IEEE
// TEC 6(2), section III), with variation that knows categories and never proposes a network twice.
// Choose it for two or three objectives when a thousand or more real evaluations can be paid for;
// below that, a predictor-driven algorithm finds more.
#include "search/algorithms/nsga2.hpp"

#include <algorithm>
#include <numeric>

#include "search/algorithms/generation.hpp"
#include "search/algorithms/registry.hpp"
#include "search/pareto/dominance.hpp"
#include "search/variation/operators.hpp"

namespace quarry::search {
namespace {

// A parent with what the tournament compares: rank first, then crowding.
struct Member {
  Trial trial;
  std::uint32_t rank = 0;
  double crowding = 0.0;
};

bool better(const Member& a, const Member& b) {
  return a.rank != b.rank ? a.rank < b.rank : a.crowding > b.crowding;
}

void rank_and_crowd(std::vector<Member>& members, std::size_t objectives) {
  Points points(objectives);
  std::vector<double> violations;
  for (const Member& member : members) {
    points.add(member.trial.objectives);
    violations.push_back(member.trial.violation);
  }
  const std::vector<std::uint32_t> ranks = non_dominated_ranks(points, violations);
  std::vector<std::vector<std::size_t>> fronts;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (ranks[i] >= fronts.size()) fronts.resize(ranks[i] + 1);
    fronts[ranks[i]].push_back(i);
  }
  for (std::size_t rank = 0; rank < fronts.size(); ++rank) {
    const std::vector<double> distances = crowding_distances(points, fronts[rank]);
    for (std::size_t j = 0; j < fronts[rank].size(); ++j) {
      members[fronts[rank][j]].rank = static_cast<std::uint32_t>(rank);
      members[fronts[rank][j]].crowding = distances[j];
    }
  }
}

class Nsga2 final : public SearchAlgorithm {
 public:
  Nsga2(Problem problem, const Nsga2Options& options, std::uint64_t seed)
      : problem_(std::move(problem)), options_(options), rng_(seed), sampler_(*problem_.space) {}

  std::vector<Proposal> ask(std::size_t n) override {
    if (generation_.complete()) {
      survive(generation_.take_results());
      Rng rng = rng_.fork("nsga2", generations_++);
      generation_.start(parents_.empty() ? initial_sample(problem_, options_.population, seen_, rng)
                                         : offspring(rng));
    }
    return generation_.ask(n);
  }

  void tell(std::span<const Trial> trials) override {
    for (const Trial& trial : trials) seen_.insert(trial.genome);
    generation_.tell(trials);
  }

 private:
  void survive(std::vector<Trial> results) {
    for (Trial& trial : results) {
      if (trial.succeeded)
        parents_.push_back({.trial = std::move(trial)});  // failures never become parents
    }
    rank_and_crowd(parents_, problem_.objectives);
    std::ranges::stable_sort(parents_, better);
    if (parents_.size() > options_.population) parents_.resize(options_.population);
  }

  const Member& tournament(Rng& rng) const {
    const Member& a = parents_[rng.below(parents_.size())];
    const Member& b = parents_[rng.below(parents_.size())];
    return better(b, a) ? b : a;
  }

  std::vector<Proposal> offspring(Rng& rng) {
    std::vector<Proposal> children;
    while (children.size() < options_.population) {
      std::optional<Proposal> child = unseen_child(rng);
      if (!child) break;
      seen_.insert(child->genome);
      children.push_back(std::move(*child));
    }
    return children;
  }

  // Families that have run dry make way for a network from anywhere, so that a small space is
  // searched to its end.
  std::optional<Proposal> unseen_child(Rng& rng) {
    constexpr int kTries = 32;
    const SearchSpace& space = *problem_.space;
    const double rate =
        options_.mutation > 0.0 ? options_.mutation : 1.0 / static_cast<double>(space.size());
    for (int attempt = 0; attempt < kTries; ++attempt) {
      const Trial& mother = tournament(rng).trial;
      Proposal child{mother.genome, {.how = "mutation", .parents = {mother.number}}};
      if (rng.chance(options_.crossover)) {
        const Trial& father = tournament(rng).trial;
        child.genome = uniform_crossover(mother.genome, father.genome, rng);
        child.origin = {.how = "crossover", .parents = {mother.number, father.number}};
      }
      mutate(space, child.genome, rate, rng);
      if (!seen_.contains(child.genome)) return child;
    }
    std::optional<Genome> genome = sampler_.draw(seen_, rng);
    if (!genome) return std::nullopt;
    return Proposal{std::move(*genome), {.how = "random"}};
  }

  Problem problem_;
  Nsga2Options options_;
  Rng rng_;
  UnseenSampler sampler_;
  SeenGenomes seen_;
  Generation generation_;
  std::vector<Member> parents_;
  std::uint64_t generations_ = 0;
};

std::unique_ptr<SearchAlgorithm> make(Problem problem, const OptionValues& options,
                                      std::uint64_t seed) {
  return make_nsga2(std::move(problem),
                    {.population = static_cast<std::size_t>(options.integer("population")),
                     .crossover = options.number("crossover"),
                     .mutation = options.number("mutation")},
                    seed);
}

}  // namespace

std::vector<OptionSpec> nsga2_option_specs() {
  return {{.name = "population",
           .fallback = std::int64_t{50},
           .min = 4,
           .max = 10000,
           .help = "trials per generation"},
          {.name = "crossover",
           .type = OptionType::kNumber,
           .fallback = 0.9,
           .min = 0,
           .max = 1,
           .help = "probability that an offspring has two parents"},
          {.name = "mutation",
           .type = OptionType::kNumber,
           .fallback = 0.0,
           .min = 0,
           .max = 1,
           .help = "probability per living gene; 0 = one gene on average"}};
}

std::unique_ptr<SearchAlgorithm> make_nsga2(Problem problem, const Nsga2Options& options,
                                            std::uint64_t seed) {
  return std::make_unique<Nsga2>(std::move(problem), options, seed);
}

AlgorithmEntry nsga2_entry() {
  return {"nsga2", "Elitist multi-objective evolution; for a thousand or more real evaluations",
          nsga2_option_specs(), &make};
}

}  // namespace quarry::search
