// The FlexiBERT table: how many measured models until one within 0.1 % of the best is found.
#include <fmt/format.h>

#include <algorithm>

#include "tests/bench/search/sections.hpp"

namespace quarry::bench {

void bench_tabular(Report& report, const SearchBenchOptions& options) {
  const auto problem = flexibert_problem();
  if (!problem) return;
  const std::size_t seeds = options.seeds > 0 ? options.seeds : 31;
  const double best = problem->front[0][0];
  const double close_enough = 1.0 - 0.999 * (1.0 - best);
  fmt::print(
      "\nTabular: FlexiBERT on QNLI, 660 measured models of 2037; trials until within 0.1 % of the "
      "best,\nquartiles of {} seeds; models without a score are not proposed or not counted\n\n"
      "{:<46}{:>10}{:>10}{:>10}{:>12}\n",
      seeds, "", "25 %", "median", "75 %", "ask, s");
  const std::vector<std::size_t> marks = {660};
  for (Contestant& contestant : contestants(options, {"random", "regularized_evolution", "tpe",
                                                      "bayesian", "boshnas", "linas", "quarry"})) {
    contestant.most_evaluations = 660;
    contestant.enough = close_enough;
    const std::vector<Score> scores = run_seeds(*problem, contestant, seeds, marks);
    std::vector<double> needed;
    std::vector<double> seconds;
    for (const Score& score : scores) {
      needed.push_back(static_cast<double>(trials_until(score, close_enough)));
      seconds.push_back(score.ask_seconds);
    }
    std::ranges::sort(needed);
    fmt::print("{:<46}{:>10.0f}{:>10.0f}{:>10.0f}{:>12.1f}\n", contestant.label, needed[seeds / 4],
               median(needed), needed[seeds - 1 - seeds / 4], mean(seconds));
    std::fflush(stdout);
    report.keep(
        {.figure = fmt::format("tabular, {}, median trials to 0.1 % of the best", contestant.label),
         .value = median(needed),
         .unit = "trials"});
  }
}

}  // namespace quarry::bench
