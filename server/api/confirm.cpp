// POST /v1/studies/{id}:confirm: measures again the members of a front that cannot be told apart.
// How: server/studies/confirmation.hpp. Tested by tests/server/confirm_study_test.cpp.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "evaluators/evaluator.hpp"
#include "search/supernets/json_fields.hpp"
#include "server/api/front_members.hpp"
#include "server/api/study_document.hpp"
#include "server/api/views.hpp"
#include "server/studies/confirmation_view.hpp"
#include "server/studies/study_plan.hpp"
#include "server/studies/study_state.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;
using search::Presence;

constexpr std::int64_t kUsualRepeats = 10;
// Every pair of the front is looked at, and every one in doubt is logged.
constexpr std::size_t kMostCompared = 5000;
constexpr std::size_t kMostPairs = 2000;

struct Wanted {
  ConfirmRequest request;  // without pairs
  std::map<std::string, std::string, std::less<>> question;
  bool dry_run = false;
};

std::string read_conditions(search::ObjectReader& reader, search::FieldErrors& errors) {
  std::string text;
  const json* where = reader.array("where", Presence::kOptional);
  for (std::size_t i = 0; where != nullptr && i < where->size(); ++i) {
    const json& condition = (*where)[i];
    if (!condition.is_string()) {
      errors.push_back(
          {"/where/" + std::to_string(i), "must be a condition such as \"latency_ms <= 10\", got " +
                                              search::json_type(condition)});
      continue;
    }
    text += (text.empty() ? "" : ",") + condition.get<std::string>();
  }
  return text;
}

Wanted read_wanted(const json& document, search::FieldErrors& errors) {
  search::ObjectReader reader(document, "", errors);
  Wanted wanted;
  wanted.request.repeats = reader.integer("repeats", Presence::kOptional, 1, 1000);
  wanted.request.seconds = reader.number("seconds", Presence::kOptional, 1e-3, 1e6);
  if (!wanted.request.repeats && !wanted.request.seconds) wanted.request.repeats = kUsualRepeats;
  wanted.question["where"] = read_conditions(reader, errors);
  for (const char* field : {"best", "within"})
    wanted.question[field] = reader.text(field, Presence::kOptional).value_or("");
  if (reader.flag("knee", Presence::kOptional).value_or(false)) wanted.question["knee"] = "true";
  wanted.dry_run = reader.flag("dry_run", Presence::kOptional).value_or(false);
  reader.finish();
  return wanted;
}

// Metrics that come out differently when they are measured again: of what times something, and of
// the user's programs that say how sure they are.
std::set<std::string> repeatable_metrics(const StudySpec& spec) {
  std::set<std::string> repeatable;
  for (const MetricPlan& plan : spec.metrics) {
    const evaluators::EvaluatorEntry* evaluator = evaluators::find_evaluator(plan.evaluator);
    if (evaluator->concurrency == evaluators::Concurrency::kExclusive ||
        plan.evaluator == evaluators::kExternal)
      repeatable.insert(plan.metric);
  }
  return repeatable;
}

std::vector<ConfirmPair> find_pairs(const std::vector<FrontMember>& members, const StudySpec& spec,
                                    const FrontQuestion& question, search::FieldErrors& errors) {
  const std::set<std::string> repeatable = repeatable_metrics(spec);
  if (!question.best.empty() && !repeatable.contains(question.best)) {
    errors.push_back(
        {"/best", question.best + " comes out the same when it is measured again; what does not: " +
                      (repeatable.empty() ? "nothing of this study"
                                          : search::one_of(std::vector<std::string>(
                                                repeatable.begin(), repeatable.end())))});
    return {};
  }
  if (question.best.empty() && members.size() > kMostCompared) {
    errors.push_back({"/where", "the front has " + std::to_string(members.size()) +
                                    " members; narrow it down to at most " +
                                    std::to_string(kMostCompared)});
    return {};
  }
  std::vector<ConfirmPair> pairs = pairs_in_doubt(members, spec.objectives, question, repeatable);
  if (pairs.size() > kMostPairs)
    errors.push_back({"/where", std::to_string(pairs.size()) +
                                    " pairs are in doubt; narrow them down to at most " +
                                    std::to_string(kMostPairs)});
  return pairs;
}

