// Tested by tests/server/predictor_registry_test.cpp.
#include "server/predictors/predictor_registry.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace quarry::server {
namespace {

using evaluators::StoredPredictor;
using nlohmann::json;

constexpr std::size_t kRemembered = 16;  // made again from the store when they are asked for
constexpr int kTrainedAtOnce = 2;

// The columns of the table say these; the document beside them does not.
constexpr const char* kIdentity[] = {"id", "name", "version", "created_at"};

json summary_of(const StoredPredictor& predictor) {
  json quality = evaluators::to_json(predictor.quality);
  quality.erase("parity");
  quality.erase("residual_quantiles");
  return {{"supernet_version", predictor.supernet_version},
          {"model", predictor.model},
          {"rows", predictor.training.rows},
          {"fingerprint", predictor.training.fingerprint},
          {"quality", std::move(quality)}};
}

// Without the document.
PredictorRecord head_of(const StoredPredictor& predictor) {
  return {.id = predictor.id,
          .name = predictor.name,
          .version = predictor.version,
          .supernet = predictor.supernet,
          .metric = predictor.metric,
          .created_at = predictor.created_at,
          .summary = summary_of(predictor).dump()};
}

PredictorRecord record_of(const StoredPredictor& predictor) {
  json document = evaluators::to_json(predictor);
  for (const char* field : kIdentity) document.erase(field);
  PredictorRecord record = head_of(predictor);
  record.document = document.dump();
  return record;
}

StoredPredictor read_record(const PredictorRecord& record) {
  search::FieldErrors errors;
  json document = json::parse(record.document);
  document["id"] = record.id;
  document["name"] = record.name;
  document["version"] = record.version;
  document["created_at"] = record.created_at;
  auto predictor = evaluators::stored_predictor_from_json(document, errors);
  if (!predictor)
    throw StoreError("predictor " + record.name + "@" + std::to_string(record.version) +
                     " cannot be read: " + errors.front().pointer + " " + errors.front().detail);
  return std::move(*predictor);
}

}  // namespace

PredictorRegistry::Shared PredictorRegistry::find(const std::string& reference) {
  if (Shared known = remembered(reference)) return known;
  const auto record = predictors_.find(reference);
  if (!record) return nullptr;
  if (Shared known = remembered(record->id)) return known;
  return remember(std::make_shared<const StoredPredictor>(read_record(*record)));
}

PredictorRegistry::Shared PredictorRegistry::add(StoredPredictor trained) {
  trained.id = new_id("pr_");
  trained.version = 0;
  trained.created_at = clock_.now();
  return store(std::move(trained));
}

std::pair<PredictorRegistry::ImportResult, PredictorRegistry::Shared> PredictorRegistry::import(
    StoredPredictor predictor, const std::optional<std::string>& other_name, std::string& holder) {
  if (other_name && *other_name != predictor.name) {
    predictor.name = *other_name;
    predictor.version = 0;
    predictor.id = new_id("pr_");
  }
  for (const std::string& reference : {predictor.id, predictor.reference()}) {
    const Shared there = find(reference);
    if (!there) continue;
    holder = there->reference() + " (" + there->id + ")";
    const bool same = evaluators::to_json(*there) == evaluators::to_json(predictor);
    return {same ? ImportResult::kThere : ImportResult::kTaken, there};
  }
  holder = predictor.reference();  // if somebody else's import was quicker
  Shared added = store(std::move(predictor));
  return {added ? ImportResult::kAdded : ImportResult::kTaken, added};
}

std::optional<std::string> PredictorRegistry::remove(const StoredPredictor& predictor) {
  for (const StudyRecord& study : studies_.studies()) {
    if (study.state != "queued" && study.state != "running") continue;
    const json metrics = json::parse(study.spec).at("metrics");
    const bool asks = std::ranges::any_of(metrics, [&](const json& plan) {
      return plan.value("evaluator", "") == "predictor" && plan.value("id", "") == predictor.id;
    });
    if (asks) return study.id;
  }
  predictors_.remove(predictor.id);
  const std::scoped_lock lock(mutex_);
  std::erase_if(recent_, [&](const Shared& known) { return known->id == predictor.id; });
  return std::nullopt;
}

std::shared_ptr<void> PredictorRegistry::begin_training() {
  if (training_->fetch_add(1) >= kTrainedAtOnce) {
    training_->fetch_sub(1);
    return nullptr;
  }
  // Any address does: what counts is when the last holder lets go.
  return {training_.get(), [count = training_](void*) { count->fetch_sub(1); }};
}

PredictorRegistry::Shared PredictorRegistry::store(StoredPredictor predictor) {
  const auto stored = predictors_.add(record_of(predictor));
  if (!stored) return nullptr;
  predictor.version = stored->version;
  return remember(std::make_shared<const StoredPredictor>(std::move(predictor)));
}

PredictorRegistry::Shared PredictorRegistry::remember(Shared predictor) {
  const std::scoped_lock lock(mutex_);
  recent_.push_front(predictor);
  if (recent_.size() > kRemembered) recent_.pop_back();
  return predictor;
}

PredictorRegistry::Shared PredictorRegistry::remembered(const std::string& id) {
  const std::scoped_lock lock(mutex_);
  const auto found =
      std::ranges::find_if(recent_, [&](const Shared& known) { return known->id == id; });
  if (found == recent_.end()) return nullptr;
  recent_.splice(recent_.begin(), recent_, found);
  return recent_.front();
}

json predictor_item(const PredictorRecord& record) {
  json item = json::parse(record.summary);
  item["id"] = record.id;
  item["name"] = record.name;
  item["version"] = record.version;
  item["supernet"] = record.supernet;
  item["metric"] = record.metric;
  item["created_at"] = record.created_at;
  return item;
}

json predictor_item(const StoredPredictor& predictor) { return predictor_item(head_of(predictor)); }

}  // namespace quarry::server
