// The parts of the search benchmark, each printing its tables and adding its figures.
#pragma once

#include <string>
#include <vector>

#include "tests/bench/bench.hpp"
#include "tests/bench/search/run.hpp"

namespace quarry::bench {

struct SearchBenchOptions {
  std::vector<std::string> algorithms;         // empty: those of each section
  std::map<std::string, std::string> options;  // "quarry.batch" -> "3": for ablations
  std::size_t seeds = 0;                       // 0: as many as each section says
};

// The named algorithms, or those that the user asked for, with the user's options set.
std::vector<Contestant> contestants(const SearchBenchOptions& options,
                                    const std::vector<std::string>& names);

// Hypervolume against real evaluations on the replayed OFA MobileNetV3, all algorithms.
void bench_replay(Report& report, const SearchBenchOptions& options);
// Trials until within 0.1 % of the best of the FlexiBERT table.
void bench_tabular(Report& report, const SearchBenchOptions& options);
// Hypervolume share and IGD+ on the classic problems, and who wins how often.
void bench_classic(Report& report, const SearchBenchOptions& options);
// The exact gap to the true front of the mini-spaces.
void bench_mini_space(Report& report, const SearchBenchOptions& options);
// Evaluations a second beside pagmo2 and Optuna, the cost of a LINAS loop, of asking after many
// trials or in a large space, of hypervolumes and archives, and how far pagmo2 agrees.
void bench_throughput(Report& report, const SearchBenchOptions& options);

}  // namespace quarry::bench
