// The table of the API.
#include <nlohmann/json.hpp>

#include "server/api/api.hpp"
#include "server/api/views.hpp"

namespace quarry::server {

Router make_router(const ApiContext& context) {
  Router router;
  const auto add = [&](const char* method, const char* pattern,
                       Response (*handler)(const ApiContext&, const Request&)) {
    router.add(method, pattern,
               [&context, handler](const Request& request) { return handler(context, request); });
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
  add("POST", "/v1/studies/{id}:ask", &ask_study);
  add("POST", "/v1/studies/{id}:tell", &tell_study);
  add("POST", "/v1/tasks:claim", &claim_task);
  add("GET", "/v1/tasks/{id}", &get_task);
  add("POST", "/v1/tasks/{id}:heartbeat", &heartbeat_task);
  add("POST", "/v1/tasks/{id}:complete", &complete_task);
  add("POST", "/v1/tasks/{id}:fail", &fail_task);
  add("GET", "/v1/workers", &list_workers);
  add("GET", "/v1/studies/{id}/trials", &list_trials);
  add("GET", "/v1/studies/{id}/front", &get_front);
  add("GET", "/v1/studies/{id}/events", &stream_events);
  add("POST", "/v1/supernets", &create_supernet);
  add("GET", "/v1/supernets", &list_supernets);
  add("GET", "/v1/supernets/{name}", &get_supernet);
  add("GET", "/v1/supernets/{name}:manifest", &get_manifest);
  add("POST", "/v1/supernets/{name}:describe", &describe_network);
  add("GET", "/v1/schemas/manifest", &get_manifest_schema);
  add("GET", "/v1/catalog", &get_catalog);
  add("GET", "/version", &get_version);
  router.add("GET", "/healthz", [](const Request&) { return json_response({{"status", "ok"}}); });
  for (const char* path : {"/", "/app.js", "/app.css"}) router.add("GET", path, &get_dashboard);
  return router;
}

}  // namespace quarry::server
