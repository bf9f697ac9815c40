// The stored form of a FeatureRecipe. Tested by tests/search/feature_recipe_test.cpp.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "search/supernets/feature_recipe.hpp"
#include "search/supernets/json_fields.hpp"

namespace quarry::search {
namespace {

using nlohmann::json;

constexpr std::size_t kMostChoices = 256;

json gene_to_json(const Gene& gene) {
  json choices = json::array();
  for (const Value& choice : gene.choices) choices.push_back(value_to_json(choice));
  json stored = {{"name", gene.name},
                 {"kind", gene.kind == GeneKind::kOrdinal ? "ordinal" : "categorical"},
                 {"choices", choices}};
  if (gene.active_if)
    stored["active_if"] = {{"on", gene.active_if->on}, {"alive", gene.active_if->alive}};
  if (!gene.same_as.empty()) stored["same_as"] = gene.same_as;
  return stored;
}

std::string at(const std::string& pointer, std::size_t index) {
  return pointer + "/" + std::to_string(index);
}

std::vector<std::string> read_texts(const json* given, const std::string& pointer,
                                    FieldErrors& errors) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; given != nullptr && i < given->size(); ++i) {
    const json& text = (*given)[i];
    if (text.is_string()) {
      texts.push_back(text.get<std::string>());
    } else {
      errors.push_back({at(pointer, i), "must be a string, got " + json_type(text)});
    }
  }
  return texts;
}

void read_condition(const json& given, const std::string& pointer, std::size_t genes, Gene& gene,
                    FieldErrors& errors) {
  ObjectReader reader(given, pointer, errors);
  const auto on = reader.integer("on", Presence::kRequired, 0, static_cast<double>(genes) - 1);
  Condition condition{.on = static_cast<std::size_t>(on.value_or(0)), .alive = {}};
  if (const json* alive = reader.array("alive", Presence::kRequired)) {
    for (std::size_t i = 0; i < alive->size(); ++i) {
      if (!(*alive)[i].is_boolean()) {
        errors.push_back({at(reader.pointer("alive"), i),
                          "must be true or false, got " + json_type((*alive)[i])});
      }
      condition.alive.push_back((*alive)[i].is_boolean() && (*alive)[i].get<bool>());
    }
  }
  reader.finish();
  gene.active_if = condition;
}

void read_same(const json& given, const std::string& pointer, Gene& gene, FieldErrors& errors) {
  if (given.size() != gene.choices.size())
    errors.push_back({pointer, "must have as many members as the gene has choices"});
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (given[i].is_number_unsigned() && given[i].get<std::uint64_t>() <= i && i < kMostChoices) {
      gene.same_as.push_back(given[i].get<Choice>());
    } else {
      errors.push_back({at(pointer, i), "must be the number of a choice up to this one"});
    }
  }
}

Gene read_gene(const json& given, const std::string& pointer, std::size_t genes,
               FieldErrors& errors) {
  ObjectReader reader(given, pointer, errors);
  Gene gene;
  gene.name = reader.text("name", Presence::kRequired).value_or("");
  const std::string kind = reader.text("kind", Presence::kRequired).value_or("categorical");
  if (kind != "ordinal" && kind != "categorical")
    reader.error("kind", "must be ordinal or categorical, got " + kind);
  gene.kind = kind == "ordinal" ? GeneKind::kOrdinal : GeneKind::kCategorical;
  if (const json* choices = reader.array("choices", Presence::kRequired)) {
    for (std::size_t i = 0; i < choices->size(); ++i) {
      const auto value = value_from_json((*choices)[i]);
      if (value) gene.choices.push_back(*value);
      if (!value) {
        errors.push_back({at(reader.pointer("choices"), i),
                          "must be a number or a string, got " + json_type((*choices)[i])});
      }
    }
    if (choices->empty() || choices->size() > kMostChoices)
      reader.error("choices", "must have 1 to 256 members, got " + std::to_string(choices->size()));
  }
  if (const json* condition = reader.object("active_if", Presence::kOptional))
    read_condition(*condition, reader.pointer("active_if"), genes, gene, errors);
  if (const json* same = reader.array("same_as", Presence::kOptional))
    read_same(*same, reader.pointer("same_as"), gene, errors);
  reader.finish();
  return gene;
}

}  // namespace

json to_json(const FeatureRecipe& recipe) {
  json genes = json::array();
  for (const Gene& gene : recipe.genes) genes.push_back(gene_to_json(gene));
  return {{"genes", genes}, {"derived", recipe.derived}, {"stages", recipe.stages}};
}

std::optional<FeatureRecipe> feature_recipe_from_json(const json& given, const std::string& pointer,
                                                      FieldErrors& errors) {
  const std::size_t before = errors.size();
  FeatureRecipe recipe;
  ObjectReader reader(given, pointer, errors);
  if (const json* genes = reader.array("genes", Presence::kRequired)) {
    for (std::size_t i = 0; i < genes->size(); ++i) {
      recipe.genes.push_back(
          read_gene((*genes)[i], at(reader.pointer("genes"), i), genes->size(), errors));
    }
  }
  recipe.derived =
      read_texts(reader.array("derived", Presence::kOptional), reader.pointer("derived"), errors);
  check_derived(recipe.derived, reader.pointer("derived"), errors);
  recipe.stages =
      read_texts(reader.array("stages", Presence::kOptional), reader.pointer("stages"), errors);
  reader.finish();
  if (errors.size() > before) return std::nullopt;
  return recipe;
}

}  // namespace quarry::search
