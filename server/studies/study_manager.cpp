// Tested by tests/server/study_life_test.cpp and, across kill -9, by tests/e2e/restart_test.cpp.
#include "server/studies/study_manager.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "server/studies/study_state.hpp"

namespace quarry::server {

void StudyManager::resume_all() {
  const std::scoped_lock lock(mutex_);
  for (const StudyRecord& record : context_.store.studies()) {
    if (is_conducted(record.state)) start(record);
  }
}

StudyRecord StudyManager::create(StudySpec spec, const StudyLabels& labels, bool draft) {
  if (context_.operators != nullptr && spec.latency_model == "auto") {
    const std::string model =
        choose_latency_model(spec, *context_.supernets.find(spec.supernet), *context_.operators);
    if (!model.empty()) spec.latency_model = model;
  }
  const nlohmann::json document = to_json(spec);
  StudyRecord record{.id = new_id("st_"),
                     .name = spec.name,
                     .spec = document.dump(),
                     .state = draft ? "draft" : "queued",
                     .reason = "",
                     .created_at = context_.clock.now(),
                     .tags = labels.tags,
                     .notes = labels.notes,
                     .priority = labels.priority};
  Commit change{.study = record};
  const nlohmann::json data = {{"id", record.id}, {"spec", document}, {"state", record.state}};
  change.events.push_back({.type = "study.created", .at = record.created_at, .data = data.dump()});
  context_.store.commit(change);
  const std::scoped_lock lock(mutex_);
  if (!draft) start(record);
  return record;
}

void StudyManager::stop_all() {
  const std::scoped_lock lock(mutex_);
  for (auto& [id, running] : running_) running.thread.request_stop();
  running_.clear();
}

// Precondition: mutex_ is held. A conductor that was there has come to rest, or is about to.
void StudyManager::start(const StudyRecord& record) {
  running_.erase(record.id);
  std::erase_if(running_, [](const auto& entry) { return entry.second.at_rest->load(); });
  Running& running = running_[record.id];
  running.conductor = std::make_unique<Conductor>(context_, record);
  running.at_rest = std::make_unique<std::atomic<bool>>(false);
  running.thread = std::jthread([this, id = record.id, conductor = running.conductor.get(),
                                 at_rest = running.at_rest.get()](std::stop_token stop) {
    conductor->run(stop);
    if (!conductor->interruption().empty()) interruptions_.add(id, conductor->interruption());
    at_rest->store(true);
    context_.hub.publish(id);
  });
}

// Precondition: mutex_ is held; the study's conductor was interrupted.
void StudyManager::settle(const StudyRecord& stored, const std::string& reason) {
  const auto found = running_.find(stored.id);
  std::optional<StudyLog> own;
  if (found == running_.end()) own.emplace(context_.store, context_.hub, context_.clock, stored);
  StudyLog& log = own ? *own : found->second.conductor->log();
  log.direct({"queued", "running", "pausing"}, "paused", reason);
  interruptions_.remove(stored.id);
}

void StudyManager::settle_interruptions() {
  const std::map<std::string, std::string> interrupted = interruptions_.all();
  if (interrupted.empty()) return;
  const std::scoped_lock lock(mutex_);
  for (const auto& [id, reason] : interrupted) {
    const auto stored = context_.store.study(id);
    const bool is_still = interruptions_.reason(id).has_value();
    if (is_still && stored && stored->state != "stopping") settle(*stored, reason);
  }
}

StudyManager::Outcome StudyManager::act(const std::string& id, const std::string& verb,
                                        const std::function<Next(StudyLog&)>& action) {
  const std::scoped_lock lock(mutex_);
  auto stored = context_.store.study(id);
  if (!stored) return {Verdict::kUnknown, {}};
  if (const auto reason = interruptions_.reason(id)) {
    if (stored->state == "stopping") {
      interruptions_.remove(id);
      start(*stored);
      if (verb == "resume" || verb == "stop") return {Verdict::kDone, *stored};
    } else {
      settle(*stored, *reason);
      stored = context_.store.study(id);
    }
  }
  // A conductor that has come to rest leaves its log behind, up to date.
  const auto found = running_.find(id);
  std::optional<StudyLog> own;
  if (found == running_.end()) own.emplace(context_.store, context_.hub, context_.clock, *stored);
  StudyLog& log = own ? *own : found->second.conductor->log();
  Next next = allows(log.record().state, verb) ? action(log) : Next::kRefused;
  Outcome outcome{next == Next::kRefused ? Verdict::kRefused : Verdict::kDone, log.record()};
  // Labels are written beside the log.
  outcome.study.name = stored->name;
  outcome.study.tags = stored->tags;
  outcome.study.notes = stored->notes;
  outcome.study.priority = stored->priority;
  if (next == Next::kStart) start(outcome.study);
  if (next == Next::kWake && found != running_.end()) found->second.conductor->wake();
  return outcome;
}

StudyManager::Outcome StudyManager::pause(const std::string& id) {
  return act(id, "pause", [](StudyLog& log) {
    return log.direct({"queued", "running"}, "pausing", "paused by the user") ? Next::kWake
                                                                              : Next::kRefused;
  });
}

StudyManager::Outcome StudyManager::resume(const std::string& id) {
  return act(id, "resume", [](StudyLog& log) {
    if (log.direct({"pausing"}, "running", "resumed by the user")) return Next::kWake;
    if (log.direct({"draft"}, "queued", "started by the user")) return Next::kStart;
    return log.direct({"paused", "failed"}, "queued", "resumed by the user") ? Next::kStart
                                                                             : Next::kRefused;
  });
}

StudyManager::Outcome StudyManager::stop(const std::string& id) {
  return act(id, "stop", [](StudyLog& log) {
    const std::string reason = "stopped by the user";
    if (log.direct({"paused"}, "stopping", reason, "completed")) return Next::kStart;
    return log.direct({"queued", "running", "pausing"}, "stopping", reason, "completed")
               ? Next::kWake
               : Next::kRefused;
  });
}

StudyManager::Outcome StudyManager::cancel(const std::string& id) {
  return act(id, "cancel", [](StudyLog& log) {
    const std::string reason = "cancelled by the user";
    if (log.direct({"draft"}, "cancelled", reason)) return Next::kNothing;
    if (log.direct({"paused"}, "stopping", reason, "cancelled")) return Next::kStart;
    return log.direct({"queued", "running", "pausing", "stopping"}, "stopping", reason, "cancelled")
               ? Next::kWake
               : Next::kRefused;
  });
}

StudyManager::Outcome StudyManager::extend(const std::string& id, const Budget& more) {
  return act(id, "extend", [&](StudyLog& log) {
    switch (log.extend(more)) {
      case StudyLog::Extension::kRefused:
        return Next::kRefused;
      case StudyLog::Extension::kReopened:
        return Next::kStart;
      case StudyLog::Extension::kHeard:
        break;
    }
    return Next::kWake;
  });
}

StudyManager::Outcome StudyManager::enqueue(const std::string& id, const search::Genome& genome) {
  return act(id, "enqueue",
             [&](StudyLog& log) { return log.enqueue(genome) ? Next::kWake : Next::kRefused; });
}

StudyManager::Outcome StudyManager::confirm(
    const std::string& id, const std::function<std::optional<ConfirmRequest>()>& plan) {
  return act(id, "confirm", [&](StudyLog& log) {
    const std::optional<ConfirmRequest> request = plan();
    if (!request) return Next::kNothing;
    std::int64_t before = 0;
    for (const EventRecord& event : context_.store.state_history(id))
      before = std::max(before,
                        nlohmann::json::parse(event.data).value("confirmation", std::int64_t{0}));
    return log.confirm(to_json(*request), before) ? Next::kStart : Next::kRefused;
  });
}

StudyManager::Outcome StudyManager::remove(const std::string& id) {
  const Outcome outcome = act(id, "delete", [](StudyLog&) { return Next::kNothing; });
  if (outcome.verdict != Verdict::kDone) return outcome;
  const std::scoped_lock lock(mutex_);
  running_.erase(id);
  context_.store.remove(id);
  context_.hub.publish(id);
  return outcome;
}

StudyManager::Outcome StudyManager::set_labels(const std::string& id, const StudyLabels& labels) {
  const std::scoped_lock lock(mutex_);
  if (!context_.store.study(id)) return {Verdict::kUnknown, {}};
  context_.store.set_labels(id, labels);
  context_.queue.set_priority(id, labels.priority);
  return {Verdict::kDone, *context_.store.study(id)};
}

}  // namespace quarry::server
