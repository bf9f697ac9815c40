// /v1/tasks, /v1/workers and a study's :ask and :tell: what workers of other processes and the
// user's own programs speak. See "Workers elsewhere" in server/README.md.
#include <nlohmann/json.hpp>

#include "search/supernets/json_fields.hpp"
#include "server/api/api.hpp"
#include "server/api/list_page.hpp"
#include "server/api/task_documents.hpp"
#include "server/api/views.hpp"
#include "server/studies/study_state.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;
using search::Presence;

constexpr double kMaxWait = 60.0;
constexpr std::size_t kMaxAsked = 1024;
constexpr std::size_t kMaxWords = 64;  // of a claim's tags, evaluators or metrics

struct Claim {
  std::string worker;
  Offer offer;
  double lease_s = 60.0;
  double wait_s = 0.0;
  std::size_t count = 1;
};

std::vector<std::string> read_words(search::ObjectReader& reader, const std::string& field,
                                    search::FieldErrors& errors) {
  std::vector<std::string> words;
  const json* list = reader.array(field, Presence::kOptional);
  if (list == nullptr) return words;
  if (list->size() > kMaxWords) {
    reader.error(field, "must be at most " + std::to_string(kMaxWords) + " words, got " +
                            std::to_string(list->size()));
    return words;
  }
  for (std::size_t i = 0; i < list->size(); ++i) {
    if ((*list)[i].is_string()) {
      words.push_back((*list)[i].get<std::string>());
    } else {
      errors.push_back({search::child_pointer(reader.pointer(field), std::to_string(i)),
                        "must be a string, got " + search::json_type((*list)[i])});
    }
  }
  return words;
}

void read_common(search::ObjectReader& reader, Claim& claim, Presence worker) {
  claim.worker = reader.text("worker", worker).value_or("");
  if (claim.worker.size() > 200) reader.error("worker", "must be at most 200 bytes");
  claim.lease_s = reader.number("lease_s", Presence::kOptional, 1.0, 86400.0).value_or(60.0);
  claim.wait_s = reader.number("wait_s", Presence::kOptional, 0.0, kMaxWait).value_or(0.0);
}

json leases_view(const ApiContext& context, const std::vector<Lease>& leases) {
  json items = json::array();
  for (const Lease& lease : leases)
    items.push_back(json(lease_view(lease, context.supernets, context.clock.now())));
  return items;
}

// Answers at once when there is something or nothing is to be waited for; else when there is. What
// happens to the study, if one is named, is worth another attempt too.
Response soon(const ApiContext& context, double wait_s, const std::string& study,
              std::function<std::optional<Response>()> attempt, Response nothing) {
  if (auto response = attempt()) return *response;
  if (wait_s <= 0.0) return nothing;
  const auto subscribe = [&context, study](std::function<void()> wake) {
    using Subscriptions = std::pair<std::shared_ptr<void>, std::shared_ptr<void>>;
    std::shared_ptr<void> events;
    if (!study.empty()) events = context.hub.subscribe(study, wake);
    return std::shared_ptr<void>(
        std::make_shared<Subscriptions>(context.desk.subscribe(std::move(wake)), events));
  };
  return {.later = LongPoll{.attempt = std::move(attempt),
                            .subscribe = subscribe,
                            .seconds = wait_s,
                            .give_up = [nothing] { return nothing; }}};
}

Response reply_view(const std::string& task, std::int64_t token, const TaskDesk::Reply& reply) {
  if (reply.verdict == TaskDesk::Verdict::kAccepted)
    return json_response({{"task", task}, {"token", token}, {"accepted", true}});
  if (reply.verdict == TaskDesk::Verdict::kUnknown) return problem(404, reply.why);
  if (reply.verdict == TaskDesk::Verdict::kBusy) {
    Response response = problem(503, reply.why);
    response.headers.emplace_back("Retry-After", "1");
    return response;
  }
  Response response = problem(409, reply.why);
  json document = json::parse(response.body);
  if (!reply.stored.empty()) document["stored"] = json::parse(reply.stored);
  response.body = document.dump();
  return response;
}

Response take_result(const ApiContext& context, const std::string& task, const json& document) {
  search::FieldErrors errors;
  // What has to be in it, its lease says.
  const bool has_token =
      document.is_object() && document.contains("token") && document["token"].is_number_integer();
  std::optional<LeaseRecord> lease;
  if (has_token) lease = context.leases.find(document["token"].get<std::int64_t>());
  if (has_token && (!lease || lease->task != task))
    return problem(404, "there is no lease " + document["token"].dump() + " of task " + task);
  const bool external = !lease || lease->evaluator == evaluators::kExternal;
  auto report =
      read_metrics_report(document, lease ? lease->metrics : std::vector<std::string>(),
                          external ? search::Source::kReported : search::Source::kMeasured, errors);
  if (!report) return field_problem("the result was not taken", errors);
  const std::string outcome = outcome_to_text(report->evaluation);
  return reply_view(
      task, report->token,
      context.desk.complete(task, report->token, std::move(report->evaluation), outcome));
}

