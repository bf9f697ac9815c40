// What the algorithms themselves cost, beside pagmo2 and Optuna in the same run. Each figure is the
// median of interleaved rounds.
#include <fmt/format.h>

#include <chrono>
#include <cstdio>

#include "predictors/predictor.hpp"
#include "search/algorithms/inner_search.hpp"
#include "search/algorithms/registry.hpp"
#include "search/core/rng.hpp"
#include "search/pareto/archive.hpp"
#include "search/pareto/hypervolume.hpp"
#include "tests/bench/search/pagmo.hpp"
#include "tests/bench/search/sections.hpp"

namespace quarry::bench {
namespace {

using search::Genome;

constexpr int kRounds = 5;
constexpr std::size_t kGenes = 45;
constexpr std::size_t kEvaluations = 100000;
constexpr auto kNoPagmo = "absent: pagmo2 does not answer (make peers)";

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

search::SearchSpace ordinal_space(std::size_t genes, std::size_t choices) {
  const std::vector<std::size_t> levels(genes, choices);
  return *integer_space(levels);
}

search::ObjectiveVector cheap_fitness(const Genome& x) {
  double sum = 0;
  double distance = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double value = x[i];
    sum += value;
    distance += (2 - value) * (2 - value) * static_cast<double>(1 + i % 3);
  }
  return {sum, distance};
}

std::unique_ptr<search::SearchAlgorithm> make(const std::string& name, search::Problem problem,
                                              const std::map<std::string, OptionValue>& some) {
  const search::AlgorithmEntry* entry = search::find_algorithm(name);
  OptionValues options = OptionValues::defaults(entry->options);
  for (const auto& [option, value] : some) options.set(option, value);
  problem.exact.resize(problem.objectives);
  return entry->make(std::move(problem), options, 1);
}

// Seconds of the evolution, and of its fitness calls alone.
std::pair<double, double> our_nsga2(std::size_t population) {
  const search::SearchSpace space = ordinal_space(kGenes, 3);
  const auto algorithm = make("nsga2", {.space = &space, .objectives = 2},
                              {{"population", static_cast<std::int64_t>(population)}});
  auto begin = std::chrono::steady_clock::now();
  std::vector<search::Trial> trials;
  for (std::size_t number = 0; number < kEvaluations;) {
    trials.clear();
    for (search::Proposal& proposal : algorithm->ask(population)) {
      search::ObjectiveVector objectives = cheap_fitness(proposal.genome);
      trials.push_back({.number = number++,
                        .genome = std::move(proposal.genome),
                        .succeeded = true,
                        .objectives = std::move(objectives)});
    }
    algorithm->tell(trials);
  }
  const double whole = seconds_since(begin);
  begin = std::chrono::steady_clock::now();
  Genome x(kGenes, 1);
  volatile double total = 0;
  for (std::size_t i = 0; i < kEvaluations; ++i) {
    x[i % kGenes] = static_cast<search::Choice>(i % 3);
    total = total + cheap_fitness(x)[0];
  }
  return {whole, seconds_since(begin)};
}

void bench_nsga2(Report& report) {
  for (const std::size_t population : {52U, 100U}) {
    std::vector<double> ours;
    std::vector<double> theirs;
    std::vector<double> rates;
    for (int round = 0; round < kRounds; ++round) {
      const auto [whole, fitness] = our_nsga2(population);
      ours.push_back((whole - fitness) / kEvaluations * 1e6);
      rates.push_back(kEvaluations / whole);
      if (const auto peer = pagmo_nsga2(population, kEvaluations))
        theirs.push_back((peer->seconds - peer->fitness_seconds) / kEvaluations * 1e6);
    }
    const std::string where = fmt::format("NSGA-II, population {}", population);
    report.add({.figure = where + ", evaluations a second", .value = median(rates), .unit = "1/s"});
    report.add(
        {.figure = where + ", own cost of an evaluation", .value = median(ours), .unit = "us"});
    if (theirs.empty()) {
      report.add({.figure = where + ", share of pagmo2's own cost",
                  .unit = "",
                  .target = "at most 0.2",
                  .note = kNoPagmo});
      continue;
    }
    const double share = median(ours) / median(theirs);
    report.add({.figure = where + ", own cost of pagmo2's", .value = median(theirs), .unit = "us"});
    report.add({.figure = where + ", share of pagmo2's own cost",
                .value = share,
                .unit = "",
                .target = "at most 0.2",
                .holds = share <= 0.2});
  }
}

void bench_optuna(Report& report) {
  for (const auto& [sampler, trials] : {std::pair{"nsga2", 500}, {"tpe", 100}}) {
    const std::string line =
        first_line_of(fmt::format("/usr/bin/python3 {}/tests/bench/search/optuna_peer.py {} {}",
                                  QUARRY_SOURCE_DIR, sampler, trials));
    const double rate = std::atof(line.c_str());
    Figure figure{.figure = fmt::format("Optuna {}, {} trials in memory", sampler, trials),
                  .unit = "trials/s"};
    if (rate > 0) {
      figure.value = rate;
    } else {
      figure.note = line.empty() ? "absent: python3-optuna is not installed (make peers)" : line;
    }
    report.add(figure);
  }
  for (const std::string name : {"tpe", "quarry"}) {
    const search::SearchSpace space = ordinal_space(kGenes, 3);
    const auto algorithm = make(name, {.space = &space, .objectives = 2}, {});
    const auto begin = std::chrono::steady_clock::now();
    constexpr std::size_t kTrials = 100;
    for (std::size_t number = 0; number < kTrials; ++number) {
      search::Proposal proposal = std::move(algorithm->ask(1).front());
      const search::Trial trial{.number = number,
                                .genome = proposal.genome,
                                .succeeded = true,
                                .objectives = cheap_fitness(proposal.genome)};
      algorithm->tell(std::span(&trial, 1));
    }
    report.add({.figure = fmt::format("our {}, {} trials", name, kTrials),
                .value = kTrials / seconds_since(begin),
                .unit = "trials/s"});
  }
}

// Algorithms that know `past` random trials, asked for a batch.
double seconds_to_ask(const search::AlgorithmEntry& entry, const search::SearchSpace& space,
                      std::size_t objectives, std::size_t past, std::size_t batch) {
  std::map<std::string, OptionValue> options;
  for (const OptionSpec& spec : entry.options) {
    if (spec.name == "batch") options[spec.name] = static_cast<std::int64_t>(batch);
  }
  const auto algorithm = make(entry.name, {.space = &space, .objectives = objectives}, options);
  search::Rng rng(5);
  std::vector<search::Trial> trials;
  for (std::size_t number = 0; number < past; ++number) {
    search::Trial trial{.number = number, .genome = space.random(rng), .succeeded = true};
    for (std::size_t k = 0; k < objectives; ++k) {
      double value = 0;
      for (std::size_t i = k; i < trial.genome.size(); ++i)
        value += trial.genome[i] * static_cast<double>((i * (k + 3)) % 7) - 3.0;
      trial.objectives.push_back(value);
    }
    trials.push_back(std::move(trial));
  }
  // Whatever it asks for first, it is told the past with it.
  for (const search::Proposal& proposal : algorithm->ask(past)) {
    trials.push_back({.number = trials.size(),
                      .genome = proposal.genome,
                      .succeeded = true,
                      .objectives = trials[0].objectives});
  }
  algorithm->tell(trials);
  const auto begin = std::chrono::steady_clock::now();
  std::size_t asked = 0;
  while (asked < batch) {
    const auto proposals = algorithm->ask(batch - asked);
    if (proposals.empty()) break;
    asked += proposals.size();
  }
  return seconds_since(begin);
}

void bench_past_trials(Report& report) {
  search::SearchSpace space = ordinal_space(151, 3);
  for (const search::AlgorithmEntry& entry : search::algorithm_registry()) {
    if (entry.max_objectives < 3 || entry.name == "random" || entry.name == "exhaustive") continue;
    const bool predicts = entry.name == "quarry" || entry.name == "linas" ||
                          entry.name == "bayesian" || entry.name == "boshnas" ||
                          entry.name == "tpe";
    std::vector<double> seconds;
    for (int round = 0; round < 3; ++round)
      seconds.push_back(seconds_to_ask(entry, space, 3, 10000, 50));
    const double limit = predicts ? 1.0 : 0.01;
    report.add({.figure = fmt::format("ask {} for 50 after 10,000 trials, 151 genes, 3 objectives",
                                      entry.name),
                .value = median(seconds) * 1e3,
                .unit = "ms",
                .target = fmt::format("under {:.0f}", limit * 1e3),
                .holds = median(seconds) < limit});
  }
}

void bench_many_genes(Report& report) {
  const search::SearchSpace space = ordinal_space(1000, 3);
  for (const search::AlgorithmEntry& entry : search::algorithm_registry()) {
    const std::size_t objectives = std::min<std::size_t>(2, entry.max_objectives);
    // What takes seconds is asked once.
    std::vector<double> seconds;
    while (seconds.empty() || (seconds.size() < 3 && seconds.back() < 1.0))
      seconds.push_back(seconds_to_ask(entry, space, objectives, 1000, 50));
    report.add({.figure = fmt::format("ask {} for 50 after 1,000 trials, 1000 genes, {}",
                                      entry.name, objectives == 1 ? "1 objective" : "2 objectives"),
                .value = median(seconds) * 1e3,
                .unit = "ms"});
  }
}

// Fit two predictors on 250 rows of 45 genes, then 20,000 predicted evaluations of NSGA-II.
void bench_linas_loop(Report& report) {
  const search::SearchSpace space = ordinal_space(kGenes, 3);
  search::Rng rng(3);
  const search::Problem problem{.space = &space, .objectives = 2, .exact = {nullptr, nullptr}};
  search::SeenGenomes seen;
  search::Population measured;
  while (measured.size() < 250) {
    const Genome genome = space.random(rng);
    measured.add({.trial = measured.size(), .genome = seen.add(genome).first},
                 cheap_fitness(genome), 0.0, {});
  }
  for (const std::string predictor : {"ridge", "gaussian_process"}) {
    std::vector<double> milliseconds;
    for (int round = 0; round < kRounds; ++round) {
      const auto begin = std::chrono::steady_clock::now();
      search::Surrogate surrogate(problem, predictor, 1000);
      surrogate.train(measured, seen);
      const search::Candidates found =
          search::inner_search(problem, {.evaluations = 20000}, {}, 1,
                               [&](std::span<const Genome> genomes, search::Candidates& predicted) {
                                 surrogate.predict(genomes, 0.0, predicted);
                               });
      search::choose_batch(found, seen, measured.objectives, 20);
      milliseconds.push_back(seconds_since(begin) * 1e3);
    }
    Figure figure{
        .figure = fmt::format("LINAS loop of 20,000 predictions, {} fitted to 250 rows", predictor),
        .value = median(milliseconds),
        .unit = "ms"};
    if (predictor == "ridge") {
      figure.target = "at most 100";
      figure.holds = *figure.value <= 100;
    }
    report.add(figure);
  }
}

void bench_pareto(Report& report) {
  search::Rng rng(7);
  search::Points front(3);
  while (front.size() < 1000) {
    // On a sphere, so that none dominates another.
    std::vector<double> point;
    double length = 0;
    for (int k = 0; k < 3; ++k) {
      point.push_back(std::abs(rng.normal()));
      length += point.back() * point.back();
    }
    for (double& value : point) value = 1.0 - value / std::sqrt(length);
    front.add(point);
  }
  const std::vector<double> reference(3, 1.1);
  std::vector<double> volume_ms;
  std::vector<double> pagmo_ms;
  std::vector<double> archive_ms;
  for (int round = 0; round < kRounds; ++round) {
    auto begin = std::chrono::steady_clock::now();
    volatile double volume = search::hypervolume(front, reference);
    static_cast<void>(volume);
    volume_ms.push_back(seconds_since(begin) * 1e3);
    if (const auto peer = pagmo_hypervolume(front, reference))
      pagmo_ms.push_back(peer->seconds * 1e3);
    // Every point on the front, in a random order: the most that an archive has to keep.
    std::vector<double> xs(100000);
    for (double& x : xs) x = rng.uniform();
    begin = std::chrono::steady_clock::now();
    search::ParetoArchive archive(2, {1.1, 1.1});
    for (std::size_t i = 0; i < xs.size(); ++i)
      archive.insert(std::vector<double>{xs[i], 1.0 - xs[i]}, i);
    archive_ms.push_back(seconds_since(begin) * 1e3);
  }
  report.add({.figure = "hypervolume of a front of 1,000 points, 3 objectives",
              .value = median(volume_ms),
              .unit = "ms",
              .target = "under 1",
              .holds = median(volume_ms) < 1.0});
  Figure theirs{.figure = "pagmo2's hypervolume of the same front", .unit = "ms"};
  if (pagmo_ms.empty()) {
    theirs.note = kNoPagmo;
  } else {
    theirs.value = median(pagmo_ms);
  }
  report.add(theirs);
  report.add({.figure = "archive of 2 objectives, 100,000 inserts that all stay",
              .value = median(archive_ms),
              .unit = "ms",
              .target = "under 100",
              .holds = median(archive_ms) < 100.0});
}

void bench_agreement(Report& report) {
  constexpr std::size_t kSetsPerDimension = 10;
  const auto pairs = volumes_beside_pagmo(kSetsPerDimension);
  Figure figure{.figure = fmt::format("hypervolume, most it differs from pagmo2's on {} sets, 2-6 "
                                      "objectives",
                                      5 * kSetsPerDimension),
                .unit = "relative",
                .target = "at most 1e-10"};
  if (pairs) {
    double largest = 0.0;
    for (const VolumePair& pair : *pairs) largest = std::max(largest, pair.relative_difference());
    figure.value = largest;
    figure.holds = largest <= 1e-10;
  } else {
    figure.note = kNoPagmo;
  }
  report.add(figure);
}

}  // namespace

void bench_throughput(Report& report, const SearchBenchOptions&) {
  fmt::print("\nThroughput: 45 genes of 3 choices, 2 cheap objectives, one thread\n\n");
  bench_nsga2(report);
  bench_optuna(report);
  bench_linas_loop(report);
  bench_past_trials(report);
  bench_many_genes(report);
  bench_pareto(report);
  bench_agreement(report);
}

}  // namespace quarry::bench
