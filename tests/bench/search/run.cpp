// The scoring behind run.hpp. Tested by tests/search/bench_run_test.cpp.
#include "tests/bench/search/run.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <thread>

#include "search/algorithms/registry.hpp"
#include "search/pareto/archive.hpp"
#include "search/pareto/hypervolume.hpp"
#include "search/pareto/indicators.hpp"

namespace quarry::bench {
namespace {

using search::Genome;

double violation_of(const Answer& answer) { return search::violation(answer.margins); }

// How many genes away the nearest legal genome is, eight genes at a time: predictors ask for it
// thousands of times per trial.
class LegalGenomes {
 public:
  explicit LegalGenomes(const std::vector<Genome>& legal) {
    for (const Genome& genome : legal) {
      const std::vector<std::uint64_t> words = packed(genome);
      words_.insert(words_.end(), words.begin(), words.end());
    }
  }

  double distance(const Genome& genome) const {
    const std::vector<std::uint64_t> words = packed(genome);
    std::size_t nearest = genome.size();
    for (std::size_t first = 0; first < words_.size(); first += words.size()) {
      std::size_t changed = 0;
      for (std::size_t w = 0; w < words.size() && changed < nearest; ++w)
        changed += bytes_set(words_[first + w] ^ words[w]);
      nearest = std::min(nearest, changed);
    }
    return static_cast<double>(nearest);
  }

 private:
  static std::vector<std::uint64_t> packed(const Genome& genome) {
    std::vector<std::uint64_t> words((genome.size() + 7) / 8);
    for (std::size_t g = 0; g < genome.size(); ++g)
      words[g / 8] |= std::uint64_t{genome[g]} << (g % 8 * 8);
    return words;
  }

  static std::size_t bytes_set(std::uint64_t word) {
    constexpr std::uint64_t kLow = 0x7f7f7f7f7f7f7f7f;
    return static_cast<std::size_t>(std::popcount((((word & kLow) + kLow) | word) & ~kLow));
  }

  std::vector<std::uint64_t> words_;
};

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

search::Problem problem_for(const BenchProblem& problem) {
  search::Problem searched{.space = problem.space.get(),
                           .objectives = problem.objectives,
                           .exact = problem.exact,
                           .bounds = problem.bounds,
                           .seeds = problem.seeds};
  if (!problem.legal.empty()) {
    searched.bounds.push_back(
        {.exact = [legal = LegalGenomes(problem.legal)](const Genome& genome) {
          return legal.distance(genome);
        }});
  }
  return searched;
}

Score run_once(const BenchProblem& problem, const Contestant& contestant, std::uint64_t seed,
               const std::vector<std::size_t>& marks) {
  const search::AlgorithmEntry* entry = search::find_algorithm(contestant.algorithm);
  OptionValues options = OptionValues::defaults(entry->options);
  for (const auto& [name, value] : contestant.options) options.set(name, value);
  const auto algorithm = entry->make(problem_for(problem), options, seed);
  const std::size_t budget = std::min(marks.back(), contestant.most_evaluations);
  const bool watched = problem.objectives == 2;
  search::ParetoArchive archive(problem.objectives, problem.reference);
  search::Points feasible(problem.objectives);
  Score score;
  double best = std::numeric_limits<double>::infinity();
  constexpr std::size_t kMostFailures = 20;  // illegal proposals per evaluation
  std::size_t counted = 0;
  for (std::size_t number = 0; counted < budget && number < budget * kMostFailures; ++number) {
    const auto begin = std::chrono::steady_clock::now();
    std::vector<search::Proposal> proposals = algorithm->ask(1);
    score.ask_seconds += seconds_since(begin);
    if (proposals.empty()) break;
    const Answer answer = problem.evaluate(proposals[0].genome);
    search::Trial trial{.number = number,
                        .genome = std::move(proposals[0].genome),
                        .succeeded = answer.succeeded,
                        .objectives = answer.objectives,
                        .margins = answer.margins};
    if (answer.succeeded && !problem.legal.empty()) trial.margins.push_back(0.0);
    trial.violation = search::violation(trial.margins);
    algorithm->tell(std::span(&trial, 1));
    if (!answer.succeeded) continue;
    ++counted;
    if (violation_of(answer) <= 0.0) {
      feasible.add(answer.objectives);
      if (watched) archive.insert(answer.objectives, number);
      best = std::min(best, answer.objectives[0]);
    }
    score.best.push_back(best);
    if (watched) score.volume.push_back(*archive.hypervolume() / problem.best_hypervolume);
    if (problem.objectives == 1 && best <= contestant.enough) break;
    if (std::ranges::find(marks, counted) == marks.end()) continue;
    score.hypervolume_share[counted] =
        watched ? score.volume.back()
                : search::hypervolume(feasible, problem.reference) / problem.best_hypervolume;
    if (problem.front.size() > 0 && feasible.size() > 0)
      score.igd_plus[counted] = search::igd_plus(feasible, problem.front);
  }
  return score;
}

std::vector<Score> run_seeds(const BenchProblem& problem, const Contestant& contestant,
                             std::size_t seeds, const std::vector<std::size_t>& marks) {
  std::vector<Score> scores(seeds);
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t s = next++; s < seeds; s = next++)
      scores[s] = run_once(problem, contestant, s + 1, marks);
  };
  std::jthread other(work);
  work();
  other.join();
  return scores;
}