Response take_failure(const ApiContext& context, const std::string& task, const json& document) {
  search::FieldErrors errors;
  auto report = read_failure_report(document, errors);
  if (!report) return field_problem("the failure was not taken", errors);
  const std::string outcome = outcome_to_text(report->evaluation);
  return reply_view(
      task, report->token,
      context.desk.complete(task, report->token, std::move(report->evaluation), outcome));
}

const std::string& task_of(const Request& request) { return request.parameters.find("id")->second; }

}  // namespace

Response claim_task(const ApiContext& context, const Request& request) {
  search::FieldErrors errors;
  const auto document = search::parse_json(request.body.empty() ? "{}" : request.body, errors);
  if (!document) return field_problem("the claim could not be read", errors);
  search::ObjectReader reader(*document, "", errors);
  Claim claim;
  read_common(reader, claim, Presence::kRequired);
  claim.offer.evaluators = read_words(reader, "evaluators", errors);
  if (claim.offer.evaluators.empty()) claim.offer.evaluators = {evaluators::kExternal};
  claim.offer.metrics = read_words(reader, "metrics", errors);
  claim.offer.tags = read_words(reader, "tags", errors);
  claim.offer.machine = reader.text("machine", Presence::kOptional).value_or("");
  claim.offer.study = reader.text("study", Presence::kOptional).value_or("");
  reader.finish();
  if (!errors.empty()) return field_problem("the claim has mistakes", errors);
  const auto attempt = [&context, claim]() -> std::optional<Response> {
    const auto lease = context.desk.claim(claim.worker, claim.offer, claim.lease_s);
    if (!lease) return std::nullopt;
    return Response{.body = lease_view(*lease, context.supernets, context.clock.now()).dump()};
  };
  return soon(context, claim.wait_s, "", attempt, {.status = 204, .body = ""});
}

Response heartbeat_task(const ApiContext& context, const Request& request) {
  search::FieldErrors errors;
  const auto document = search::parse_json(request.body.empty() ? "{}" : request.body, errors);
  if (!document) return field_problem("the heartbeat could not be read", errors);
  search::ObjectReader reader(*document, "", errors);
  const auto token = reader.integer("token", Presence::kRequired, 1, 9e15);
  reader.finish();
  if (!errors.empty()) return field_problem("the heartbeat has mistakes", errors);
  const TaskDesk::Reply reply = context.desk.heartbeat(task_of(request), *token);
  if (reply.verdict != TaskDesk::Verdict::kAccepted)
    return reply_view(task_of(request), *token, reply);
  return json_response(
      {{"task", task_of(request)}, {"token", *token}, {"lease_s", reply.seconds_left}});
}

Response complete_task(const ApiContext& context, const Request& request) {
  search::FieldErrors errors;
  const auto document = parse_report(request.body, errors);
  if (!document) return field_problem("the result could not be read", errors);
  return take_result(context, task_of(request), *document);
}

Response fail_task(const ApiContext& context, const Request& request) {
  search::FieldErrors errors;
  const auto document = search::parse_json(request.body, errors);
  if (!document) return field_problem("the failure could not be read", errors);
  return take_failure(context, task_of(request), *document);
}

// A task with everything that was ever leased of it.
Response get_task(const ApiContext& context, const Request& request) {
  const auto leases = context.leases.of_task(task_of(request));
  if (leases.empty()) return problem(404, "task " + task_of(request) + " was never leased");
  json items = json::array();
  for (const LeaseRecord& lease : leases) {
    items.push_back({{"token", lease.token},
                     {"worker", lease.worker},
                     {"machine", lease.machine},
                     {"lease_s", lease.seconds},
                     {"state", lease.state},
                     {"outcome", lease.outcome.empty() ? json() : json::parse(lease.outcome)}});
  }
  return json_response({{"id", task_of(request)},
                        {"study", leases.front().study},
                        {"trial", leases.front().trial},
                        {"leases", std::move(items)}});
}

// Leases of a study's external tasks, whatever their tags.
Response ask_study(const ApiContext& context, const Request& request) {
  Response refusal;
  const auto record = find_study(context.store, request, refusal);
  if (!record) return refusal;
  search::FieldErrors errors;
  const auto document = search::parse_json(request.body.empty() ? "{}" : request.body, errors);
  if (!document) return field_problem("the request could not be read", errors);
  search::ObjectReader reader(*document, "", errors);
  Claim claim;
  read_common(reader, claim, Presence::kOptional);
  if (claim.worker.empty()) claim.worker = "ask";
  claim.count = static_cast<std::size_t>(
      reader.integer("count", Presence::kOptional, 1, kMaxAsked).value_or(1));
  reader.finish();
  if (!errors.empty()) return field_problem("the request has mistakes", errors);
  claim.offer.study = record->id;
  claim.offer.evaluators = {evaluators::kExternal};
  claim.offer.any_tags = true;
  const auto attempt = [&context, claim]() -> std::optional<Response> {
    const auto study = context.store.study(claim.offer.study);
    if (!study || !is_conducted(study->state)) {
      return problem(409, "study " + claim.offer.study + " is " +
                              (study ? study->state : "deleted") + ": there is nothing to ask");
    }
    const std::vector<Lease> leases =
        context.desk.claim(claim.worker, claim.offer, claim.lease_s, claim.count);
    if (leases.empty()) return std::nullopt;
    return json_response({{"items", leases_view(context, leases)}});
  };
  return soon(context, claim.wait_s, record->id, attempt,
              json_response({{"items", json::array()}}));
}

