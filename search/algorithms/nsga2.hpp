// The options of NSGA-II, for algorithms that run it inside.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "search/core/search_algorithm.hpp"

namespace quarry::search {

struct Nsga2Options {
  std::size_t population = 50;
  double crossover = 0.9;  // probability that an offspring has two parents
  double mutation = 0.0;   // probability per living gene; 0 stands for one gene on average
};

std::vector<OptionSpec> nsga2_option_specs();

std::unique_ptr<SearchAlgorithm> make_nsga2(Problem problem, const Nsga2Options& options,
                                            std::uint64_t seed);

}  // namespace quarry::search
