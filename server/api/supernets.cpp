// /v1/supernets: what can be searched, and what a configuration of it is.
#include <nlohmann/json.hpp>

#include "search/network/cost.hpp"
#include "search/supernets/config.hpp"
#include "search/supernets/facts.hpp"
#include "search/supernets/json_fields.hpp"
#include "search/supernets/schema.hpp"
#include "server/api/api.hpp"
#include "server/api/list_page.hpp"
#include "server/api/views.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

json gene_view(const search::Gene& gene) {
  json choices = json::array();
  for (const search::Value& choice : gene.choices) choices.push_back(search::value_to_json(choice));
  return {{"name", gene.name},
          {"kind", gene.kind == search::GeneKind::kOrdinal ? "ordinal" : "categorical"},
          {"choices", std::move(choices)}};
}

json networks_view(const search::SupernetFacts& facts) {
  json networks = json::array();
  for (const search::NetworkFacts& network : facts.networks) {
    networks.push_back({{"name", network.name},
                        {"operators", network.operators},
                        {"macs", network.macs},
                        {"params", network.params},
                        {"model_size_bytes", network.model_size_bytes},
                        {"peak_activation_bytes", network.peak_activation_bytes}});
  }
  return networks;
}

json supernet_view(const evaluators::LoadedSupernet& loaded) {
  const search::Supernet& supernet = loaded.supernet();
  json genes = json::array();
  for (const search::Gene& gene : supernet.space.genes()) genes.push_back(gene_view(gene));
  json baselines = json::array();
  for (const search::Baseline& baseline : supernet.baselines) {
    baselines.push_back({{"name", baseline.name},
                         {"summary", baseline.summary},
                         {"config", search::config_to_json(supernet.space, baseline.genome)}});
  }
  const std::optional<double> canonical = supernet.space.canonical_size();
  return {{"name", supernet.name},
          {"summary", supernet.summary},
          {"version", loaded.version()},
          {"has_weights", loaded.weights().has_value()},
          {"genes", std::move(genes)},
          {"raw_size", supernet.space.raw_size()},
          {"canonical_size", canonical ? json(*canonical) : json(nullptr)},
          {"baselines", std::move(baselines)}};
}

json operator_view(const search::Operator& op, const search::Network& network) {
  const search::Cost cost = search::cost_of(op, network);
  return {{"name", op.name},
          {"kind", search::kind_name(op.kind)},
          {"precision", search::to_text(op.precision)},
          {"output", op.output.sizes},
          {"macs", cost.macs},
          {"params", cost.params},
          {"bytes", cost.model_size_bytes}};
}

json whole_view(const evaluators::LoadedSupernet& loaded) {
  json view = supernet_view(loaded);
  view["networks"] = networks_view(search::facts_of(loaded.supernet()));
  view["manifest"] = json::parse(loaded.supernet().manifest);
  return view;
}

const evaluators::LoadedSupernet* find_supernet(const ApiContext& context, const Request& request,
                                                Response& refusal) {
  const std::string& name = request.parameters.find("name")->second;
  const evaluators::LoadedSupernet* found = context.supernets.find(name);
  if (found == nullptr)
    refusal = problem(404, "there is no supernet " + name +
                               search::did_you_mean(name, context.supernets.names()));
  return found;
}

}  // namespace

Response list_supernets(const ApiContext& context, const Request& request) {
  static const Listing kListing = {
      .fields = {{.name = "name"},
                 {.name = "summary"},
                 {.name = "version"},
                 {.name = "has_weights", .kind = FieldKind::kFlag},
                 {.name = "raw_size", .kind = FieldKind::kNumber},
                 {.name = "canonical_size", .kind = FieldKind::kNumber}},
      .properties = {"name", "summary", "version", "has_weights", "genes", "raw_size",
                     "canonical_size", "baselines"},
      .order = {{"name"}}};
  std::vector<json> items;
  for (const std::string& name : context.supernets.names())
    items.push_back(supernet_view(*context.supernets.find(name)));
  return answer_list(request, kListing, items);
}

Response get_supernet(const ApiContext& context, const Request& request) {
  Response refusal;
  const evaluators::LoadedSupernet* supernet = find_supernet(context, request, refusal);
  if (supernet == nullptr) return refusal;
  return json_response(whole_view(*supernet));
}

// The text as it was posted: a worker elsewhere must have the very same.
Response get_manifest(const ApiContext& context, const Request& request) {
  Response refusal;
  const evaluators::LoadedSupernet* supernet = find_supernet(context, request, refusal);
  return supernet == nullptr ? refusal : Response{.body = supernet->supernet().manifest};
}

