// Training, predicting and evaluating: slow routes, answered beside the others.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "evaluators/predictor_training.hpp"
#include "search/supernets/config.hpp"
#include "search/supernets/json_fields.hpp"
#include "server/api/api.hpp"
#include "server/api/views.hpp"
#include "server/predictors/training_request.hpp"

namespace quarry::server {
namespace {

using evaluators::StoredPredictor;
using nlohmann::json;
using search::Presence;

constexpr std::size_t kMostNetworks = 100000;  // of one request

std::string counted_mistakes(const std::string& what, std::size_t count) {
  return what + " has " + std::to_string(count) + (count == 1 ? " mistake" : " mistakes");
}

Response train(const ApiContext& context, const std::string& body) {
  search::FieldErrors errors;
  const std::optional<json> document = search::parse_json(body, errors);
  if (!document) return field_problem("the request could not be read", errors);
  const auto wanted =
      parse_training_request(*document, context.supernets, context.store, context.imports, errors);
  if (!wanted) return field_problem(counted_mistakes("the request", errors.size()), errors);
  StoredPredictor trained =
      evaluators::train_predictor(*wanted->supernet, wanted->plan, wanted->measured.rows);
  trained.name = wanted->name;
  trained.training.sources = wanted->measured.sources;
  trained.training.evaluator = wanted->measured.evaluator;
  trained.training.fingerprint = wanted->measured.fingerprint;
  trained.training.fingerprint_text = wanted->measured.fingerprint_text;
  const auto stored = context.predictors.add(std::move(trained));
  Response response = json_response(predictor_view(*stored), 201);
  response.headers.emplace_back("Location", "/v1/predictors/" + stored->id);
  return response;
}

// The supernet of this server that the predictor is for; a refusal when there is none.
const evaluators::LoadedSupernet* supernet_for(const ApiContext& context,
                                               const StoredPredictor& predictor,
                                               Response& refusal) {
  const evaluators::LoadedSupernet* supernet = context.supernets.find(predictor.supernet);
  if (supernet == nullptr) {
    refusal = problem(409, "predictor " + predictor.reference() + " is for supernet " +
                               predictor.supernet + ", which is not on this server: add it first");
    return nullptr;
  }
  if (const auto why = predictor.refusal(supernet->supernet())) {
    refusal = problem(409, *why);
    return nullptr;
  }
  return supernet;
}

// {"configs": [...]} or {"genomes": [...]}.
std::vector<search::Genome> read_networks(const json& document, const search::SearchSpace& space,
                                          search::FieldErrors& errors) {
  search::ObjectReader reader(document, "", errors);
  const json* configs = reader.array("configs", Presence::kOptional);
  const json* genomes = reader.array("genomes", Presence::kOptional);
  reader.finish();
  std::vector<search::Genome> networks;
  if (!errors.empty()) return networks;
  if ((configs == nullptr) == (genomes == nullptr)) {
    errors.push_back({"", "needs either configs or genomes, a list of networks"});
    return networks;
  }
  const json& given = configs != nullptr ? *configs : *genomes;
  if (given.size() > kMostNetworks) {
    errors.push_back({configs != nullptr ? "/configs" : "/genomes",
                      "must be at most " + std::to_string(kMostNetworks) + " networks, got " +
                          std::to_string(given.size())});
    return networks;
  }
  for (std::size_t i = 0; i < given.size(); ++i) {
    const std::string at = (configs != nullptr ? "/configs/" : "/genomes/") + std::to_string(i);
    auto genome = configs != nullptr ? search::config_from_json(space, given[i], at, errors)
                                     : search::genome_from_json(space, given[i], at, errors);
    if (genome) networks.push_back(std::move(*genome));
  }
  return networks;
}

Response predict(const ApiContext& context, const StoredPredictor& predictor,
                 const std::string& body) {
  Response refusal;
  const auto* supernet = supernet_for(context, predictor, refusal);
  if (supernet == nullptr) return refusal;
  search::FieldErrors errors;
  const std::optional<json> document = search::parse_json(body, errors);
  if (!document) return field_problem("the request could not be read", errors);
  const auto genomes = read_networks(*document, supernet->supernet().space, errors);
  if (!errors.empty()) return field_problem(counted_mistakes("the request", errors.size()), errors);
  const std::vector<evaluators::Guess> guesses = predictor.predict(supernet->supernet(), genomes);
  json items = json::array();
  for (std::size_t i = 0; i < genomes.size(); ++i) {
    const auto [mean, deviation] = guesses[i];
    const double reach = evaluators::kIntervalReach * deviation;
    items.push_back({{"genome", genomes[i]},
                     {"mean", mean},
                     {"standard_deviation", deviation},
                     {"interval", {mean - reach, mean + reach}}});
  }
  return json_response({{"predictor", predictor.reference()},
                        {"id", predictor.id},
                        {"metric", predictor.metric},
                        {"source", "predicted"},
                        {"interval_level", evaluators::kIntervalLevel},
                        {"items", std::move(items)}});
}

Response evaluate(const ApiContext& context, const StoredPredictor& predictor,
                  const std::string& body) {
  Response refusal;
  const auto* supernet = supernet_for(context, predictor, refusal);
  if (supernet == nullptr) return refusal;
  search::FieldErrors errors;
  const std::optional<json> document = search::parse_json(body, errors);
  if (!document) return field_problem("the request could not be read", errors);
  search::ObjectReader reader(*document, "", errors);
  const MeasuredRows measured = read_measured_rows(
      reader, {*supernet, predictor.metric, context.store, context.imports}, errors);
  reader.finish();
  if (errors.empty() && measured.rows.empty())
    errors.push_back({"", "names no measured network: give studies, imports or rows"});
  if (!errors.empty()) return field_problem(counted_mistakes("the request", errors.size()), errors);
  std::set<search::Genome> learned;
  for (const evaluators::ParityRow& row : predictor.quality.parity) learned.insert(row.genome);
  const auto seen = std::ranges::count_if(
      measured.rows, [&](const auto& row) { return learned.contains(row.genome); });
  return json_response({{"predictor", predictor.reference()},
                        {"id", predictor.id},
                        {"metric", predictor.metric},
                        {"sources", json::parse(measured.sources)},
                        {"fingerprint", measured.fingerprint},
                        {"seen", seen},
                        {"quality", evaluators::to_json(evaluators::evaluate_predictor(
                                        predictor, supernet->supernet(), measured.rows))}});
}

}  // namespace

Response create_predictor(const ApiContext& context, const Request& request) {
  const std::shared_ptr<void> slot = context.predictors.begin_training();
  if (slot != nullptr) return train(context, request.body);
  Response busy = problem(503,
                          "as many predictors as may be are being trained; try again when one is "
                          "done");
  busy.headers.emplace_back("Retry-After", "10");
  return busy;
}

Response predict_networks(const ApiContext& context, const Request& request) {
  Response refusal;
  const auto predictor = find_predictor(context, request, refusal);
  return predictor ? predict(context, *predictor, request.body) : refusal;
}

Response evaluate_predictor(const ApiContext& context, const Request& request) {
  Response refusal;
  const auto predictor = find_predictor(context, request, refusal);
  return predictor ? evaluate(context, *predictor, request.body) : refusal;
}

}  // namespace quarry::server
