// Tested by tests/search/config_test.cpp.
#include "search/supernets/config.hpp"

#include <nlohmann/json.hpp>

#include "search/supernets/json_fields.hpp"

namespace quarry::search {
namespace {

using nlohmann::json;

std::string choices_text(const Gene& gene) {
  std::vector<std::string> texts;
  for (const Value& choice : gene.choices) texts.push_back(to_text(choice));
  return one_of(texts);
}

// 12 and 12.0 are the same choice to a user.
bool same_value(const Value& choice, const Value& given) {
  if (choice.index() == given.index()) return choice == given;
  const auto number = [](const Value& v) -> std::optional<double> {
    if (const auto* whole = std::get_if<std::int64_t>(&v)) return static_cast<double>(*whole);
    if (const auto* real = std::get_if<double>(&v)) return *real;
    return std::nullopt;
  };
  const auto a = number(choice);
  const auto b = number(given);
  return a && b && *a == *b;
}

void read_choice(const Gene& gene, const json& given, const std::string& pointer, Choice& choice,
                 FieldErrors& errors) {
  if (const auto value = value_from_json(given)) {
    for (std::size_t c = 0; c < gene.choices.size(); ++c) {
      if (!same_value(gene.choices[c], *value)) continue;
      choice = static_cast<Choice>(c);
      return;
    }
  }
  errors.push_back({pointer, "must be " + choices_text(gene) + ", got " +
                                 (given.is_primitive()
                                      ? given.dump(-1, ' ', false, json::error_handler_t::replace)
                                      : json_type(given))});
}

}  // namespace

nlohmann::ordered_json config_to_json(const SearchSpace& space, const Genome& genome) {
  nlohmann::ordered_json config = nlohmann::ordered_json::object();
  for (const Parameter& parameter : space.parameters()) {
    json values = json::array();
    for (std::size_t i = 0; i < parameter.count; ++i) {
      const std::size_t gene = parameter.first_gene + i;
      values.push_back(value_to_json(space.genes()[gene].choices[genome[gene]]));
    }
    config[parameter.name] = parameter.is_list ? values : values.front();
  }
  return config;
}

std::optional<Genome> config_from_json(const SearchSpace& space, const json& config,
                                       const std::string& pointer, FieldErrors& errors) {
  const std::size_t before = errors.size();
  Genome genome(space.size());
  ObjectReader reader(config, pointer, errors);
  for (const Parameter& parameter : space.parameters()) {
    const json* given = reader.any(parameter.name, Presence::kRequired);
    if (given == nullptr) continue;
    const std::string at = reader.pointer(parameter.name);
    if (parameter.is_list && given->is_array() && given->size() != parameter.count) {
      errors.push_back({at, "must have " + std::to_string(parameter.count) +
                                " values (or be a single one for all), got " +
                                std::to_string(given->size())});
      continue;
    }
    const bool single = !(parameter.is_list && given->is_array());
    for (std::size_t i = 0; i < parameter.count; ++i) {
      const std::size_t gene = parameter.first_gene + i;
      const std::size_t mistakes = errors.size();
      read_choice(space.genes()[gene], single ? *given : (*given)[i],
                  single ? at : child_pointer(at, std::to_string(i)), genome[gene], errors);
      if (single && errors.size() > mistakes) break;
    }
  }
  reader.finish();
  if (errors.size() > before) return std::nullopt;
  space.canonicalise(genome);
  return genome;
}

std::optional<Genome> genome_from_json(const SearchSpace& space, const json& given,
                                       const std::string& pointer, FieldErrors& errors) {
  if (!given.is_array() || given.size() != space.size()) {
    errors.push_back(
        {pointer,
         "must be a list of " + std::to_string(space.size()) + " choice indices, got " +
             (given.is_array() ? std::to_string(given.size()) + " of them" : json_type(given))});
    return std::nullopt;
  }
  const std::size_t before = errors.size();
  Genome genome(space.size());
  for (std::size_t i = 0; i < space.size(); ++i) {
    const std::size_t choices = space.genes()[i].choices.size();
    const bool fits = given[i].is_number_integer() && given[i].get<double>() >= 0 &&
                      given[i].get<double>() < static_cast<double>(choices);
    if (fits) {
      genome[i] = given[i].get<Choice>();
    } else {
      errors.push_back({child_pointer(pointer, std::to_string(i)),
                        "must be a whole number between 0 and " + std::to_string(choices - 1) +
                            ": gene " + space.genes()[i].name});
    }
  }
  if (errors.size() > before) return std::nullopt;
  space.canonicalise(genome);
  return genome;
}

}  // namespace quarry::search
