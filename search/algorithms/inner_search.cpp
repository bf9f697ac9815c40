// Tested by tests/search/inner_search_test.cpp.
#include "search/algorithms/inner_search.hpp"

#include <algorithm>
#include <limits>
#include <queue>

#include "search/algorithms/registry.hpp"
#include "search/pareto/dominance.hpp"
#include "search/pareto/hypervolume.hpp"

namespace quarry::search {
namespace {

// The unmeasured candidates of the first fronts, as few fronts as hold `count`, by front.
std::vector<std::size_t> promising(const Candidates& candidates, const SeenGenomes& seen,
                                   std::size_t count) {
  std::vector<std::size_t> unseen;
  Points points(candidates.objectives.dimensions);
  std::vector<double> violations;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (seen.contains(candidates.genomes[i])) continue;
    unseen.push_back(i);
    points.add(candidates.objectives[i]);
    violations.push_back(candidates.violations[i]);
  }
  const std::vector<std::uint32_t> ranks = non_dominated_ranks(points, violations);
  std::vector<std::size_t> order = indices(unseen.size());
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return ranks[i]; });
  std::size_t kept = std::min(count, order.size());
  while (kept > 0 && kept < order.size() && ranks[order[kept]] == ranks[order[kept - 1]]) ++kept;
  order.resize(kept);
  return picked(unseen, order);
}

// Objectives scaled so that the ends of the front and the pool lie at 0 and 1.
class UnitBox {
 public:
  explicit UnitBox(std::size_t dimensions)
      : low_(dimensions, std::numeric_limits<double>::infinity()),
        high_(dimensions, -std::numeric_limits<double>::infinity()) {}

  void widen(std::span<const double> point) {
    for (std::size_t k = 0; k < point.size(); ++k) {
      low_[k] = std::min(low_[k], point[k]);
      high_[k] = std::max(high_[k], point[k]);
    }
  }

  ObjectiveVector scaled(std::span<const double> point) const {
    ObjectiveVector unit(point.size());
    for (std::size_t k = 0; k < point.size(); ++k)
      unit[k] = high_[k] > low_[k] ? (point[k] - low_[k]) / (high_[k] - low_[k]) : 0.0;
    return unit;
  }

 private:
  ObjectiveVector low_;
  ObjectiveVector high_;
};

}  // namespace

std::vector<OptionSpec> inner_search_option_specs(const InnerSearchOptions& defaults) {
  return {{.name = "inner/name",
           .type = OptionType::kText,
           .fallback = defaults.algorithm,
           .allowed = inner_algorithm_names(),
           .help = "algorithm that searches the predictions"},
          {.name = "inner/population",
           .fallback = static_cast<std::int64_t>(defaults.population),
           .min = 4,
           .max = 1000,
           .help = "population of the inner search"},
          {.name = "inner/evaluations",
           .fallback = static_cast<std::int64_t>(defaults.evaluations),
           .min = 100,
           .max = 1000000,
           .help = "predictions per inner search"}};
}

InnerSearchOptions read_inner_search_options(const OptionValues& options) {
  return {.algorithm = options.text("inner/name"),
          .population = static_cast<std::size_t>(options.integer("inner/population")),
          .evaluations = static_cast<std::size_t>(options.integer("inner/evaluations"))};
}

Candidates inner_search(const Problem& problem, const InnerSearchOptions& options,
                        std::vector<Genome> seeds, std::uint64_t seed,
                        const PredictBatch& predict) {
  // The predictions speak of formulas and bounds too, so the evolution need not ask for them again.
  const Problem inner{
      .space = problem.space,
      .objectives = problem.objectives,
      .exact = std::vector<std::function<double(const Genome&)>>(problem.objectives),
      .seeds = std::move(seeds)};
  const AlgorithmEntry* entry = find_algorithm(options.algorithm);
  OptionValues values = OptionValues::defaults(entry->options);
  values.set("population", static_cast<std::int64_t>(options.population));
  const std::unique_ptr<SearchAlgorithm> evolution = entry->make(inner, values, seed);
  Candidates candidates(problem.objectives);
  std::vector<Genome> genomes;
  std::vector<Trial> trials;
  while (candidates.size() < options.evaluations) {
    std::vector<Proposal> proposals = evolution->ask(options.population);
    if (proposals.empty()) break;  // it looked at the whole space
    genomes.clear();
    for (Proposal& proposal : proposals) genomes.push_back(std::move(proposal.genome));
    const std::size_t first = candidates.size();
    predict(genomes, candidates);
    trials.clear();
    for (std::size_t i = first; i < candidates.size(); ++i) {
      const auto objectives = candidates.objectives[i];
      trials.push_back({.number = i,
                        .genome = std::move(genomes[i - first]),
                        .succeeded = true,
                        .objectives = {objectives.begin(), objectives.end()},
                        .violation = candidates.violations[i]});
    }
    evolution->tell(trials);
  }
  return candidates;
}

std::vector<std::size_t> choose_batch(const Candidates& candidates, const SeenGenomes& seen,
                                      const Points& measured_front, std::size_t count) {
  const std::size_t dimensions = candidates.objectives.dimensions;
  const std::vector<std::size_t> pool = promising(candidates, seen, count);
  UnitBox box(dimensions);
  for (std::size_t i = 0; i < measured_front.size(); ++i) box.widen(measured_front[i]);
  for (const std::size_t i : pool) box.widen(candidates.objectives[i]);
  Points covered(dimensions);
  for (std::size_t i = 0; i < measured_front.size(); ++i)
    covered.add(box.scaled(measured_front[i]));
  const ObjectiveVector reference(dimensions, 1.1);

  // Gains only fall as points are covered, so a gain that is still the largest after being computed
  // anew is the largest of all (Minoux 1978).
  struct Entry {
    double gain = 0.0;
    std::size_t place = 0;  // in the pool
    std::size_t computed_for = 0;
    bool operator<(const Entry& other) const {
      return gain != other.gain ? gain < other.gain : place > other.place;
    }
  };
  std::priority_queue<Entry> queue;
  const auto gain_of = [&](std::size_t place) {
    const std::size_t i = pool[place];
    if (candidates.violations[i] > 0.0) return -candidates.violations[i];
    return hypervolume_gain(covered, box.scaled(candidates.objectives[i]), reference);
  };
  for (std::size_t place = 0; place < pool.size(); ++place) queue.push({gain_of(place), place, 0});
  std::vector<std::size_t> chosen;
  while (chosen.size() < count && !queue.empty()) {
    Entry top = queue.top();
    queue.pop();
    if (top.computed_for < chosen.size()) {
      queue.push({gain_of(top.place), top.place, chosen.size()});
      continue;
    }
    const std::size_t i = pool[top.place];
    chosen.push_back(i);
    if (candidates.violations[i] <= 0.0) covered.add(box.scaled(candidates.objectives[i]));
  }
  return chosen;
}

std::vector<std::size_t> feasible_front(const Population& measured) {
  Points points(measured.objectives.dimensions);
  std::vector<std::size_t> feasible;
  for (std::size_t i = 0; i < measured.size(); ++i) {
    if (measured.violations[i] > 0.0) continue;
    feasible.push_back(i);
    points.add(measured.objectives[i]);
  }
  return picked(feasible, non_dominated(points));
}

}  // namespace quarry::search
