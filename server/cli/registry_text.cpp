// Tested by tests/server/registry_text_test.cpp.
#include "server/cli/registry_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>
#include <span>
#include <vector>

#include "predictors/predictor.hpp"
#include "search/algorithms/registry.hpp"
#include "search/supernets/field_error.hpp"
#include "search/supernets/option_spec_json.hpp"
#include "server/cli/commands.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

std::string range_text(const OptionSpec& spec) {
  const bool below = std::isfinite(spec.max);
  const bool above = std::isfinite(spec.min);
  if (below && above) return fmt::format(", {:.12g} to {:.12g}", spec.min, spec.max);
  if (above) return fmt::format(", at least {:.12g}", spec.min);
  return below ? fmt::format(", at most {:.12g}", spec.max) : "";
}

std::string option_text(const OptionSpec& spec, std::size_t width) {
  constexpr const char* kTypes[] = {"flag", "integer", "number", "text"};
  const std::string fallback =
      std::visit([](const auto& value) { return fmt::format("{}", value); }, spec.fallback);
  std::string text =
      fmt::format("    {:<{}}  {}, default {}{}\n", spec.name, width,
                  kTypes[static_cast<std::size_t>(spec.type)], fallback, range_text(spec));
  if (!spec.allowed.empty())
    text += fmt::format("    {:<{}}  {}\n", "", width, search::one_of(spec.allowed));
  return text + fmt::format("    {:<{}}  {}\n", "", width, spec.help);
}

std::string options_text(std::span<const OptionSpec> options) {
  if (options.empty()) return "  no options\n";
  std::size_t width = 0;
  const OptionSpec* nested = nullptr;
  for (const OptionSpec& spec : options) {
    width = std::max(width, spec.name.size());
    if (nested == nullptr && spec.name.find('/') != std::string::npos) nested = &spec;
  }
  std::string text = "  options\n";
  for (const OptionSpec& spec : options) text += option_text(spec, width);
  if (nested != nullptr) {
    const std::size_t slash = nested->name.find('/');
    text += fmt::format("  {} is {{\"{}\": {{\"{}\": ...}}}} in a study's document\n", nested->name,
                        nested->name.substr(0, slash), nested->name.substr(slash + 1));
  }
  return text;
}

std::string summary_text(const search::AlgorithmEntry& entry) {
  const bool is_default = entry.name == search::algorithm_registry().front().name;
  std::string text =
      fmt::format("{}{}\n  {}\n", entry.name, is_default ? " (the default)" : "", entry.summary);
  if (!entry.choose.empty()) text += fmt::format("  choose it   {}\n", entry.choose);
  if (!entry.paper.empty()) text += fmt::format("  paper       {}\n", entry.paper);
  return text + (entry.max_objectives == 1
                     ? "  objectives  1\n"
                     : fmt::format("  objectives  1 to {}\n", entry.max_objectives));
}

std::string summary_text(const predictors::PredictorEntry& entry) {
  return fmt::format("{}\n  {}\n", entry.name, entry.summary);
}

template <typename Entries>
std::string all_text(const Entries& entries, const char* hint) {
  std::string text;
  for (const auto& entry : entries) text += summary_text(entry) + "\n";
  return text + hint + "\n";
}

template <typename Entry>
std::optional<std::string> one_text(const Entry* entry) {
  if (entry == nullptr) return std::nullopt;
  return summary_text(*entry) + options_text(entry->options);
}

template <typename Entries>
int refuse(const std::string& noun, const std::string& name, const Entries& entries) {
  std::vector<std::string> known;
  for (const auto& entry : entries) known.push_back(entry.name);
  fmt::print(stderr, "quarry {}s: unknown {} \"{}\"{}; known are {}\n", noun, noun, name,
             search::did_you_mean(name, known), search::one_of(known));
  return kNotThere;
}

json to_json(const search::AlgorithmEntry& entry) {
  return {{"name", entry.name},
          {"summary", entry.summary},
          {"options", search::option_specs_to_json(entry.options)},
          {"choose", entry.choose},
          {"paper", entry.paper},
          {"max_objectives", entry.max_objectives}};
}
json to_json(const predictors::PredictorEntry& entry) {
  return {{"name", entry.name},
          {"summary", entry.summary},
          {"options", search::option_specs_to_json(entry.options)}};
}

// All of them in an array or, by name, one.
template <typename Entries>
int print_json(const std::string& noun, const std::string& name, const Entries& entries) {
  json all = json::array();
  for (const auto& entry : entries) {
    if (name.empty() || name == entry.name) all.push_back(to_json(entry));
  }
  if (all.empty()) return refuse(noun, name, entries);
  std::cout << (name.empty() ? all : all.front()).dump(2) << "\n";
  return kDone;
}

}  // namespace

std::string algorithms_text() {
  return all_text(search::algorithm_registry(), "'quarry algorithms NAME' adds its options.");
}

std::optional<std::string> algorithm_text(const std::string& name) {
  return one_text(search::find_algorithm(name));
}

std::string models_text() {
  return all_text(predictors::predictor_registry(), "'quarry models NAME' adds its options.");
}

std::optional<std::string> model_text(const std::string& name) {
  return one_text(predictors::find_predictor(name));
}

int print_algorithms(const std::string& name, bool as_json) {
  if (as_json) return print_json("algorithm", name, search::algorithm_registry());
  const auto text = name.empty() ? algorithms_text() : algorithm_text(name);
  if (!text) return refuse("algorithm", name, search::algorithm_registry());
  std::cout << *text;
  return 0;
}

int print_models(const std::string& name, bool as_json) {
  if (as_json) return print_json("model", name, predictors::predictor_registry());
  const auto text = name.empty() ? models_text() : model_text(name);
  if (!text) return refuse("model", name, predictors::predictor_registry());
  std::cout << *text;
  return 0;
}

}  // namespace quarry::server
