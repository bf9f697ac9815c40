// Tested by tests/search/feature_recipe_test.cpp.
#include "search/supernets/feature_recipe.hpp"

#include <algorithm>
#include <cassert>
#include <nlohmann/json.hpp>
#include <set>

#include "search/core/features.hpp"
#include "search/supernets/json_fields.hpp"

namespace quarry::search {
namespace {

// What one entry of the manifest's "network" became.
struct Stage {
  std::size_t repetitions = 0;
  Cost cost;
  std::int64_t integer_macs = 0;
};

struct BuiltNetwork {
  Network network;
  Supernet::ReportedCost reported;
  std::vector<Stage> stages;
};

BuiltNetwork build(const Supernet& supernet, const Genome& genome) {
  BuiltNetwork built;
  std::vector<Range> ranges;
  NetworkBuilder builder(supernet.input, supernet.vocabulary);
  for (const BlockUse& use : supernet.blocks) {
    const std::size_t repetitions = supernet.repetitions_of(use, genome);
    const std::size_t first = builder.size();
    for (std::size_t i = 0; i < repetitions; ++i) supernet.append_block(builder, use, genome, i);
    built.stages.push_back({.repetitions = repetitions, .cost = {}, .integer_macs = 0});
    ranges.push_back({first, builder.size()});
  }
  built.network = builder.take();
  built.reported = supernet.reported_cost(genome, built.network);
  for (std::size_t s = 0; s < ranges.size(); ++s) {
    for (std::size_t i = ranges[s].begin; i < ranges[s].end; ++i) {
      const Operator& op = built.network.operators[i];
      const Cost cost = cost_of(op, built.network);
      built.stages[s].cost += cost;
      if (is_integer(op.precision)) built.stages[s].integer_macs += cost.macs;
    }
  }
  return built;
}

// Values that must be converted: made in one precision (the network's own input in f32) and read in
// another; once for all readers of the same precision.
std::size_t precision_changes(const Network& network) {
  std::set<std::pair<std::size_t, Precision>> conversions;
  for (const Operator& op : network.operators) {
    for (const std::size_t input : op.inputs) {
      const Precision made =
          input == kNetworkInput ? Precision::kF32 : network.operators[input].precision;
      if (is_integer(made) && is_integer(op.precision)) continue;
      if (made != op.precision) conversions.emplace(input, op.precision);
    }
  }
  return conversions.size();
}

struct Derivation {
  DerivedFeature feature;
  double (*whole)(const BuiltNetwork& built) = nullptr;
  double (*stage)(const Stage& stage) = nullptr;
};

double real(std::int64_t count) { return static_cast<double>(count); }

const std::vector<Derivation>& derivations() {
  using Built = const BuiltNetwork&;
  static const std::vector<Derivation> kDerivations = {
      {{"macs", "multiply-accumulates of one image, as the manifest counts them"},
       [](Built built) { return real(built.reported.macs); }},
      {{"params", "stored numbers, as the manifest counts them"},
       [](Built built) { return real(built.reported.params); }},
      {{"model_size_bytes", "bytes of all parameters under the operators' precisions"},
       [](Built built) { return real(built.reported.model_size_bytes); }},
      {{"peak_activation_bytes", "bytes of activations that inference of one image needs at least"},
       [](Built built) { return real(peak_activation_bytes(built.network)); }},
      {{"operators", "operators of the network"},
       [](Built built) { return static_cast<double>(built.network.operators.size()); }},
      {{"int8_share", "share of the quantizable multiply-accumulates that is made of integers"},
       [](Built built) { return int8_share(built.network); }},
      {{"precision_changes", "values that are made in one precision and read in another"},
       [](Built built) { return static_cast<double>(precision_changes(built.network)); }},
      {{"stage_depth", "repetitions of the stage's block", true},
       nullptr,
       [](const Stage& stage) { return static_cast<double>(stage.repetitions); }},
      {{"stage_macs", "multiply-accumulates of one image in the stage's products", true},
       nullptr,
       [](const Stage& stage) { return real(stage.cost.macs); }},
      {{"stage_int8_macs", "those of them that are made of integers", true},
       nullptr,
       [](const Stage& stage) { return real(stage.integer_macs); }},
      {{"stage_params", "numbers that the stage stores", true},
       nullptr,
       [](const Stage& stage) { return real(stage.cost.params); }},
      {{"stage_model_size_bytes", "bytes of the stage's parameters under their precisions", true},
       nullptr,
       [](const Stage& stage) { return real(stage.cost.model_size_bytes); }}};
  return kDerivations;
}

const Derivation* find_derivation(std::string_view name) {
  for (const Derivation& candidate : derivations()) {
    if (candidate.feature.name == name) return &candidate;
  }
  return nullptr;
}

const Derivation& derivation(std::string_view name) {
  const Derivation* found = find_derivation(name);
  assert(found != nullptr);
  return *found;
}

std::vector<std::string> stage_names(const Supernet& supernet) {
  std::vector<std::string> names;
  for (const BlockUse& use : supernet.blocks) names.push_back(use.instance_name(0));
  return names;
}

void write_derived(const FeatureRecipe& recipe, const Supernet& supernet, const Genome& genome,
                   double* next) {
  const BuiltNetwork built = build(supernet, genome);
  for (const std::string& name : recipe.derived) {
    const Derivation& derive = derivation(name);
    if (derive.whole != nullptr) *next++ = derive.whole(built);
    if (derive.stage == nullptr) continue;
    for (const Stage& stage : built.stages) *next++ = derive.stage(stage);
  }
}

std::string listed(const Gene& gene) {
  std::string text;
  for (const Value& choice : gene.choices) text += (text.empty() ? "" : ", ") + to_text(choice);
  return text;
}

std::string_view to_text(GeneKind kind) {
  return kind == GeneKind::kOrdinal ? "ordinal" : "categorical";
}

// What of a gene differs, as the end of a sentence that names it.
std::optional<std::string> difference(const Gene& learned, const Gene& given) {
  if (learned.choices != given.choices) {
    return "has the choices " + listed(given) + ", the recipe " + listed(learned) +
           ", in this order";
  }
  if (learned.kind != given.kind) {
    return "is " + std::string(to_text(given.kind)) + ", in the recipe " +
           std::string(to_text(learned.kind));
  }
  if (learned.active_if != given.active_if) return "is alive under another condition";
  if (learned.same_as != given.same_as) return "has other choices that are the same";
  return std::nullopt;
}

}  // namespace

std::span<const DerivedFeature> derived_features() {
  static const std::vector<DerivedFeature> kFeatures = [] {
    std::vector<DerivedFeature> features;
    for (const Derivation& derive : derivations()) features.push_back(derive.feature);
    return features;
  }();
  return kFeatures;
}

bool FeatureRecipe::derives_per_stage() const {
  return std::ranges::any_of(
      derived, [](const std::string& name) { return derivation(name).feature.per_stage; });
}

predictors::Columns FeatureRecipe::columns() const {
  predictors::Columns all = gene_columns(genes);
  all.resize(column_names().size(), {.kind = predictors::ColumnKind::kNumber, .levels = 0});
  return all;
}

std::vector<std::string> FeatureRecipe::column_names() const {
  std::vector<std::string> names;
  for (const Gene& gene : genes) names.push_back(gene.name);
  for (const std::string& name : derived) {
    if (!derivation(name).feature.per_stage) {
      names.push_back(name);
      continue;
    }
    for (const std::string& stage : stages) names.push_back(name + "[" + stage + "]");
  }
  return names;
}

predictors::Matrix FeatureRecipe::rows(const Supernet& supernet,
                                       std::span<const Genome> genomes) const {
  predictors::Matrix matrix(genomes.size(), columns().size());
  for (std::size_t i = 0; i < genomes.size(); ++i) {
    const std::span<double> row = matrix.row(i);
    write_gene_row(supernet.space, genomes[i], row.first(genes.size()));
    if (!derived.empty()) write_derived(*this, supernet, genomes[i], row.data() + genes.size());
  }
  return matrix;
}

std::optional<std::string> FeatureRecipe::refusal(const Supernet& supernet) const {
  const std::span<const Gene> given = supernet.space.genes();
  for (std::size_t i = 0; i < genes.size(); ++i) {
    const auto found = std::ranges::find(given, genes[i].name, &Gene::name);
    if (found == given.end()) return "the gene " + genes[i].name + " is missing";
    const auto place = static_cast<std::size_t>(found - given.begin());
    if (place != i) {
      return "the gene " + genes[i].name + " is number " + std::to_string(place) +
             ", in the recipe number " + std::to_string(i);
    }
    if (const auto differs = difference(genes[i], given[i]))
      return "the gene " + genes[i].name + " " + *differs;
  }
  if (given.size() > genes.size())
    return "the gene " + given[genes.size()].name + " is not in the recipe";
  if (derives_per_stage() && stages != stage_names(supernet))
    return "the stages of its network are not those of the recipe";
  return std::nullopt;
}

FeatureRecipe feature_recipe(const Supernet& supernet, std::vector<std::string> derived) {
  const std::span<const Gene> genes = supernet.space.genes();
  FeatureRecipe recipe{
      .genes = {genes.begin(), genes.end()}, .derived = std::move(derived), .stages = {}};
  if (recipe.derives_per_stage()) recipe.stages = stage_names(supernet);
  return recipe;
}

void check_derived(std::span<const std::string> derived, const std::string& pointer,
                   FieldErrors& errors) {
  std::vector<std::string> known;
  for (const DerivedFeature& feature : derived_features()) known.push_back(feature.name);
  for (std::size_t i = 0; i < derived.size(); ++i) {
    const std::string at = pointer + "/" + std::to_string(i);
    if (find_derivation(derived[i]) == nullptr) {
      errors.push_back({at, "must be " + one_of(known) + ", got " + derived[i] +
                                did_you_mean(derived[i], known)});
    } else if (std::ranges::find(derived.first(i), derived[i]) !=
               derived.begin() + static_cast<std::ptrdiff_t>(i)) {
      errors.push_back({at, derived[i] + " is given twice"});
    }
  }
}

}  // namespace quarry::search
