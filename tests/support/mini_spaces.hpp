// The exhaustive mini-spaces, made once for all tests: they build 63,018 networks.
#pragma once

#include <vector>

#include "tests/bench/search/bench_problem.hpp"

namespace quarry::test {

inline const std::vector<bench::BenchProblem>& mini_spaces() {
  static const std::vector<bench::BenchProblem> problems = bench::mini_space_problems();
  return problems;
}

}  // namespace quarry::test
