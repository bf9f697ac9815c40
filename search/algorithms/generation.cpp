// Tested by the algorithm contract, tests/contracts/algorithm_contract_test.cpp.
#include "search/algorithms/generation.hpp"

#include <algorithm>
#include <cassert>

#include "search/variation/operators.hpp"

namespace quarry::search {
namespace {

std::string key(const Genome& genome) { return {genome.begin(), genome.end()}; }

}  // namespace

void Generation::start(std::vector<Proposal> proposals) {
  assert(complete());
  waiting_.assign(std::make_move_iterator(proposals.begin()),
                  std::make_move_iterator(proposals.end()));
}

std::vector<Proposal> Generation::ask(std::size_t n) {
  std::vector<Proposal> handed_out;
  while (handed_out.size() < n && !waiting_.empty()) {
    outstanding_.insert(key(waiting_.front().genome));
    handed_out.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  return handed_out;
}

void Generation::tell(std::span<const Trial> trials) {
  for (const Trial& trial : trials) {
    outstanding_.erase(key(trial.genome));
    results_.push_back(trial);
  }
}

std::vector<Trial> Generation::take_results() {
  std::ranges::sort(results_, {}, &Trial::number);
  return std::exchange(results_, {});
}

std::vector<Proposal> initial_sample(const Problem& problem, std::size_t count, SeenGenomes& seen,
                                     Rng& rng) {
  std::vector<Proposal> sample;
  for (const Genome& seed : problem.seeds) {
    if (sample.size() < std::max(count, problem.seeds.size()) && seen.insert(seed))
      sample.push_back({seed, {.how = "seed"}});
  }
  UnseenSampler sampler(*problem.space);
  while (sample.size() < count) {
    std::optional<Genome> genome = sampler.draw(seen, rng);
    if (!genome) break;
    seen.insert(*genome);
    sample.push_back({std::move(*genome), {.how = "random"}});
  }
  return sample;
}

}  // namespace quarry::search
