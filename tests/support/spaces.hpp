// Small search spaces for tests, in one line each.
#pragma once

#include <string>
#include <vector>

#include "search/core/search_space.hpp"

namespace quarry::test {

// `sizes.size()` independent categorical genes.
inline search::SearchSpace flat_space(const std::vector<std::size_t>& sizes) {
  std::vector<search::Gene> genes;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    search::Gene gene{.name = "g" + std::to_string(i)};
    for (std::size_t c = 0; c < sizes[i]; ++c)
      gene.choices.emplace_back(static_cast<std::int64_t>(c));
    genes.push_back(std::move(gene));
  }
  std::vector<search::Parameter> parameters;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    parameters.push_back(
        {.name = "g" + std::to_string(i), .first_gene = i, .count = 1, .is_list = false});
  }
  return {std::move(genes), std::move(parameters)};
}

// depth in 1..layers, then for each layer `genes_per_layer` genes of `choices`, alive while the
// layer is there.
inline search::SearchSpace depth_space(std::size_t layers, std::size_t choices,
                                       std::size_t genes_per_layer = 1) {
  const std::size_t widths = layers * genes_per_layer;
  search::Gene depth{.name = "depth", .kind = search::GeneKind::kOrdinal};
  for (std::size_t d = 1; d <= layers; ++d)
    depth.choices.emplace_back(static_cast<std::int64_t>(d));
  std::vector<search::Gene> genes = {depth};
  for (std::size_t i = 0; i < widths; ++i) {
    search::Gene gene{.name = "width[" + std::to_string(i) + "]",
                      .kind = search::GeneKind::kOrdinal};
    for (std::size_t c = 0; c < choices; ++c)
      gene.choices.emplace_back(static_cast<std::int64_t>(16 * (c + 1)));
    search::Condition condition{.on = 0, .alive = {}};
    for (std::size_t d = 1; d <= layers; ++d) condition.alive.push_back(d > i / genes_per_layer);
    gene.active_if = condition;
    genes.push_back(std::move(gene));
  }
  return {std::move(genes),
          {{.name = "depth", .first_gene = 0, .count = 1, .is_list = false},
           {.name = "width", .first_gene = 1, .count = widths, .is_list = true}}};
}

}  // namespace quarry::test
