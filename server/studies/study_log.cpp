// Tested by tests/server/study_log_test.cpp.
#include "server/studies/study_log.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "server/studies/study_state.hpp"

namespace quarry::server {

using nlohmann::json;

Budget budget_of(const StudyRecord& record) {
  const json budget = record.budget.empty()
                          ? json::parse(record.spec).value("budget", json::object())
                          : json::parse(record.budget);
  Budget read{.trials = budget.value("trials", std::int64_t{0})};
  if (budget.contains("seconds")) read.seconds = budget["seconds"].get<double>();
  return read;
}

json to_json(const Budget& budget) {
  json view = {{"trials", budget.trials}};
  if (budget.seconds) view["seconds"] = *budget.seconds;
  return view;
}

StudyLog::StudyLog(Store& store, EventHub& hub, Clock clock, StudyRecord record)
    : store_(store),
      hub_(hub),
      clock_(std::move(clock)),
      record_(std::move(record)),
      budget_(budget_of(record_)),
      elapsed_before_(record_.elapsed_seconds) {}

StudyRecord StudyLog::record() const {
  const std::scoped_lock lock(mutex_);
  return record_;
}

Budget StudyLog::budget() const {
  const std::scoped_lock lock(mutex_);
  return budget_;
}

void StudyLog::start_stopwatch() {
  const std::scoped_lock lock(mutex_);
  started_at_ = clock_.steady_seconds();
}

void StudyLog::stop_stopwatch() {
  const std::scoped_lock lock(mutex_);
  elapsed_before_ = elapsed_now();
  started_at_.reset();
}

double StudyLog::elapsed_now() const {
  return elapsed_before_ + (started_at_ ? clock_.steady_seconds() - *started_at_ : 0.0);
}

double StudyLog::elapsed() const {
  const std::scoped_lock lock(mutex_);
  return elapsed_now();
}

Commit StudyLog::changed_row() const {
  Commit change{.study = record_};
  change.study.elapsed_seconds = elapsed_now();
  return change;
}

Commit StudyLog::begin() const {
  const std::scoped_lock lock(mutex_);
  return changed_row();
}

void StudyLog::add(Commit& change, const std::string& type, const std::string& data) const {
  change.events.push_back({.type = type, .at = clock_.now(), .data = data});
}

void StudyLog::store(Commit& change, bool from_outside) {
  std::int64_t sequence = store_.commit(change);
  record_ = change.study;
  if (!from_outside) return;
  sequence -= static_cast<std::int64_t>(change.events.size());
  for (EventRecord& event : change.events) {
    event.sequence = ++sequence;
    unheard_.push_back(event);
  }
}

void StudyLog::commit(Commit& change) {
  {
    const std::scoped_lock lock(mutex_);
    change.study.state = record_.state;
    change.study.reason = record_.reason;
    change.study.budget = record_.budget;
    store(change, false);
  }
  hub_.publish(change.study.id);
}

bool StudyLog::is_in(const std::vector<std::string>& states) const {
  return std::ranges::find(states, record_.state) != states.end();
}

void StudyLog::add_state(Commit& change, const std::string& to, const std::string& reason,
                         const std::string& then) const {
  change.study.state = to;
  change.study.reason = reason;
  json data = {{"state", to}, {"reason", reason}, {"elapsed_s", change.study.elapsed_seconds}};
  if (!then.empty()) data["then"] = then;
  add(change, "study.state", data.dump());
}

bool StudyLog::enter(const std::vector<std::string>& from, const std::string& to,
                     const std::string& reason) {
  std::string id;
  {
    const std::scoped_lock lock(mutex_);
    if (!is_in(from) || !unheard_.empty()) return false;
    Commit change = changed_row();
    add_state(change, to, reason, "");
    store(change, false);
    if (!is_conducted(to)) {
      elapsed_before_ = change.study.elapsed_seconds;
      started_at_.reset();
    }
    id = record_.id;
  }
  hub_.publish(id);
  return true;
}

std::vector<EventRecord> StudyLog::hear() {
  const std::scoped_lock lock(mutex_);
  return std::exchange(unheard_, {});
}

bool StudyLog::direct(const std::vector<std::string>& from, const std::string& to,
                      const std::string& reason, const std::string& then) {
  std::string id;
  {
    const std::scoped_lock lock(mutex_);
    if (!is_in(from)) return false;
    Commit change = changed_row();
    add_state(change, to, reason, then);
    store(change, true);
    id = record_.id;
  }
  hub_.publish(id);
  return true;
}

StudyLog::Extension StudyLog::extend(const Budget& more) {
  std::string id;
  bool reopened = false;
  {
    const std::scoped_lock lock(mutex_);
    if (!allows(record_.state, "extend")) return Extension::kRefused;
    Budget budget = budget_;
    budget.trials += more.trials;
    if (budget.seconds && more.seconds) *budget.seconds += *more.seconds;
    Commit change = changed_row();
    change.study.budget = to_json(budget).dump();
    const json data = {{"budget", to_json(budget)}, {"added", to_json(more)}};
    add(change, "study.extended", data.dump());
    reopened = record_.state == "completed";
    if (reopened) add_state(change, "queued", "extended by the user", "");
    store(change, true);
    budget_ = budget;
    id = record_.id;
  }
  hub_.publish(id);
  return reopened ? Extension::kReopened : Extension::kHeard;
}

bool StudyLog::confirm(json request, std::int64_t before) {
  std::string id;
  {
    const std::scoped_lock lock(mutex_);
    if (!allows(record_.state, "confirm")) return false;
    Commit change = changed_row();
    request["confirmation"] = before + 1;
    request["elapsed_s"] = change.study.elapsed_seconds;
    add(change, "study.confirming", request.dump());
    change.study.state = "queued";
    change.study.reason = "members of the front are measured again";
    // The number leads from a study's states to its confirmations: see confirmation_view.cpp.
    const json state = {{"state", change.study.state},
                        {"reason", change.study.reason},
                        {"elapsed_s", change.study.elapsed_seconds},
                        {"confirmation", before + 1}};
    add(change, "study.state", state.dump());
    store(change, true);
    id = record_.id;
  }
  hub_.publish(id);
  return true;
}

bool StudyLog::enqueue(const search::Genome& genome) {
  std::string id;
  {
    const std::scoped_lock lock(mutex_);
    if (!allows(record_.state, "enqueue")) return false;
    Commit change = changed_row();
    add(change, "trial.enqueued", json{{"genome", genome}}.dump());
    store(change, true);
    id = record_.id;
  }
  hub_.publish(id);
  return true;
}

}  // namespace quarry::server
