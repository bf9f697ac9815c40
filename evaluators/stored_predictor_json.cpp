// The one form in which predictors are stored, exported and imported: a JSON object, every number
// written so that it is read back to the last bit. Tested by
// tests/evaluators/stored_predictor_test.cpp.
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "evaluators/stored_predictor.hpp"
#include "search/supernets/json_fields.hpp"

namespace quarry::evaluators {
namespace {

using nlohmann::json;
using search::FieldErrors;
using search::ObjectReader;
using search::Presence;

constexpr std::int64_t kFormat = 1;
constexpr int kMostNestedModels = 8;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kMostCounted = 1e9;

json optional_number(const std::optional<double>& number) {
  return number ? json(*number) : json(nullptr);
}

// ----------------------------------------------------------------------------------------------------------------
// the model

json state_to_json(const predictors::ModelState& state) {
  json document = {{"kind", state.kind},
                   {"numbers", json::object()},
                   {"texts", state.texts},
                   {"parts", json::array()}};
  for (const auto& [name, numbers] : state.numbers) document["numbers"][name] = numbers;
  for (const predictors::ModelState& part : state.parts)
    document["parts"].push_back(state_to_json(part));
  return document;
}

std::vector<double> read_numbers(const json& given, const std::string& pointer,
                                 FieldErrors& errors) {
  std::vector<double> numbers;
  if (!given.is_array()) {
    errors.push_back({pointer, "must be a list of numbers, got " + search::json_type(given)});
    return numbers;
  }
  numbers.reserve(given.size());
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (given[i].is_number()) {
      numbers.push_back(given[i].get<double>());
      continue;
    }
    errors.push_back({search::child_pointer(pointer, std::to_string(i)),
                      "must be a number, got " + search::json_type(given[i])});
    break;  // one of a million is enough
  }
  return numbers;
}

predictors::ModelState read_state(const json& given, const std::string& pointer, int depth,
                                  FieldErrors& errors) {
  predictors::ModelState state;
  ObjectReader reader(given, pointer, errors);
  state.kind = reader.text("kind", Presence::kRequired).value_or("");
  if (const json* numbers = reader.object("numbers", Presence::kRequired)) {
    for (const auto& [name, list] : numbers->items())
      state.numbers[name] =
          read_numbers(list, search::child_pointer(reader.pointer("numbers"), name), errors);
  }
  if (const json* texts = reader.object("texts", Presence::kRequired)) {
    ObjectReader fields(*texts, reader.pointer("texts"), errors);
    for (const auto& [name, ignored] : texts->items()) {
      if (const auto text = fields.text(name, Presence::kRequired)) state.texts[name] = *text;
    }
  }
  if (const json* parts = reader.array("parts", Presence::kRequired)) {
    if (depth == kMostNestedModels && !parts->empty())
      reader.error("parts", "are nested more than " + std::to_string(kMostNestedModels) + " deep");
    for (std::size_t i = 0; i < parts->size() && depth < kMostNestedModels; ++i)
      state.parts.push_back(
          read_state((*parts)[i], search::child_pointer(reader.pointer("parts"), std::to_string(i)),
                     depth + 1, errors));
  }
  reader.finish();
  return state;
}

// ----------------------------------------------------------------------------------------------------------------
// calibration, training, quality

json calibration_to_json(const IntervalScale& calibration) {
  return {{"scale", calibration.scale}, {"least", calibration.least}};
}

IntervalScale read_calibration(const json& given, const std::string& pointer, FieldErrors& errors) {
  ObjectReader reader(given, pointer, errors);
  const IntervalScale calibration{
      .scale = reader.number("scale", Presence::kRequired, 0, kInfinity).value_or(1.0),
      .least = reader.number("least", Presence::kRequired, 0, kInfinity).value_or(0.0)};
  reader.finish();
  return calibration;
}

json training_to_json(const TrainingSummary& training) {
  return {{"rows", training.rows},
          {"hash", training.hash},
          {"sources", json::parse(training.sources)},
          {"evaluator", json::parse(training.evaluator)},
          {"fingerprint", {{"id", training.fingerprint}, {"text", training.fingerprint_text}}}};
}

TrainingSummary read_training(const json& given, const std::string& pointer, FieldErrors& errors) {
  ObjectReader reader(given, pointer, errors);
  TrainingSummary training;
  training.rows = static_cast<std::size_t>(
      reader.integer("rows", Presence::kRequired, 1, kMostCounted).value_or(0));
  training.hash = reader.text("hash", Presence::kRequired).value_or("");
  const json* sources = reader.object("sources", Presence::kRequired);
  training.sources = sources == nullptr ? "{}" : sources->dump();
  const json* evaluator = reader.any("evaluator", Presence::kRequired);
  training.evaluator = evaluator == nullptr ? "null" : evaluator->dump();
  if (const json* machine = reader.object("fingerprint", Presence::kRequired)) {
    ObjectReader fields(*machine, reader.pointer("fingerprint"), errors);
    training.fingerprint = fields.text("id", Presence::kRequired).value_or("");
    training.fingerprint_text = fields.text("text", Presence::kRequired).value_or("");
    fields.finish();
  }
  reader.finish();
  return training;
}

json quality_to_json(const PredictorQuality& quality) {
  json parity = json::array();
  for (const ParityRow& row : quality.parity)
    parity.push_back({{"genome", row.genome},
                      {"measured", row.measured},
                      {"predicted", row.predicted},
                      {"standard_deviation", row.standard_deviation}});
  json quantiles = json::array();
  for (const auto& [share, residual] : quality.residual_quantiles)
    quantiles.push_back({{"share", share}, {"residual", residual}});
  return {{"folds", quality.folds},
          {"rows", quality.parity.size()},
          {"mape", optional_number(quality.mape)},
          {"rmse", quality.rmse},
          {"kendall_tau", optional_number(quality.kendall_tau)},
          {"spearman", optional_number(quality.spearman)},
          {"r2", optional_number(quality.r2)},
          {"interval_level", kIntervalLevel},
          {"coverage", quality.coverage},
          {"residual_quantiles", std::move(quantiles)},
          {"parity", std::move(parity)}};
}

// What follows from the parity table is computed anew, so that it cannot disagree with it.
PredictorQuality read_quality(const json& given, const std::string& pointer, std::size_t genes,
                              FieldErrors& errors) {
  if (!given.is_object() || !given.contains("parity") || !given["parity"].is_array() ||
      given["parity"].empty()) {
    errors.push_back({pointer + "/parity", "must be a list of at least one row"});
    return {};
  }
  std::vector<ParityRow> parity;
  for (std::size_t i = 0; i < given["parity"].size(); ++i) {
    ObjectReader reader(given["parity"][i],
                        search::child_pointer(pointer + "/parity", std::to_string(i)), errors);
    ParityRow row;
    if (const json* genome = reader.array("genome", Presence::kRequired)) {
      for (const json& choice : *genome) {
        const bool fits = choice.is_number_unsigned() && choice.get<std::uint64_t>() < 256;
        row.genome.push_back(fits ? choice.get<search::Choice>() : search::Choice{0});
        if (!fits) reader.error("genome", "must be a list of choices, 0 to 255");
      }
      if (genome->size() != genes)
        reader.error("genome", "must have a choice for each of " + std::to_string(genes) +
                                   " genes, got " + std::to_string(genome->size()));
    }
    row.measured =
        reader.number("measured", Presence::kRequired, -kInfinity, kInfinity).value_or(0.0);
    row.predicted =
        reader.number("predicted", Presence::kRequired, -kInfinity, kInfinity).value_or(0.0);
    row.standard_deviation =
        reader.number("standard_deviation", Presence::kRequired, 0, kInfinity).value_or(0.0);
    reader.finish();
    parity.push_back(std::move(row));
  }
  const json folds = given.value("folds", json());
  if (!folds.is_number_unsigned())
    errors.push_back({pointer + "/folds", "must be the number of folds"});
  return quality_of(std::move(parity), folds.is_number_unsigned() ? folds.get<std::size_t>() : 0);
}

// ----------------------------------------------------------------------------------------------------------------
// the whole

// Which model, its options and, made again from them and its state, the model itself.
void read_model(ObjectReader& reader, StoredPredictor& predictor, FieldErrors& errors) {
  const json* given = reader.object("model", Presence::kRequired);
  const json* state = reader.object("state", Presence::kRequired);
  if (given == nullptr) return;
  const json name = given->value("name", json());
  const predictors::PredictorEntry* entry =
      name.is_string() ? predictors::find_predictor(name.get<std::string>()) : nullptr;
  if (entry == nullptr) {
    std::vector<std::string> known;
    for (const auto& each : predictors::predictor_registry()) known.push_back(each.name);
    errors.push_back({reader.pointer("model") + "/name",
                      "must be a model that this Quarry knows, " + search::one_of(known) +
                          ", got " + name.dump(-1, ' ', false, json::error_handler_t::replace)});
    return;
  }
  const std::size_t before = errors.size();
  const std::string allowed[] = {"name"};
  predictor.model = entry->name;
  predictor.options =
      search::read_options(*given, reader.pointer("model"), entry->options, errors, allowed);
  if (state == nullptr) return;
  const predictors::ModelState read = read_state(*state, reader.pointer("state"), 0, errors);
  if (errors.size() > before) return;
  try {
    std::shared_ptr<predictors::Predictor> model =
        entry->make(predictor.options, predictor.recipe.columns());
    model->restore(read);
    predictor.fitted = std::move(model);
  } catch (const std::invalid_argument& error) {
    reader.error("state", error.what());
  }
}

}  // namespace

