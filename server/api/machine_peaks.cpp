// POST /v1/operators:peaks: the roofs that operators are held against. Tested by
// tests/server/trial_api_test.cpp.
#include "server/api/machine_peaks.hpp"

#include <nlohmann/json.hpp>

#include "evaluators/fingerprint.hpp"
#include "evaluators/latency.hpp"
#include "search/supernets/json_fields.hpp"
#include "server/api/api.hpp"
#include "server/api/views.hpp"

namespace quarry::server {

using nlohmann::json;

json peaks_view(const std::optional<evaluators::MachinePeaks>& peaks) {
  if (!peaks) return nullptr;
  json macs = json::object();
  for (const auto& [precision, per_ms] : peaks->macs_per_ms)
    macs[std::string(search::to_text(precision))] = per_ms;
  return {{"macs_per_ms", std::move(macs)}, {"bytes_per_ms", peaks->bytes_per_ms}};
}

// POST {threads}: takes about a second, and waits for whoever is measuring.
Response measure_machine_peaks(const ApiContext& context, const Request& request) {
  search::FieldErrors errors;
  const std::optional<json> document =
      search::parse_json(request.body.empty() ? "{}" : request.body, errors);
  if (!document) return field_problem("the request could not be read", errors);
  search::ObjectReader reader(*document, "", errors);
  const auto threads = reader.integer("threads", search::Presence::kOptional, 1, 256);
  reader.finish();
  if (!errors.empty()) return field_problem("no peaks were measured", errors);
  const int wanted = static_cast<int>(threads.value_or(1));
  const auto [id, text] = evaluators::identify_machine(wanted);
  // Nobody asks it to stop, so there are peaks.
  context.peaks.save(id, evaluators::LatencyMeter({.threads = wanted}).peaks({}).value());
  json view = peaks_view(context.peaks.find(id));
  view["fingerprint"] = id;
  view["machine"] = text;
  view["threads"] = wanted;
  return json_response(view);
}

}  // namespace quarry::server
