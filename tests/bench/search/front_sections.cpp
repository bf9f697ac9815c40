// Problems whose true front is known: the classic ones and the mini-spaces.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "tests/bench/search/sections.hpp"

namespace quarry::bench {
namespace {

std::vector<double> at_mark(const std::vector<Score>& scores,
                            std::map<std::size_t, double> Score::*column, std::size_t mark) {
  std::vector<double> values;
  for (const Score& score : scores) {
    const auto found = (score.*column).find(mark);
    if (found != (score.*column).end()) values.push_back(found->second);
  }
  return values;
}

void print_header(const std::string& title, const std::vector<Contestant>& all) {
  fmt::print("\n{}\n\n{:<24}", title, "");
  for (const Contestant& contestant : all) fmt::print("{:>14.14}", contestant.label);
  fmt::print("\n");
}

}  // namespace

void bench_classic(Report& report, const SearchBenchOptions& options) {
  const std::size_t seeds = options.seeds > 0 ? options.seeds : 5;
  const std::vector<Contestant> all =
      contestants(options, {"random", "nsga2", "age_moea", "unsga3", "moead", "ctaea", "tpe",
                            "bayesian", "linas", "quarry"});
  const std::vector<std::size_t> marks = {100, 250};
  std::map<std::string, int> wins;
  int contests = 0;
  std::map<std::string, std::map<std::string, std::vector<Score>>> scores;
  const std::vector<BenchProblem> problems = classic_problems();
  for (const BenchProblem& problem : problems) {
    const BenchProblem mirrored = reflected(problem);
    for (const Contestant& contestant : all)
      scores[problem.name][contestant.label] = run_seeds(mirrored, contestant, seeds, marks);
  }
  for (const std::size_t mark : marks) {
    print_header(fmt::format("Classic problems after {} evaluations: share of the true front's "
                             "hypervolume, mean of {} seeds",
                             mark, seeds),
                 all);
    for (const BenchProblem& problem : problems) {
      fmt::print("{:<24}", problem.name);
      std::vector<std::pair<double, std::string>> ranking;
      for (const Contestant& contestant : all) {
        const double share =
            mean(at_mark(scores[problem.name][contestant.label], &Score::hypervolume_share, mark));
        fmt::print("{:>14.3f}", share);
        ranking.emplace_back(share, contestant.label);
        report.keep({.figure = fmt::format("{}, {}, hypervolume share at {}", problem.name,
                                           contestant.label, mark),
                     .value = share,
                     .unit = ""});
      }
      fmt::print("\n");
      const auto best = std::ranges::max_element(ranking);
      if (best->first <= 0.0) continue;
      ++contests;
      ++wins[best->second];
    }
    print_header(fmt::format("The same: IGD+ (smaller is better)"), all);
    for (const BenchProblem& problem : problems) {
      fmt::print("{:<24}", problem.name);
      for (const Contestant& contestant : all) {
        const std::vector<double> distances =
            at_mark(scores[problem.name][contestant.label], &Score::igd_plus, mark);
        fmt::print("{:>14}", distances.empty() ? "-" : fmt::format("{:.3g}", mean(distances)));
      }
      fmt::print("\n");
    }
  }
  fmt::print("\nWins by mean hypervolume of {} contests:", contests);
  for (const Contestant& contestant : all)
    fmt::print(" {} {}", contestant.label, wins[contestant.label]);
  fmt::print("\n");
  for (const Contestant& contestant : all) {
    report.keep({.figure = fmt::format("classic, {}, wins of {}", contestant.label, contests),
                 .value = wins[contestant.label],
                 .unit = "contests"});
  }
}

void bench_mini_space(Report& report, const SearchBenchOptions& options) {
  const std::size_t seeds = options.seeds > 0 ? options.seeds : 11;
  const std::vector<std::size_t> marks = {25, 50, 100, 200, 400};
  for (const BenchProblem& problem : mini_space_problems()) {
    fmt::print(
        "\nExhaustive {}: {:.0f} networks, {} on the true front; what is missing of its "
        "hypervolume, mean of {} seeds\n\n{:<46}",
        problem.name, problem.space->canonical_size().value(), problem.front.size(), seeds, "");
    for (const std::size_t mark : marks) fmt::print("{:>10}", mark);
    fmt::print("\n");
    for (const Contestant& contestant : contestants(
             options,
             {"random", "nsga2", "regularized_evolution", "tpe", "bayesian", "linas", "quarry"})) {
      const std::vector<Score> scores = run_seeds(problem, contestant, seeds, marks);
      fmt::print("{:<46}", contestant.label);
      for (const std::size_t mark : marks) {
        const double gap = 1.0 - mean(at_mark(scores, &Score::hypervolume_share, mark));
        fmt::print("{:>10.4f}", gap);
        report.keep(
            {.figure = fmt::format("{}, {}, gap at {}", problem.name, contestant.label, mark),
             .value = gap,
             .unit = ""});
      }
      fmt::print("\n");
      std::fflush(stdout);
    }
  }
}

}  // namespace quarry::bench