// {"trial": 7, "token": 12, "metrics": {...}}, or with "reason" instead of metrics.
Response tell_study(const ApiContext& context, const Request& request) {
  Response refusal;
  const auto record = find_study(context.store, request, refusal);
  if (!record) return refusal;
  search::FieldErrors errors;
  auto document = parse_report(request.body, errors);
  if (!document) return field_problem("the result could not be read", errors);
  search::FieldErrors others;
  search::ObjectReader reader(*document, "", errors);
  const auto trial = reader.integer("trial", Presence::kRequired, 0, 1e9);
  const auto token =
      search::ObjectReader(*document, "", others).integer("token", Presence::kRequired, 1, 9e15);
  if (!token) errors.insert(errors.end(), others.begin(), others.end());
  if (!errors.empty()) return field_problem("the result was not taken", errors);
  const auto lease = context.leases.find(*token);
  if (!lease || lease->study != record->id || lease->trial != *trial)
    return problem(404, "study " + record->id + " has given no lease " + std::to_string(*token) +
                            " of trial " + std::to_string(*trial));
  document->erase("trial");
  return document->contains("reason") ? take_failure(context, lease->task, *document)
                                      : take_result(context, lease->task, *document);
}

namespace {

json task_view(const evaluators::Task& task) {
  return {{"id", task.id}, {"study", task.study}, {"trial", task.trial}};
}

}  // namespace

// Who lives, doing what. The server's own workers are one entry.
Response list_workers(const ApiContext& context, const Request& request) {
  static const Listing kListing = {
      .fields = {{.name = "name"},
                 {.name = "kind", .allowed = {"threads", "remote"}},
                 {.name = "tags", .kind = FieldKind::kTexts},
                 {.name = "evaluators", .kind = FieldKind::kTexts},
                 {.name = "machine"},
                 {.name = "silent_s", .kind = FieldKind::kNumber}},
      .properties = {"name", "kind", "tags", "evaluators", "machine", "silent_s", "tasks"},
      .order = {{"kind", true}, {"name"}}};
  std::vector<json> items;
  json here = json::array();
  for (const evaluators::Task& task : context.desk.running_here()) here.push_back(task_view(task));
  items.push_back({{"name", "server"}, {"kind", "threads"}, {"tasks", std::move(here)}});
  for (const WorkerView& worker : context.desk.workers()) {
    json tasks = json::array();
    for (const Lease& lease : worker.leases) {
      tasks.push_back(task_view(lease.task));
      tasks.back()["token"] = lease.token;
    }
    items.push_back({{"name", worker.name},
                     {"kind", "remote"},
                     {"tags", worker.offer.tags},
                     {"evaluators", worker.offer.evaluators},
                     {"machine", worker.offer.machine},
                     {"silent_s", worker.silent_seconds},
                     {"tasks", std::move(tasks)}});
  }
  return answer_list(request, kListing, items);
}

// Those that somebody is at. What waits is its trial's state; what is over, GET /v1/tasks/{id}.
Response list_tasks(const ApiContext& context, const Request& request) {
  static const Listing kListing = {
      .fields = {{.name = "id"},
                 {.name = "study"},
                 {.name = "trial", .kind = FieldKind::kNumber},
                 {.name = "state", .allowed = {"leased", "running"}},
                 {.name = "worker"},
                 {.name = "evaluator"},
                 {.name = "metrics", .kind = FieldKind::kTexts}},
      .properties = {"id", "study", "trial", "state", "worker", "evaluator", "metrics", "token"},
      .order = {{"id"}},
      .shorthands = {{"study", "study"}, {"worker", "worker"}}};
  std::vector<json> items;
  const auto add = [&](const evaluators::Task& task, const char* state,
                       const std::string& worker) -> json& {
    json view = task_view(task);
    view["state"] = state;
    view["worker"] = worker;
    view["evaluator"] = task.evaluator;
    view["metrics"] = task.metrics;
    return items.emplace_back(std::move(view));
  };
  for (const evaluators::Task& task : context.desk.running_here()) add(task, "running", "server");
  for (const WorkerView& worker : context.desk.workers()) {
    for (const Lease& lease : worker.leases)
      add(lease.task, "leased", worker.name)["token"] = lease.token;
  }
  return answer_list(request, kListing, items);
}

}  // namespace quarry::server