std::size_t trials_until(const Score& score, double enough) {
  const auto found =
      std::ranges::find_if(score.best, [&](double value) { return value <= enough; });
  return static_cast<std::size_t>(found - score.best.begin()) + 1;
}

std::optional<std::size_t> evaluations_to_pass(const std::vector<Score>& scores, double share) {
  if (scores.empty()) return std::nullopt;
  std::size_t shortest = scores.front().volume.size();
  for (const Score& score : scores) shortest = std::min(shortest, score.volume.size());
  for (std::size_t n = 0; n < shortest; ++n) {
    std::vector<double> now;
    for (const Score& score : scores) now.push_back(score.volume[n]);
    if (mean(now) > share) return n + 1;
  }
  return std::nullopt;
}

BenchProblem reflected(const BenchProblem& problem) {
  const auto mirror = [space = problem.space](Genome genome) {
    for (std::size_t g = 0; g < genome.size(); ++g) {
      if (g * 0x9E3779B97F4A7C15ULL >> 63 == 0) continue;
      genome[g] = static_cast<search::Choice>(space->genes()[g].choices.size() - 1 - genome[g]);
    }
    return genome;
  };
  BenchProblem mirrored = problem;
  mirrored.evaluate = [mirror, evaluate = problem.evaluate](const Genome& genome) {
    return evaluate(mirror(genome));
  };
  for (auto& exact : mirrored.exact) {
    if (exact) exact = [mirror, exact](const Genome& genome) { return exact(mirror(genome)); };
  }
  for (search::Bound& bound : mirrored.bounds) {
    if (bound.exact)
      bound.exact = [mirror, exact = bound.exact](const Genome& genome) {
        return exact(mirror(genome));
      };
  }
  for (Genome& seed : mirrored.seeds) seed = mirror(seed);
  for (Genome& genome : mirrored.legal) genome = mirror(genome);
  std::ranges::sort(mirrored.legal);
  return mirrored;
}

double mean(const std::vector<double>& values) {
  double total = 0.0;
  for (const double value : values) total += value;
  return values.empty() ? std::numeric_limits<double>::quiet_NaN()
                        : total / static_cast<double>(values.size());
}

double deviation(const std::vector<double>& values) {
  const double middle = mean(values);
  double total = 0.0;
  for (const double value : values) total += (value - middle) * (value - middle);
  return values.size() < 2 ? 0.0 : std::sqrt(total / static_cast<double>(values.size() - 1));
}

}  // namespace quarry::bench