json to_json(const PredictorQuality& quality) { return quality_to_json(quality); }

json to_json(const StoredPredictor& predictor) {
  json model = search::options_to_json(predictor.options);
  model["name"] = predictor.model;
  return {{"quarry_predictor", kFormat},
          {"id", predictor.id},
          {"name", predictor.name},
          {"version", predictor.version},
          {"created_at", predictor.created_at},
          {"supernet", predictor.supernet},
          {"supernet_version", predictor.supernet_version},
          {"metric", predictor.metric},
          {"features", search::to_json(predictor.recipe)},
          {"model", std::move(model)},
          {"state", state_to_json(predictor.fitted->save())},
          {"calibration", calibration_to_json(predictor.calibration)},
          {"training", training_to_json(predictor.training)},
          {"quality", quality_to_json(predictor.quality)}};
}

std::optional<StoredPredictor> stored_predictor_from_json(const json& document,
                                                          FieldErrors& errors) {
  const std::size_t before = errors.size();
  ObjectReader reader(document, "", errors);
  const auto format = reader.integer("quarry_predictor", Presence::kRequired, 1, kMostCounted);
  if (format && *format > kFormat)
    reader.error("quarry_predictor", "was written by a newer Quarry (format " +
                                         std::to_string(*format) + ", this one reads " +
                                         std::to_string(kFormat) + "); use that version");
  // What another format means by its fields is not for this one to judge.
  if (errors.size() > before) return std::nullopt;
  StoredPredictor predictor;
  predictor.id = reader.text("id", Presence::kRequired).value_or("");
  predictor.name = reader.text("name", Presence::kRequired).value_or("");
  predictor.version = reader.integer("version", Presence::kRequired, 1, kMostCounted).value_or(0);
  predictor.created_at = reader.text("created_at", Presence::kRequired).value_or("");
  predictor.supernet = reader.text("supernet", Presence::kRequired).value_or("");
  predictor.supernet_version = reader.text("supernet_version", Presence::kRequired).value_or("");
  predictor.metric = reader.text("metric", Presence::kRequired).value_or("");
  if (const json* features = reader.object("features", Presence::kRequired)) {
    auto recipe = search::feature_recipe_from_json(*features, reader.pointer("features"), errors);
    if (recipe) predictor.recipe = std::move(*recipe);
  }
  if (errors.size() == before) read_model(reader, predictor, errors);
  if (const json* calibration = reader.object("calibration", Presence::kRequired))
    predictor.calibration = read_calibration(*calibration, reader.pointer("calibration"), errors);
  if (const json* training = reader.object("training", Presence::kRequired))
    predictor.training = read_training(*training, reader.pointer("training"), errors);
  const json* quality = reader.object("quality", Presence::kRequired);
  // How long a genome must be, only the recipe tells.
  if (quality != nullptr && !predictor.recipe.genes.empty())
    predictor.quality =
        read_quality(*quality, reader.pointer("quality"), predictor.recipe.genes.size(), errors);
  // Asked for even where an earlier mistake kept it from being read.
  reader.object("model", Presence::kOptional);
  reader.object("state", Presence::kOptional);
  reader.finish();
  if (errors.size() > before) return std::nullopt;
  return predictor;
}

}  // namespace quarry::evaluators
