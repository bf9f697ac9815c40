// Tested by tests/server/predictor_api_test.cpp.
#include "server/predictors/training_request.hpp"

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "search/core/metric.hpp"
#include "search/core/metric_name.hpp"
#include "search/supernets/feature_recipe.hpp"
#include "search/supernets/json_fields.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;
using search::FieldErrors;
using search::ObjectReader;
using search::Presence;

constexpr const char* kDefaultModel = "auto";

template <typename Entries>
std::string unknown(const std::string& what, const std::string& name, const Entries& entries) {
  std::vector<std::string> known;
  for (const auto& entry : entries) known.push_back(entry.name);
  return "unknown " + what + " \"" + name + "\"" + search::did_you_mean(name, known) +
         "; known are " + search::one_of(known);
}

class RequestReader {
 public:
  RequestReader(const evaluators::SupernetLibrary& supernets, Store& store, ImportStore& imports,
                FieldErrors& errors)
      : supernets_(supernets), store_(store), imports_(imports), errors_(errors) {}

  std::optional<TrainingRequest> read(const json& document) {
    const std::size_t before = errors_.size();
    ObjectReader reader(document, "", errors_);
    read_name(reader);
    read_supernet(reader, document);
    if (const auto metric = reader.text("metric", Presence::kRequired)) {
      // Of a place's rows a predictor of the metric is made; which machine's, its fingerprint says.
      rows_metric_ = *metric;
      request_.plan.metric = search::metric_of(*metric);
      if (search::find_metric(request_.plan.metric) == nullptr)
        reader.error("metric", unknown("metric", request_.plan.metric, search::known_metrics()));
    }
    read_model(reader.any("model", Presence::kOptional), reader.pointer("model"));
    read_features(reader.array("features", Presence::kOptional), reader.pointer("features"));
    read_rows(reader);
    reader.finish();
    if (errors_.size() > before) return std::nullopt;
    return std::move(request_);
  }

 private:
  void read_name(ObjectReader& reader) {
    const auto name = reader.text("name", Presence::kRequired);
    if (!name) return;
    if (!is_predictor_name(*name)) reader.error("name", kPredictorNameRule);
    request_.name = *name;
  }

  void read_supernet(ObjectReader& reader, const json& document) {
    const auto given = reader.text("supernet", Presence::kOptional);
    const bool said = document.is_object() && document.contains("supernet");
    if (said && !given) return;
    const std::string name = given ? *given : supernet_of_first_study(document);
    if (name.empty()) {
      reader.error("supernet", "is missing: the supernet that the rows are networks of");
      return;
    }
    request_.supernet = supernets_.find(name);
    if (request_.supernet == nullptr) {
      const std::vector<std::string> known = supernets_.names();
      reader.error("supernet", "unknown supernet \"" + name + "\"" +
                                   search::did_you_mean(name, known) + "; known are " +
                                   search::one_of(known));
    }
  }

  std::string supernet_of_first_study(const json& document) const {
    if (!document.is_object()) return "";
    const json ids = document.value("studies", json());
    if (!ids.is_array() || ids.empty() || !ids.front().is_string()) return "";
    const auto study = store_.study(ids.front().get<std::string>());
    return study ? json::parse(study->spec).at("supernet").get<std::string>() : "";
  }

  void read_model(const json* given, const std::string& pointer) {
    json options = json::object();
    json name = kDefaultModel;
    std::string name_pointer = pointer;
    if (given != nullptr && given->is_object()) {
      options = *given;
      name = options.value("name", json(kDefaultModel));
      name_pointer = pointer + "/name";
    } else if (given != nullptr) {
      name = *given;
    }
    const auto models = predictors::predictor_registry();
    if (!name.is_string()) {
      errors_.push_back(
          {name_pointer, "must be the name of a model, got " + search::json_type(name)});
      return;
    }
    const std::string text = name.get<std::string>();
    request_.plan.model = predictors::find_predictor(text);
    if (request_.plan.model == nullptr) {
      errors_.push_back({name_pointer, unknown("model", text, models)});
      return;
    }
    const std::string allowed[] = {"name"};
    request_.plan.options =
        search::read_options(options, pointer, request_.plan.model->options, errors_, allowed);
  }

  void read_features(const json* given, const std::string& pointer) {
    if (given == nullptr) return;
    const std::size_t before = errors_.size();
    for (std::size_t i = 0; i < given->size(); ++i) {
      const json& name = (*given)[i];
      if (name.is_string()) {
        request_.plan.derived.push_back(name.get<std::string>());
      } else {
        errors_.push_back(
            {search::child_pointer(pointer, std::to_string(i)),
             "must be the name of a derived feature, got " + search::json_type(name)});
      }
    }
    // With one of another type the indices would not be the document's.
    if (errors_.size() == before) search::check_derived(request_.plan.derived, pointer, errors_);
  }

  void read_rows(ObjectReader& reader) {
    const bool known =
        request_.supernet != nullptr && search::find_metric(request_.plan.metric) != nullptr;
    if (!known) {  // of what the rows would be, nobody can tell
      for (const char* field : {"studies", "imports", "rows", "fingerprint"})
        reader.any(field, Presence::kOptional);
      return;
    }
    const std::size_t before = errors_.size();
    request_.measured =
        read_measured_rows(reader, {*request_.supernet, rows_metric_, store_, imports_}, errors_);
    if (errors_.size() > before) return;
    const std::size_t rows = request_.measured.rows.size();
    const std::string counted = ": at least " + std::to_string(evaluators::kLeastTrainingRows) +
                                " and at most " + std::to_string(evaluators::kMostTrainingRows) +
                                " distinct networks are needed, got " + std::to_string(rows);
    if (rows < evaluators::kLeastTrainingRows)
      errors_.push_back({"", "there is too little to learn from" + counted});
    if (rows > evaluators::kMostTrainingRows)
      errors_.push_back({"", "there is too much to learn from" + counted});
  }

  const evaluators::SupernetLibrary& supernets_;
  Store& store_;
  ImportStore& imports_;
  FieldErrors& errors_;
  TrainingRequest request_;
  std::string rows_metric_;  // as studies call it: "latency_ms@phone"
};

}  // namespace

const char* const kPredictorNameRule =
    "must be 1 to 64 letters, digits, \"_\", \".\" or \"-\", and not begin with \"pr_\" or \".\"";

bool is_predictor_name(const std::string& name) {
  const auto fits = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.' || c == '-';
  };
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, fits) &&
         !name.starts_with("pr_") && !name.starts_with('.');
}

std::optional<TrainingRequest> parse_training_request(const json& document,
                                                      const evaluators::SupernetLibrary& supernets,
                                                      Store& store, ImportStore& imports,
                                                      FieldErrors& errors) {
  return RequestReader(supernets, store, imports, errors).read(document);
}

}  // namespace quarry::server