// ?dry_run=true: what the manifest would be, without keeping it.
Response create_supernet(const ApiContext& context, const Request& request) {
  const auto dry_run = request.query.find("dry_run");
  if (dry_run != request.query.end() && dry_run->second != "true" && dry_run->second != "false")
    return problem(400, "dry_run must be true or false, got \"" + dry_run->second + "\"");
  search::FieldErrors errors;
  std::optional<search::Supernet> supernet = search::load_manifest(request.body, errors);
  if (!supernet)
    return field_problem("the manifest has " + std::to_string(errors.size()) +
                             (errors.size() == 1 ? " mistake" : " mistakes"),
                         errors);
  if (supernet->weights) {
    return field_problem("weights cannot be posted",
                         {{"/weights", "put the manifest and " + *supernet->weights + " in " +
                                           context.user_supernets.path() + "/" + supernet->name +
                                           " on the server and start it again, or leave weights "
                                           "out: latency needs none"}});
  }
  const std::string name = supernet->name;
  const bool is_new = context.supernets.find(name) == nullptr;
  std::string taken;
  // One that could not be loaded at the start is still somebody's.
  if (is_new && context.user_supernets.holds(name))
    return problem(409, "there is a supernet " + name + " in " + context.user_supernets.path() +
                            " that could not be loaded when the server started: mend or remove "
                            "it there, or give this one a name of its own");
  if (dry_run != request.query.end() && dry_run->second == "true") {
    if (!is_new && context.supernets.find(name)->supernet().manifest != supernet->manifest)
      return problem(409,
                     "there is another supernet " + name + ": give this one a name of its own");
    return json_response(whole_view({std::move(*supernet), std::nullopt, ""}));
  }
  // Saved under a name that is free, or again as it is: both leave what is there whole.
  if (is_new) context.user_supernets.save(name, request.body);
  const evaluators::LoadedSupernet* added = context.supernets.add(std::move(*supernet), "", taken);
  if (added == nullptr) return problem(409, taken);
  Response response = json_response(whole_view(*added), is_new ? 201 : 200);
  response.headers.emplace_back("Location", "/v1/supernets/" + name);
  return response;
}

Response get_manifest_schema(const ApiContext&, const Request&) {
  return {.content_type = "application/schema+json", .body = search::manifest_schema().dump()};
}

Response describe_network(const ApiContext& context, const Request& request) {
  Response refusal;
  const evaluators::LoadedSupernet* loaded = find_supernet(context, request, refusal);
  if (loaded == nullptr) return refusal;
  const search::Supernet& supernet = loaded->supernet();
  search::FieldErrors errors;
  const std::optional<json> document = search::parse_json(request.body, errors);
  if (!document) return field_problem("the request could not be read", errors);
  search::ObjectReader reader(*document, "", errors);
  const json* config = reader.object("config", search::Presence::kOptional);
  const json* given = reader.array("genome", search::Presence::kOptional);
  reader.finish();
  if (errors.empty() && (config == nullptr) == (given == nullptr))
    errors.push_back({"", "needs either config or genome"});
  std::optional<search::Genome> genome;
  if (errors.empty()) {
    genome = config != nullptr
                 ? search::config_from_json(supernet.space, *config, "/config", errors)
                 : search::genome_from_json(supernet.space, *given, "/genome", errors);
  }
  if (!genome) return field_problem("this is not a network of " + supernet.name, errors);
  const search::Network network = supernet.network(*genome);
  const auto cost = supernet.reported_cost(*genome, network);
  const search::Cost products = search::cost_of(network);
  json operators = json::array();
  for (const search::Operator& op : network.operators)
    operators.push_back(operator_view(op, network));
  nlohmann::ordered_json policy = nlohmann::ordered_json::object();
  for (const auto& [name, precision] : search::policy_of(network))
    policy[name] = search::to_text(precision);
  const nlohmann::ordered_json view = {
      {"genome", *genome},
      {"config", search::config_to_json(supernet.space, *genome)},
      {"policy", std::move(policy)},
      {"macs", cost.macs},
      {"macs_convention", search::to_text(supernet.metrics.convention)},
      {"macs_by_convention",
       {{"fvcore", products.macs}, {"torchprofile", products.macs + products.elementwise_macs}}},
      {"params", cost.params},
      {"model_size_bytes", cost.model_size_bytes},
      {"operators", std::move(operators)}};
  return {.body = view.dump()};
}

}  // namespace quarry::server
