// How the genomes of a supernet become rows for a predictor: one column per gene, its level or
// absent where it is dead, and, where asked for, numbers that are derived from the Network that the
// genome makes (its MACs, its stages' depths, ...). Plain data, stored beside what was learned from
// such rows: it says whether another supernet's genomes mean the same.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "predictors/column.hpp"
#include "predictors/matrix.hpp"
#include "search/core/search_space.hpp"
#include "search/supernets/field_error.hpp"
#include "search/supernets/supernet.hpp"

namespace quarry::search {

// A number that follows from a genome's Network, or, per stage, one for each entry of the
// manifest's "network".
struct DerivedFeature {
  std::string name;
  std::string summary;  // what it counts and its unit, one line
  bool per_stage = false;
};

// Every one there is.
std::span<const DerivedFeature> derived_features();

struct FeatureRecipe {
  std::vector<Gene> genes;           // of the space that it was made for
  std::vector<std::string> derived;  // names of derived_features(), in the order of the columns
  // What a per-stage feature has a column for: the first instance of each entry of the network;
  // empty where nothing is derived per stage.
  std::vector<std::string> stages;

  bool derives_per_stage() const;

  // The genes first, then the derived numbers.
  predictors::Columns columns() const;
  // "depth", "macs", "stage_macs[layer0]", ...: one per column, distinct unless a gene is called
  // like a derived feature.
  std::vector<std::string> column_names() const;

  // One row per genome, in order. Precondition: no refusal(supernet), its space contains each
  // genome. Without derived features no network is built.
  predictors::Matrix rows(const Supernet& supernet, std::span<const Genome> genomes) const;

  // Why rows of that supernet would not mean what this recipe's do: names the first gene that is
  // missing, elsewhere, or has other choices; nothing when they do.
  std::optional<std::string> refusal(const Supernet& supernet) const;
};

// Precondition: every name of `derived` is one of derived_features().
FeatureRecipe feature_recipe(const Supernet& supernet, std::vector<std::string> derived = {});

// Records every name that is no derived feature, or is given twice, under `pointer`/INDEX.
void check_derived(std::span<const std::string> derived, const std::string& pointer,
                   FieldErrors& errors);

// The stored form, and back; on any mistake nothing, and every mistake in `errors`.
nlohmann::json to_json(const FeatureRecipe& recipe);
std::optional<FeatureRecipe> feature_recipe_from_json(const nlohmann::json& json,
                                                      const std::string& pointer,
                                                      FieldErrors& errors);

}  // namespace quarry::search
