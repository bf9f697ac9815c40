// Every search algorithm there is. GET /v1/catalog, the request parser and the dashboard's form are
// made from these entries.
#pragma once

#include <span>
#include <string_view>

#include "search/core/search_algorithm.hpp"

namespace quarry::search {

std::span<const AlgorithmEntry> algorithm_registry();

// nullptr when there is none of that name.
const AlgorithmEntry* find_algorithm(std::string_view name);

AlgorithmEntry random_search_entry();
AlgorithmEntry nsga2_entry();
AlgorithmEntry linas_entry();

}  // namespace quarry::search
