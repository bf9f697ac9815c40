// What every search algorithm must do, whatever it is. A new registry entry is covered without a
// line here.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <thread>

#include "search/algorithms/registry.hpp"
#include "search/core/rng.hpp"
#include "tests/support/small_options.hpp"
#include "tests/support/spaces.hpp"

namespace quarry::search {
namespace {

// Two conflicting objectives with an answer in microseconds; every seventh network fails, some are
// infeasible.
Trial evaluate(const AlgorithmEntry& entry, std::size_t number, const Genome& genome) {
  double first = 0;
  double second = 0;
  std::size_t sum = 0;
  for (std::size_t i = 0; i < genome.size(); ++i) {
    first += static_cast<double>(genome[i]) * static_cast<double>(1 + i % 3);
    second += static_cast<double>((3 - genome[i]) * (3 - genome[i]));
    sum += genome[i] * (i + 1);
  }
  Trial trial{.number = number, .genome = genome, .succeeded = sum % 7 != 3};
  if (trial.succeeded) trial.objectives = {first, second};
  if (trial.objectives.size() > entry.max_objectives) trial.objectives.resize(1);
  if (trial.succeeded) trial.margins = {sum % 5 == 1 ? 0.5 : -0.5};
  trial.violation = violation(trial.margins);
  return trial;
}

// Two objectives where the algorithm takes them, and a bound known by measurement only.
Problem problem_on(const AlgorithmEntry& entry, const SearchSpace& space) {
  const std::size_t objectives = std::min<std::size_t>(2, entry.max_objectives);
  return {.space = &space,
          .objectives = objectives,
          .exact = std::vector<std::function<double(const Genome&)>>(objectives),
          .bounds = {{}}};
}

std::unique_ptr<SearchAlgorithm> make(const AlgorithmEntry& entry, const SearchSpace& space,
                                      std::uint64_t seed, std::vector<Genome> seeds = {},
                                      ParallelFor parallel_for = nullptr) {
  Problem problem = problem_on(entry, space);
  problem.seeds = std::move(seeds);
  problem.parallel_for = std::move(parallel_for);
  return entry.make(std::move(problem), test::small_options(entry), seed);
}

struct Run {
  std::vector<Genome> proposed;
  std::string transcript;
  // What a log would hold: a trial's number when it was proposed, -1 - number when it was told.
  std::vector<std::ptrdiff_t> log;
};

// Keeps up to `workers` trials outstanding and finishes them in an order that `speed` decides.
Run run(const AlgorithmEntry& entry, SearchAlgorithm& algorithm, std::size_t budget,
        std::size_t workers, std::uint64_t speed) {
  Run result;
  Rng rng(speed);
  std::vector<Trial> outstanding;
  while (result.proposed.size() < budget || !outstanding.empty()) {
    const std::size_t room =
        std::min(workers - outstanding.size(), budget - result.proposed.size());
    const std::vector<Proposal> proposals =
        room > 0 ? algorithm.ask(room) : std::vector<Proposal>();
    REQUIRE(proposals.size() <= room);
    for (const Proposal& proposal : proposals) {
      result.log.push_back(static_cast<std::ptrdiff_t>(result.proposed.size()));
      outstanding.push_back(evaluate(entry, result.proposed.size(), proposal.genome));
      result.proposed.push_back(proposal.genome);
      result.transcript += to_text(proposal.genome) + " " + proposal.origin.how + "\n";
    }
    if (outstanding.empty()) break;
    const std::size_t finished = rng.below(outstanding.size());
    result.log.push_back(-1 - static_cast<std::ptrdiff_t>(outstanding[finished].number));
    algorithm.tell(std::span(&outstanding[finished], 1));
    outstanding.erase(outstanding.begin() + static_cast<std::ptrdiff_t>(finished));
  }
  return result;
}

// Feeds a new algorithm the log, one event at a time, as a restarted study does.
void replay(const AlgorithmEntry& entry, SearchAlgorithm& algorithm, const Run& logged) {
  for (const std::ptrdiff_t event : logged.log) {
    if (event >= 0) {
      const std::vector<Proposal> proposals = algorithm.ask(1);
      REQUIRE(proposals.size() == 1);
      REQUIRE(proposals[0].genome == logged.proposed[static_cast<std::size_t>(event)]);
    } else {
      const auto number = static_cast<std::size_t>(-1 - event);
      const Trial trial = evaluate(entry, number, logged.proposed[number]);
      algorithm.tell(std::span(&trial, 1));
    }
  }
}

TEST_CASE("every algorithm describes itself") {
  for (const AlgorithmEntry& entry : algorithm_registry()) {
    INFO(entry.name);
    CHECK_FALSE(entry.summary.empty());
    for (const OptionSpec& option : entry.options) CHECK_FALSE(option.help.empty());
  }
}

TEST_CASE("every algorithm proposes canonical networks and none twice") {
  const SearchSpace space = test::depth_space(4, 4);
  for (const AlgorithmEntry& entry : algorithm_registry()) {
    INFO(entry.name);
    const Run result = run(entry, *make(entry, space, 1), 100, 1, 0);
    CHECK(result.proposed.size() == 100);
    CHECK(std::set<Genome>(result.proposed.begin(), result.proposed.end()).size() == 100);
    for (const Genome& genome : result.proposed) {
      CHECK(space.contains(genome));
      CHECK(space.canonical(genome) == genome);
    }
  }
}

TEST_CASE(
    "the same seed and measurements give the same trials, whatever the number and speed of "
    "workers") {
  const SearchSpace space = test::depth_space(4, 4);
  for (const AlgorithmEntry& entry : algorithm_registry()) {
    INFO(entry.name);
    const std::string alone = run(entry, *make(entry, space, 42), 60, 1, 0).transcript;
    CHECK(run(entry, *make(entry, space, 42), 60, 1, 0).transcript == alone);
    CHECK(run(entry, *make(entry, space, 42), 60, 2, 7).transcript == alone);
    CHECK(run(entry, *make(entry, space, 42), 60, 256, 8).transcript == alone);
    const std::string other = run(entry, *make(entry, space, 43), 60, 1, 0).transcript;
    CHECK((other != alone) == entry.uses_chance);
  }
}

TEST_CASE("one thread and two make the same proposals") {
  const SearchSpace space = test::depth_space(4, 4);
  const ParallelFor two_threads = [](std::size_t count,
                                     const std::function<void(std::size_t)>& body) {
    std::jthread other([&] {
      for (std::size_t i = 1; i < count; i += 2) body(i);
    });
    for (std::size_t i = 0; i < count; i += 2) body(i);
  };
  for (const AlgorithmEntry& entry : algorithm_registry()) {
    INFO(entry.name);
    CHECK(run(entry, *make(entry, space, 5), 40, 4, 1).transcript ==
          run(entry, *make(entry, space, 5, {}, two_threads), 40, 4, 1).transcript);
  }
}

TEST_CASE("a replayed log leads on to the same proposals") {
  const SearchSpace space = test::depth_space(4, 4);
  for (const AlgorithmEntry& entry : algorithm_registry()) {
    INFO(entry.name);
    const auto uninterrupted = make(entry, space, 7);
    const Run logged = run(entry, *uninterrupted, 43, 5, 2);
    const auto resumed = make(entry, space, 7);
    replay(entry, *resumed, logged);
    std::vector<Proposal> next = uninterrupted->ask(5);
    std::vector<Proposal> again = resumed->ask(5);
    REQUIRE(next.size() == again.size());
    for (std::size_t i = 0; i < next.size(); ++i) CHECK(next[i].genome == again[i].genome);
  }
}

TEST_CASE("a bound known by formula is kept by almost every proposal of those that look") {
  const SearchSpace space = test::depth_space(6, 4);
  const auto excess = [](const Genome& genome) {
    double total = 0;
    for (const Choice choice : genome) total += choice;
    return total - 8.0;
  };
  for (const AlgorithmEntry& entry : algorithm_registry()) {
    if (entry.name == "random" || entry.name == "exhaustive") continue;
    INFO(entry.name);
    Problem problem{.space = &space, .objectives = 1, .exact = {nullptr}};
    problem.bounds = {{.exact = excess}};
    const auto algorithm = entry.make(problem, test::small_options(entry), 9);
    std::size_t kept = 0;
    for (std::size_t number = 0; number < 60; ++number) {
      const Genome genome = algorithm->ask(1).front().genome;
      const double margin = excess(genome);
      kept += margin <= 0.0 ? 1 : 0;
      const Trial trial{.number = number,
                        .genome = genome,
                        .succeeded = true,
                        .objectives = {-static_cast<double>(genome[0] + genome[1])},
                        .margins = {margin},
                        .violation = std::max(margin, 0.0)};
      algorithm->tell(std::span(&trial, 1));
    }
    CHECK(kept >= 50);
  }
}

TEST_CASE("every algorithm searches a space of 1000 genes") {
  const SearchSpace space = test::depth_space(9, 2, 111);
  for (const AlgorithmEntry& entry : algorithm_registry()) {
    INFO(entry.name);
    // One step with a model is enough: the local search of Bayesian optimisation looks at every
    // neighbour, which takes it seconds under a sanitizer.
    OptionValues options = test::small_options(entry);
    for (const OptionSpec& spec : entry.options) {
      if (spec.name != "initial") continue;
      options.set("initial", std::int64_t{59});
      options.set("batch", std::int64_t{1});
    }
    const auto algorithm = entry.make(problem_on(entry, space), options, 1);
    const Run result = run(entry, *algorithm, 60, 10, 3);
    CHECK(std::set<Genome>(result.proposed.begin(), result.proposed.end()).size() == 60);
    CHECK(std::ranges::all_of(result.proposed, [&](const Genome& genome) {
      return space.contains(genome) && space.canonical(genome) == genome;
    }));
  }
}

TEST_CASE("every algorithm finds all of a space of 40 networks and then ends by itself") {
  const SearchSpace space = test::flat_space({2, 4, 5});
  for (const AlgorithmEntry& entry : algorithm_registry()) {
    INFO(entry.name);
    const Run result = run(entry, *make(entry, space, 3), 1000, 3, 5);
    CHECK(std::set<Genome>(result.proposed.begin(), result.proposed.end()).size() == 40);
  }
}

TEST_CASE("every algorithm proposes its seeds first, in order, and not again") {
  const SearchSpace space = test::depth_space(3, 4);
  const std::vector<Genome> seeds = {{0, 1, 0, 0}, {2, 3, 3, 3}};
  for (const AlgorithmEntry& entry : algorithm_registry()) {
    INFO(entry.name);
    const Run result = run(entry, *make(entry, space, 4, seeds), 30, 1, 0);
    CHECK(std::vector<Genome>(result.proposed.begin(), result.proposed.begin() + 2) == seeds);
    CHECK(std::set<Genome>(result.proposed.begin(), result.proposed.end()).size() == 30);
  }
}

TEST_CASE("more seeds than a first generation holds are all proposed, and the search goes on") {
  const SearchSpace space = test::depth_space(4, 4);
  std::vector<Genome> seeds;
  for (Choice a = 0; a < 4; ++a) {
    for (Choice b = 0; b < 4; ++b) seeds.push_back({3, a, b, 2, 1});
  }
  for (const AlgorithmEntry& entry : algorithm_registry()) {
    INFO(entry.name);
    const auto algorithm = make(entry, space, 4, seeds);
    const Run logged = run(entry, *algorithm, 43, 5, 2);
    CHECK(std::vector<Genome>(logged.proposed.begin(), logged.proposed.begin() + 16) == seeds);
    CHECK(std::set<Genome>(logged.proposed.begin(), logged.proposed.end()).size() == 43);
    replay(entry, *make(entry, space, 4, seeds), logged);
  }
}

TEST_CASE("every algorithm goes on when everything fails") {
  const SearchSpace space = test::depth_space(4, 4);
  for (const AlgorithmEntry& entry : algorithm_registry()) {
    INFO(entry.name);
    const auto algorithm = make(entry, space, 6);
    std::set<Genome> proposed;
    for (std::size_t number = 0; number < 50; ++number) {
      const std::vector<Proposal> proposals = algorithm->ask(1);
      REQUIRE(proposals.size() == 1);
      CHECK(proposed.insert(proposals[0].genome).second);
      const Trial failed{.number = number, .genome = proposals[0].genome};
      algorithm->tell(std::span(&failed, 1));
    }
  }
}

TEST_CASE(
    "every algorithm takes a problem with one objective and one with three, exact ones among "
    "them") {
  const SearchSpace space = test::depth_space(4, 4);
  for (const AlgorithmEntry& entry : algorithm_registry()) {
    for (const std::size_t objectives :
         {std::size_t{1}, std::min<std::size_t>(3, entry.max_objectives)}) {
      INFO(entry.name << " with " << objectives);
      Problem problem{
          .space = &space, .objectives = objectives, .exact = {}, .bounds = {{}}, .seeds = {}};
      problem.exact.resize(objectives);
      problem.exact.back() = [](const Genome& genome) { return static_cast<double>(genome[0]); };
      const auto algorithm = entry.make(problem, test::small_options(entry), 9);
      for (std::size_t number = 0; number < 70; ++number) {
        const std::vector<Proposal> proposals = algorithm->ask(1);
        REQUIRE(proposals.size() == 1);
        Trial trial = evaluate(entry, number, proposals[0].genome);
        trial.succeeded = true;
        trial.objectives.assign(objectives, static_cast<double>(proposals[0].genome[1]));
        trial.objectives.back() = static_cast<double>(proposals[0].genome[0]);
        trial.margins = {-0.5};
        trial.violation = 0.0;
        algorithm->tell(std::span(&trial, 1));
      }
    }
  }
}

}  // namespace
}  // namespace quarry::search
