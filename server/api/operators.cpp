// /v1/operators: the times of operators that this server's measurements left, machine by machine.
#include <nlohmann/json.hpp>

#include "evaluators/latency_model.hpp"
#include "server/api/api.hpp"
#include "server/api/views.hpp"

namespace quarry::server {

using nlohmann::json;

// {"items": [{fingerprint, machine, steps: [{kind, shape, time_ms, deviation_ms, networks, ...}],
// corrections: [...]}]}: each item is what evaluators::model_from_json reads.
Response list_operator_times(const ApiContext& context, const Request&) {
  json items = json::array();
  if (context.operators == nullptr) return json_response({{"items", std::move(items)}});
  const evaluators::OperatorTimes& times = context.operators->times;
  for (const std::string& fingerprint : times.fingerprints()) {
    const auto model = evaluators::fit_latency_model(fingerprint, times.table(fingerprint));
    if (!model) continue;
    json item = evaluators::to_json(*model);
    item["machine"] = context.store.fingerprint(fingerprint);
    items.push_back(std::move(item));
  }
  return json_response({{"items", std::move(items)}});
}

}  // namespace quarry::server
