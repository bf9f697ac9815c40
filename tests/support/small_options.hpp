// Options of a search algorithm so small that a test is quick and yet sees several generations.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "search/core/search_algorithm.hpp"

namespace quarry::test {

inline std::optional<std::int64_t> small_value(std::string_view option) {
  if (option == "population" || option == "batch" || option == "initial") return 8;
  if (option == "inner/evaluations" || option == "evaluations") return 200;
  if (option == "epochs" || option == "first_epochs" || option == "restarts") return 2;
  return std::nullopt;
}

inline OptionValues small_options(const search::AlgorithmEntry& entry) {
  OptionValues options = OptionValues::defaults(entry.options);
  for (const OptionSpec& spec : entry.options)
    if (const auto value = small_value(spec.name)) options.set(spec.name, *value);
  return options;
}

}  // namespace quarry::test
