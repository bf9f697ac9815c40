// /v1/operators: the times of operators that this server's measurements left, machine by machine.
#include <nlohmann/json.hpp>

#include "evaluators/latency_model.hpp"
#include "server/api/api.hpp"
#include "server/api/list_page.hpp"

namespace quarry::server {

using nlohmann::json;

// {"items": [{fingerprint, machine, steps: [{kind, shape, time_ms, deviation_ms, networks, ...}],
// corrections: [...]}]}: each item is what evaluators::model_from_json reads.
Response list_operator_times(const ApiContext& context, const Request& request) {
  static const Listing kListing = {.fields = {{.name = "fingerprint"}, {.name = "machine"}},
                                   .properties = {"fingerprint", "machine", "steps", "corrections"},
                                   .order = {{"fingerprint"}},
                                   .shorthands = {{"fingerprint", "fingerprint"}}};
  std::vector<json> items;
  if (context.operators == nullptr) return answer_list(request, kListing, items);
  const evaluators::OperatorTimes& times = context.operators->times;
  for (const std::string& fingerprint : times.fingerprints()) {
    const auto model = evaluators::fit_latency_model(fingerprint, times.table(fingerprint));
    if (!model) continue;
    json item = evaluators::to_json(*model);
    item["machine"] = context.store.fingerprint(fingerprint);
    items.push_back(std::move(item));
  }
  return answer_list(request, kListing, items);
}

}  // namespace quarry::server
