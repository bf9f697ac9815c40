// The table of the API.
#include "server/api/api.hpp"
#include "server/api/guard.hpp"

namespace quarry::server {
namespace {

// A hundred thousand rows of the largest configurations (151 genes) are 130 MB.
constexpr RouteLimits kImportLimits{.max_body_bytes = 256 * 1024 * 1024, .is_slow = true};
// Thousands of rows to learn from, or a model made of them.
constexpr RouteLimits kPredictorLimits{.max_body_bytes = 64 * 1024 * 1024, .is_slow = true};
// What workers send all the time: it is in the store before it is answered.
constexpr RouteLimits kStoring{.waits_for_disk = true};

// Trials by the hundred thousand are gone through.
constexpr RouteLimits kInsightLimits{.is_slow = true};
// Plans a network's primitives, or measures.
constexpr RouteLimits kNetworkLimits{.is_slow = true};
// 512 MiB unpacked are some 50 MiB.
constexpr RouteLimits kArchiveLimits{.max_body_bytes = 64 * 1024 * 1024, .is_slow = true};
// A filter may have to look at each of a million measurements or trials.
constexpr RouteLimits kLongListLimits{.is_slow = true};

}  // namespace

Router make_router(const ApiContext& context) {
  Router router;
  const auto add = [&](const char* method, const char* pattern,
                       Response (*handler)(const ApiContext&, const Request&),
                       RouteLimits limits = {}) {
    const auto answer = [&context, handler](const Request& request) {
      return handler(context, request);
    };
    router.add(method, pattern, guarded(method, pattern, answer), limits);
  };
  add("POST", "/v1/studies", &create_study);
  add("GET", "/v1/studies", &list_studies);
  add("GET", "/v1/studies/{id}", &get_study);
  add("PATCH", "/v1/studies/{id}", &change_study);
  add("DELETE", "/v1/studies/{id}", &delete_study);
  add("POST", "/v1/studies/{id}:pause", &pause_study);
  add("POST", "/v1/studies/{id}:resume", &resume_study);
  add("POST", "/v1/studies/{id}:stop", &stop_study);
  add("POST", "/v1/studies/{id}:cancel", &cancel_study);
  add("POST", "/v1/studies/{id}:clone", &clone_study);
  add("POST", "/v1/studies/{id}:extend", &extend_study);
  add("POST", "/v1/studies/{id}:enqueue", &enqueue_trial);
  add("POST", "/v1/studies/{id}:confirm", &confirm_study, kInsightLimits);
  add("GET", "/v1/studies/{id}/archive", &get_archive, kArchiveLimits);
  add("POST", "/v1/studies:import_archive", &import_archive, kArchiveLimits);
  add("POST", "/v1/studies/{id}:ask", &ask_study, kStoring);
  add("POST", "/v1/studies/{id}:tell", &tell_study, kStoring);
  add("POST", "/v1/tasks:claim", &claim_task, kStoring);
  add("POST", "/v1/tasks:complete", &complete_tasks, kStoring);
  add("GET", "/v1/tasks/{id}", &get_task);
  add("POST", "/v1/tasks/{id}:heartbeat", &heartbeat_task, kStoring);
  add("POST", "/v1/tasks/{id}:complete", &complete_task, kStoring);
  add("POST", "/v1/tasks/{id}:fail", &fail_task, kStoring);
  add("GET", "/v1/tasks", &list_tasks);
  add("GET", "/v1/workers", &list_workers);
  add("GET", "/v1/studies/{id}/trials", &list_trials, kLongListLimits);
  add("GET", "/v1/studies/{id}/trials/{number}", &get_trial);
  add("PATCH", "/v1/studies/{id}/trials/{number}", &change_trial);
  add("GET", "/v1/studies/{id}/trials/{number}/network", &get_trial_network, kNetworkLimits);
  add("GET", "/v1/studies/{id}/trials/{number}/export", &export_trial);
  add("GET", "/v1/studies/{id}/front", &get_front, kLongListLimits);
  add("GET", "/v1/studies/{id}/events", &stream_events);
  add("GET", "/v1/studies/{id}/points", &get_points, kInsightLimits);
  add("GET", "/v1/studies/{id}/history", &get_history, kInsightLimits);
  add("GET", "/v1/studies/{id}/parity", &get_parity, kInsightLimits);
  add("GET", "/v1/studies/{id}/timeline", &get_timeline, kInsightLimits);
  add("GET", "/v1/studies/{id}/failures", &get_failures, kInsightLimits);
  add("GET", "/v1/studies/{id}/importance", &get_importance, kInsightLimits);
  add("GET", "/v1/studies/{id}/slices", &get_slices, kInsightLimits);
  add("GET", "/v1/studies/{id}/strip", &get_strip, kInsightLimits);
  add("POST", "/v1/supernets", &create_supernet);
  add("GET", "/v1/supernets", &list_supernets);
  add("GET", "/v1/supernets/{name}", &get_supernet);
  add("GET", "/v1/supernets/{name}:manifest", &get_manifest);
  add("POST", "/v1/supernets/{name}:describe", &describe_network);
  add("POST", "/v1/predictors", &create_predictor, kPredictorLimits);
  add("GET", "/v1/predictors", &list_predictors);
  add("POST", "/v1/predictors:import", &import_predictor, kPredictorLimits);
  add("GET", "/v1/predictors/{id}", &get_predictor, kPredictorLimits);
  add("DELETE", "/v1/predictors/{id}", &delete_predictor);
  add("GET", "/v1/predictors/{id}:export", &export_predictor, kPredictorLimits);
  add("POST", "/v1/predictors/{id}:predict", &predict_networks, kPredictorLimits);
  add("POST", "/v1/predictors/{id}:evaluate", &evaluate_predictor, kPredictorLimits);
  add("GET", "/v1/schemas/manifest", &get_manifest_schema);
  add("POST", "/v1/imports", &create_import, kImportLimits);
  add("GET", "/v1/imports", &list_imports);
  add("GET", "/v1/imports/{id}", &get_import);
  add("DELETE", "/v1/imports/{id}", &delete_import);
  add("GET", "/v1/imports/{id}/rows", &list_imported_rows, kLongListLimits);
  add("GET", "/v1/operators", &list_operator_times);
  add("POST", "/v1/operators:peaks", &measure_machine_peaks, kNetworkLimits);
  add("GET", "/v1/measurements", &list_measurements, kLongListLimits);
  add("GET", "/v1/measurements/{id}", &get_measurement);
  add("GET", "/v1/fingerprints", &list_fingerprints, kLongListLimits);
  add("GET", "/v1/fingerprints/{id}", &get_fingerprint, kLongListLimits);
  add("GET", "/v1/algorithms", &list_algorithms);
  add("GET", "/v1/algorithms/{name}", &get_algorithm);
  add("GET", "/v1/evaluators", &list_evaluators);
  add("GET", "/v1/evaluators/{name}", &get_evaluator);
  add("GET", "/v1/catalog", &get_catalog);
  add("GET", "/version", &get_version);
  add("GET", "/openapi.json", &get_openapi);
  add("GET", "/healthz", &get_health);
  add("GET", "/readyz", &get_readiness);
  add("GET", "/metrics", &get_metrics);
  add("POST", "/v1/session", &create_session);
  add("GET", "/v1/session", &get_session);
  add("DELETE", "/v1/session", &end_session);
  add("POST", "/v1/tokens", &create_token);
  add("GET", "/v1/tokens", &list_tokens);
  add("DELETE", "/v1/tokens/{id}", &delete_token);
  for (const char* path : {"/", "/app.js", "/app.css"}) router.add("GET", path, &get_dashboard);
  return router;
}

}  // namespace quarry::server
