// Genome -> Network: every block of the manifest in order, each parameter a constant or the value
// of its gene. Tested by tests/search/supernet_test.cpp.
#include "search/supernets/supernet.hpp"

#include <algorithm>
#include <cassert>

namespace quarry::search {
namespace {

OptionValue as_option(const Value& value) {
  return std::visit([](const auto& v) { return OptionValue(v); }, value);
}

const Value& largest_choice(const Gene& gene) {
  const Value* largest = &gene.choices.front();
  for (const Value& choice : gene.choices) {
    if (std::holds_alternative<std::int64_t>(choice) && *largest < choice) largest = &choice;
  }
  return *largest;
}

std::optional<Precision> named_precision(const Value& value) {
  Precision precision = Precision::kF32;
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr || !parse_precision(*text, precision)) return std::nullopt;
  return precision;
}

}  // namespace

std::optional<Precision> precision_of(const Gene& gene, Choice choice) {
  const bool all = std::ranges::all_of(
      gene.choices, [](const Value& value) { return named_precision(value).has_value(); });
  return all ? named_precision(gene.choices[choice]) : std::nullopt;
}

BlockParameters Supernet::parameters_of(const BlockUse& use, const Genome& genome,
                                        std::size_t repetition) const {
  const auto genes = space.genes();
  BlockParameters parameters{use.constants, use.constants};
  for (const auto& [parameter, reference] : use.genes) {
    const std::size_t index = reference.first_gene + (reference.per_repetition ? repetition : 0);
    parameters.chosen.set(parameter, as_option(genes[index].choices[genome[index]]));
    parameters.largest.set(parameter, as_option(largest_choice(genes[index])));
  }
  return parameters;
}

Network Supernet::network(const Genome& genome) const {
  assert(space.contains(genome));
  NetworkBuilder builder(input);
  for (const BlockUse& use : blocks) {
    if (!use.depth_gene) {
      use.kind->append(builder, use.name, parameters_of(use, genome, 0));
      continue;
    }
    const Gene& depth = space.genes()[*use.depth_gene];
    const auto repetitions =
        static_cast<std::size_t>(std::get<std::int64_t>(depth.choices[genome[*use.depth_gene]]));
    for (std::size_t i = 0; i < repetitions; ++i) {
      use.kind->append(builder, use.name + std::to_string(i), parameters_of(use, genome, i));
    }
  }
  return builder.take();
}

}  // namespace quarry::search
