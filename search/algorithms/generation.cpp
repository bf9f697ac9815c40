// Tested by the algorithm contract, tests/contracts/algorithm_contract_test.cpp.
#include "search/algorithms/generation.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "search/variation/repair.hpp"

namespace quarry::search {

bool Generation::propose(Proposal proposal) {
  const auto [number, is_new] = seen_.add(proposal.genome);
  if (!is_new) return false;
  assert(places_.size() == number);
  places_.push_back({.place = static_cast<std::uint32_t>(waiting_.size())});
  numbers_.push_back(number);
  waiting_.push_back(std::move(proposal));
  return true;
}

std::vector<Proposal> Generation::ask(std::size_t n) {
  const std::size_t count = std::min(n, waiting_.size() - next_);
  std::vector<Proposal> handed_out;
  handed_out.reserve(count);
  for (std::size_t i = 0; i < count; ++i, ++next_) {
    places_[numbers_[next_]].outstanding = true;
    handed_out.push_back(std::move(waiting_[next_]));
  }
  outstanding_ += count;
  return handed_out;
}

void Generation::tell(std::span<const Trial> trials) {
  for (const Trial& trial : trials) {
    const std::size_t number = seen_.add(trial.genome).first;
    if (number >= places_.size()) places_.resize(number + 1);
    if (std::exchange(places_[number].outstanding, false)) --outstanding_;
    if (trial.succeeded)
      results_.add({trial.number, number}, trial.objectives, trial.violation, trial.margins);
  }
}

Population Generation::take_results() {
  waiting_.clear();
  numbers_.clear();
  next_ = 0;
  Population results = std::exchange(results_, {});
  if (!std::ranges::is_sorted(results.members, {}, &Member::trial)) {
    std::vector<std::size_t> order = indices(results.size());
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return results.members[i].trial; });
    results.keep(order);
  }
  return results;
}

void propose_initial_sample(const Problem& problem, std::size_t count, Generation& generation,
                            Rng& rng) {
  constexpr std::size_t kMaxChanges = 64;
  constexpr int kTries = 8;
  for (const Genome& seed : problem.seeds) generation.propose({seed, {.how = "seed"}});
  UnseenSampler sampler(*problem.space);
  const auto violation = [&](const Genome& genome) { return foreseen_violation(problem, genome); };
  while (generation.proposed() < count) {
    const std::size_t before = generation.proposed();
    for (int attempt = 0; attempt < kTries && generation.proposed() == before; ++attempt) {
      std::optional<Genome> genome = sampler.draw(generation.seen(), rng);
      if (!genome) return;
      const bool feasible = repair(*problem.space, *genome, violation, kMaxChanges, rng);
      if (feasible || attempt + 1 == kTries)
        generation.propose({std::move(*genome), {.how = "random"}});
    }
    // The feasible that chance and repair lead to are all seen.
    if (generation.proposed() > before) continue;
    std::optional<Genome> genome = sampler.draw(generation.seen(), rng);
    if (!genome) return;
    generation.propose({std::move(*genome), {.how = "random"}});
  }
}

}  // namespace quarry::search
