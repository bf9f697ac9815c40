// Every search algorithm there is. GET /v1/catalog, the request parser and the dashboard's form are
// made from these entries.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "search/core/search_algorithm.hpp"

namespace quarry::search {

// The default first.
std::span<const AlgorithmEntry> algorithm_registry();

// nullptr when there is none of that name.
const AlgorithmEntry* find_algorithm(std::string_view name);

// The names of those that may search predictions inside another: evolution, with a population.
std::vector<std::string> inner_algorithm_names();

// The option that names a predictor, "auto" among them.
OptionSpec predictor_option_spec(const std::string& fallback);

AlgorithmEntry quarry_entry();
AlgorithmEntry linas_entry();
AlgorithmEntry boshnas_entry();
AlgorithmEntry tpe_entry();
AlgorithmEntry bayesian_entry();
AlgorithmEntry nsga2_entry();
AlgorithmEntry age_moea_entry();
AlgorithmEntry unsga3_entry();
AlgorithmEntry moead_entry();
AlgorithmEntry ctaea_entry();
AlgorithmEntry ga_entry();
AlgorithmEntry regularized_evolution_entry();
AlgorithmEntry constrained_evolution_entry();
AlgorithmEntry eda_entry();
AlgorithmEntry cmaes_entry();
AlgorithmEntry random_search_entry();
AlgorithmEntry exhaustive_entry();

}  // namespace quarry::search