// Of pairs that would be measured here: whether this is the machine that they were measured on.
void check_machine(const std::vector<ConfirmPair>& pairs, const std::vector<FrontMember>& members,
                   const StudySpec& spec, const ApiContext& context, search::FieldErrors& errors) {
  for (const MetricPlan& plan : spec.metrics) {
    if (!is_measured_here(plan)) continue;
    const std::string here = evaluators::find_evaluator(plan.evaluator)
                                 ->fingerprint(plan.options, context.resources)
                                 .first;
    for (const ConfirmPair& pair : pairs) {
      if (pair.metric != plan.metric) continue;
      const auto member = std::ranges::find(members, pair.first, &FrontMember::number);
      const std::string& there = member->metrics.at(pair.metric).fingerprint;
      if (there == here || here.empty()) continue;
      errors.push_back({"", pair.metric + " was measured on " + there + ", this machine is " +
                                here + ": runs of two machines do not mix"});
      return;
    }
  }
}

struct Plan {
  std::vector<ConfirmPair> pairs;
  search::FieldErrors errors;
};

Plan plan_of(const ApiContext& context, const StudyRecord& record, const StudySpec& spec,
             const Wanted& wanted) {
  Plan plan;
  const std::vector<FrontMember> members = front_members(context.store, record.id);
  const FrontQuestion question =
      read_front_question(wanted.question, metrics_of(members, spec), plan.errors);
  for (search::FieldError& error : plan.errors) error.pointer = "/" + error.pointer;
  if (!plan.errors.empty()) return plan;
  plan.pairs = find_pairs(members, spec, question, plan.errors);
  check_machine(plan.pairs, members, spec, context, plan.errors);
  return plan;
}

Response with_confirmation(const StudyRecord& record, json confirmation, unsigned status) {
  json view = study_view(record);
  view["confirmation"] = std::move(confirmation);
  return json_response(view, status);
}

Response nothing_started(const StudyRecord& record, const ConfirmRequest& request) {
  const std::size_t count = request.pairs.size();
  const std::string sentence =
      count == 0 ? "Nothing is in doubt at 95 % that measuring again could tell apart."
                 : std::to_string(count) + (count == 1 ? " pair" : " pairs") +
                       " of the front cannot be told apart at 95 %.";
  return with_confirmation(record,
                           planned_view(request, count == 0 ? "ended" : "planned", sentence), 200);
}

}  // namespace

Response confirm_study(const ApiContext& context, const Request& request) {
  Response refusal;
  const auto record = find_study(context.store, request, refusal);
  if (!record) return refusal;
  search::FieldErrors errors;
  const auto document = search::parse_json(request.body.empty() ? "{}" : request.body, errors);
  if (!document) return field_problem("the confirmation could not be read", errors);
  Wanted wanted = read_wanted(*document, errors);
  if (!errors.empty()) return field_problem("the confirmation has mistakes", errors);
  const auto spec = parse_study_spec(json::parse(record->spec), context.supernets, errors, nullptr,
                                     context.resources);
  if (!spec) return field_problem("this server cannot run the study any more", errors);
  Plan plan = plan_of(context, *record, *spec, wanted);
  wanted.request.pairs = plan.pairs;
  if (!plan.errors.empty()) return field_problem("the confirmation has mistakes", plan.errors);
  if (wanted.dry_run) return nothing_started(*record, wanted.request);
  // Once more when nobody can change the front any more.
  const StudyManager::Outcome outcome =
      context.studies.confirm(record->id, [&]() -> std::optional<ConfirmRequest> {
        wanted.request.pairs = plan_of(context, *record, *spec, wanted).pairs;
        if (wanted.request.pairs.empty()) return std::nullopt;
        return wanted.request;
      });
  if (outcome.verdict != StudyManager::Verdict::kDone)
    return answer_of(outcome, request, "confirm");
  if (wanted.request.pairs.empty()) return nothing_started(outcome.study, wanted.request);
  return with_confirmation(outcome.study, *confirmation_view(context.store, outcome.study), 202);
}

}  // namespace quarry::server
