// POST /v1/tasks:complete: many results in one request, stored at once. Each is judged for itself,
// as if it had come alone; a request with mistakes brings none. Tested by
// tests/server/task_batch_test.cpp.
#include <nlohmann/json.hpp>

#include "search/supernets/json_fields.hpp"
#include "server/api/api.hpp"
#include "server/api/task_documents.hpp"
#include "server/api/views.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;
using search::Presence;

constexpr std::size_t kMostResults = 64;

struct Item {
  std::string task;
  std::int64_t token = 0;
  bool is_known = false;  // such a lease was given
};

// Appends the result of a lease that was given; of another only the item is kept. Pointers are
// those of a request with this result alone.
void read_result(const ApiContext& context, json document, std::vector<Item>& items,
                 std::vector<TaskDesk::Result>& results, search::FieldErrors& errors) {
  Item item;
  // The rest is read below.
  search::FieldErrors of_others;
  {
    search::ObjectReader reader(document, "", errors);
    item.task = reader.text("task", Presence::kRequired).value_or("");
  }
  if (!document.is_object()) return;
  item.token = search::ObjectReader(document, "", of_others)
                   .integer("token", Presence::kRequired, 1, 9e15)
                   .value_or(0);
  document.erase("task");
  const auto lease = item.token > 0 ? context.leases.find(item.token) : std::nullopt;
  item.is_known = lease && lease->task == item.task;
  items.push_back(item);
  if (item.token > 0 && !item.is_known) return;
  std::optional<Report> report;
  if (document.contains("reason")) {
    report = read_failure_report(document, errors);
  } else {
    const bool external = !lease || lease->evaluator == evaluators::kExternal;
    report = read_metrics_report(document, lease ? lease->metrics : std::vector<std::string>(),
                                 external ? search::Source::kReported : search::Source::kMeasured,
                                 errors);
  }
  if (!report) return;
  std::string outcome = outcome_to_text(report->evaluation);
  results.push_back({item.task, item.token, std::move(report->evaluation), std::move(outcome)});
}

json item_view(const Item& item, const TaskDesk::Reply& reply) {
  json view = {{"task", item.task}, {"token", item.token}, {"status", 200}, {"accepted", true}};
  if (reply.verdict == TaskDesk::Verdict::kAccepted) return view;
  view["accepted"] = false;
  view["detail"] = reply.why;
  view["status"] = reply.verdict == TaskDesk::Verdict::kUnknown ? 404
                   : reply.verdict == TaskDesk::Verdict::kBusy  ? 503
                                                                : 409;
  if (!reply.stored.empty()) view["stored"] = json::parse(reply.stored);
  return view;
}

}  // namespace

Response complete_tasks(const ApiContext& context, const Request& request) {
  search::FieldErrors errors;
  const auto document = parse_report(request.body, errors);
  if (!document) return field_problem("the results could not be read", errors);
  search::ObjectReader reader(*document, "", errors);
  const json* given = reader.array("results", Presence::kRequired);
  reader.finish();
  if (given != nullptr && (given->empty() || given->size() > kMostResults))
    errors.push_back({"/results", "must be 1 to " + std::to_string(kMostResults) +
                                      " results, got " + std::to_string(given->size())});
  if (!errors.empty()) return field_problem("no result was taken", errors);
  std::vector<Item> items;
  std::vector<TaskDesk::Result> results;
  for (std::size_t i = 0; i < given->size(); ++i) {
    search::FieldErrors own;
    read_result(context, (*given)[i], items, results, own);
    for (search::FieldError& error : own)
      errors.push_back({"/results/" + std::to_string(i) + error.pointer, std::move(error.detail)});
  }
  if (!errors.empty()) return field_problem("no result was taken", errors);
  const std::vector<TaskDesk::Reply> replies = context.desk.complete(std::move(results));
  json views = json::array();
  std::size_t next = 0;
  for (const Item& item : items) {
    if (item.is_known) {
      views.push_back(item_view(item, replies[next++]));
    } else {
      views.push_back(item_view(
          item, {TaskDesk::Verdict::kUnknown,
                 "there is no lease " + std::to_string(item.token) + " of task " + item.task}));
    }
  }
  return json_response({{"items", std::move(views)}});
}

}  // namespace quarry::server
