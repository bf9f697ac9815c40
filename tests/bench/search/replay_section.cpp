// The replay benchmark's table.
#include <fmt/format.h>

#include <algorithm>

#include "search/algorithms/registry.hpp"
#include "tests/bench/search/sections.hpp"

namespace quarry::bench {
namespace {

const std::vector<std::size_t> kMarks = {50, 100, 150, 250, 500, 1000};

// Published with the data (../shared/data/README.md): means of five seeds.
struct Published {
  const char* label;
  std::vector<double> shares;
};
const std::vector<Published> kPublished = {
    {"published: random", {.557, .586, .599, .629, .639, .660}},
    {"published: NSGA-II with DyNAS-T's operators", {.557, .594, .606, .655, .709, .768}},
    {"published: LINAS as DyNAS-T does it", {.557, .634, .667, .696, .772}},
    {"published: LINAS repaired", {.557, .693, .760, .813, .858}}};

void print_row(const std::string& label, const std::vector<double>& means,
               const std::vector<double>& deviations, double seconds) {
  fmt::print("{:<46}", label);
  for (std::size_t m = 0; m < kMarks.size(); ++m) {
    if (m >= means.size()) {
      fmt::print("{:>13}", "-");
    } else if (deviations.empty()) {
      fmt::print("{:>13}", fmt::format("{:.3f}      ", means[m]));
    } else {
      fmt::print("{:>13}", fmt::format("{:.3f} ±{:.3f}", means[m], deviations[m]));
    }
  }
  fmt::print("{:>9}\n", seconds < 0 ? "" : fmt::format("{:.1f}", seconds));
  std::fflush(stdout);
}

}  // namespace

void bench_replay(Report& report, const SearchBenchOptions& options) {
  const auto problem = replay_problem();
  if (!problem) return;
  const std::size_t seeds = options.seeds > 0 ? options.seeds : 11;
  fmt::print(
      "\nReplay: OFA MobileNetV3-w1.2, 45 genes, predicted accuracy against latency on a phone; "
      "share of the\nbest known hypervolume by real evaluations, mean ± standard deviation of {} "
      "seeds, no seeds given\n\n{:<46}",
      seeds, "");
  for (const std::size_t mark : kMarks) fmt::print("{:>12} ", mark);
  fmt::print("{:>8}\n", "ask, s");
  for (const Published& row : kPublished) print_row(row.label, row.shares, {}, -1);
  std::vector<std::string> names;
  for (const search::AlgorithmEntry& entry : search::algorithm_registry()) {
    if (entry.max_objectives >= 2 && entry.name != "exhaustive") names.push_back(entry.name);
  }
  for (const Contestant& contestant : contestants(options, names)) {
    const std::vector<Score> scores = run_seeds(*problem, contestant, seeds, kMarks);
    std::vector<double> means;
    std::vector<double> deviations;
    std::vector<double> seconds;
    for (const Score& score : scores) seconds.push_back(score.ask_seconds);
    for (const std::size_t mark : kMarks) {
      std::vector<double> shares;
      for (const Score& score : scores) {
        const auto found = score.hypervolume_share.find(mark);
        if (found != score.hypervolume_share.end()) shares.push_back(found->second);
      }
      if (shares.size() < seeds) break;
      means.push_back(mean(shares));
      deviations.push_back(deviation(shares));
    }
    print_row(contestant.label, means, deviations, mean(seconds));
    for (std::size_t m = 0; m < means.size(); ++m) {
      Figure figure{
          .figure = fmt::format("replay, {}, share at {} evaluations", contestant.label, kMarks[m]),
          .value = means[m],
          .unit = "of 379.14"};
      const auto aim = [&](double target) {
        figure.target = fmt::format("at least {:.3f}", target);
        figure.holds = means[m] >= target;
      };
      if (contestant.label == "quarry" && kMarks[m] == 100) aim(0.80);
      if (contestant.label == "quarry" && kMarks[m] == 250) aim(0.92);
      if (contestant.label == "quarry" && kMarks[m] == 500) aim(0.97);
      if (contestant.label == "linas" && kMarks[m] == 100) aim(0.693);
      if (contestant.label == "linas" && kMarks[m] == 250) aim(0.813);
      if (contestant.label == "linas" && kMarks[m] == 500) aim(0.858);
      report.keep(figure);
    }
    if (contestant.label != "quarry") continue;
    const auto passed = evaluations_to_pass(scores, 0.772);
    report.add({.figure = "replay, quarry, evaluations to pass DyNAS-T's .772 at 500",
                .value = passed,
                .unit = "trials",
                .target = "at most 100",
                .holds = passed && *passed <= 100});
  }
}

}  // namespace quarry::bench
