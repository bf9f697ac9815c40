// The loop of a study. Every change is one commit: stored, then shown, then told to the algorithm.
// Tested by tests/server/conductor_test.cpp.
#include "server/studies/conductor.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "search/algorithms/registry.hpp"
#include "search/supernets/json_fields.hpp"

namespace quarry::server {
namespace {

using evaluators::Evaluation;
using evaluators::Task;
using nlohmann::json;

// Enough trials under way that tasks that need the machine for themselves can run in a row.
constexpr std::size_t kOutstandingTrials = 16;
constexpr std::size_t kReferenceTrials = 8;

bool is_measured(const StudyTrial& trial, const TaskPlan& task) {
  return std::ranges::all_of(
      task.metrics, [&](const std::string& metric) { return trial.metrics.contains(metric); });
}

}  // namespace

Conductor::Conductor(StudyContext context, StudyRecord record)
    : context_(std::move(context)), record_(std::move(record)) {}
Conductor::~Conductor() = default;

// ----------------------------------------------------------------------------------------------------------------
// life

void Conductor::run(std::stop_token stop) {
  started_at_ = context_.clock.steady_seconds();
  try {
    prepare();
    replay();
    if (record_.state == "completed" || record_.state == "failed") return;
    context_.queue.open(record_.id, [this](const Task& task, Evaluation evaluation) {
      {
        const std::scoped_lock lock(mutex_);
        inbox_.push_back({task, std::move(evaluation)});
      }
      arrived_.notify_one();
    });
    conduct(stop);
  } catch (const std::exception& error) {
    try {
      enter("failed", error.what());
    } catch (const std::exception&) {  // the store itself is gone; the next start will find the
                                       // study running and go on
    }
  }
  context_.queue.close(record_.id);
}

void Conductor::end_search() {
  {
    const std::scoped_lock lock(mutex_);
    end_requested_ = true;
  }
  arrived_.notify_one();
}

void Conductor::conduct(std::stop_token stop) {
  if (record_.state == "queued") enter("running", "");
  const std::set<std::size_t> unfinished = outstanding_;
  for (const std::size_t number : unfinished) take_up(trials_[number]);
  if (search_closed_) start_tests();

  while (!stop.stop_requested()) {
    if (!search_closed_) {
      bool end_requested = false;
      {
        const std::scoped_lock lock(mutex_);
        end_requested = end_requested_;
      }
      if (end_requested) {
        close_search("stopped by the user");
      } else if (seconds_left() && *seconds_left() <= 0.0) {
        close_search("time budget spent");
      } else {
        top_up();
        const bool all_made = static_cast<std::int64_t>(trials_.size()) >= spec_.max_trials;
        if (outstanding_.empty())
          close_search(all_made ? "trial budget spent" : "every network of the space was measured");
      }
      if (search_closed_) start_tests();
    }
    if (search_closed_ && untested_.empty()) {
      enter("completed", record_.reason);
      return;
    }

    std::vector<Completion> arrived;
    {
      std::unique_lock lock(mutex_);
      const auto something = [&] { return !inbox_.empty() || (end_requested_ && !search_closed_); };
      if (const auto left = seconds_left(); left && !search_closed_) {
        arrived_.wait_for(lock, stop, std::chrono::duration<double>(std::max(*left, 0.0)),
                          something);
      } else {
        arrived_.wait(lock, stop, something);
      }
      arrived.swap(inbox_);
    }
    for (Completion& completion : arrived) receive(std::move(completion));
  }
}

// ----------------------------------------------------------------------------------------------------------------
// preparation and replay

void Conductor::prepare() {
  search::FieldErrors errors;
  const auto document = search::parse_json(record_.spec, errors);
  std::optional<StudySpec> spec;
  if (document)
    spec = parse_study_spec(*document, context_.supernets, errors, nullptr, context_.resources);
  if (!spec)
    throw std::runtime_error("this server cannot run the study: " + errors.front().pointer + " " +
                             errors.front().detail);
  spec_ = std::move(*spec);
  const evaluators::LoadedSupernet& supernet = *context_.supernets.find(spec_.supernet);
  plan_ = std::make_unique<StudyPlan>(spec_, supernet, context_.pool, context_.resources,
                                      latency_prior(spec_, supernet, context_.operators));
  const auto settle_after =
      std::min<std::size_t>(kReferenceTrials, static_cast<std::size_t>(spec_.max_trials));
  tracker_ = std::make_unique<FrontTracker>(spec_.objectives, spec_.constraints, settle_after);
  algorithm_ = search::find_algorithm(spec_.algorithm)
                   ->make(plan_->problem(), spec_.algorithm_options, spec_.seed);
}

void Conductor::replay() {
  std::int64_t after = 0;
  while (true) {
    const std::vector<EventRecord> page = context_.store.events(record_.id, after, 1000);
    if (page.empty()) return;
    for (const EventRecord& event : page) apply(event);
    after = page.back().sequence;
  }
}

void Conductor::apply(const EventRecord& event) {
  const json data = json::parse(event.data);
  elapsed_before_ = data.value("elapsed_s", elapsed_before_);
  if (event.type == "trial.created") {
    std::vector<search::Proposal> proposals = algorithm_->ask(1);
    const auto genome = data.at("genome").get<search::Genome>();
    if (proposals.empty() || plan_->subspace().expand(proposals.front().genome) != genome) {
      throw std::runtime_error(
          "algorithm " + spec_.algorithm + " of this version does not repeat trial " +
          std::to_string(trials_.size()) + " of the log; the study cannot go on, its results stay");
    }
    trials_.push_back({.number = trials_.size(),
                       .genome = genome,
                       .origin = std::move(proposals.front().origin),
                       .baseline = data.at("origin").value("baseline", ""),
                       .seed = plan_->seed_place(genome),
                       .metrics = metrics_from_json(data.at("metrics"))});
    outstanding_.insert(trials_.back().number);
  } else if (event.type == "trial.measured") {
    StudyTrial& trial = trials_.at(data.at("number").get<std::size_t>());
    trial.metrics.merge(metrics_from_json(data.at("metrics")));
  } else if (event.type == "trial.finished") {
    StudyTrial& trial = trials_.at(data.at("number").get<std::size_t>());
    trial.state = trial_state(data.at("state").get<std::string>());
    trial.reason = data.value("reason", "");
    outstanding_.erase(trial.number);
    if (trial.state == TrialState::kSucceeded || trial.state == TrialState::kInfeasible) {
      const FrontUpdate update = tracker_->add(trial.number, trial.metrics);
      for (const std::size_t number : update.removed) front_.erase(number);
      if (update.added) front_.insert(trial.number);
    }
    tell(trial);
  } else if (event.type == "search.ended") {
    search_closed_ = true;
  } else if (event.type == "trial.tested") {
    trials_.at(data.at("number").get<std::size_t>())
        .metrics.merge(metrics_from_json(data.at("metrics")));
  }
}

// ----------------------------------------------------------------------------------------------------------------
// trials

void Conductor::top_up() {
  while (outstanding_.size() < kOutstandingTrials &&
         static_cast<std::int64_t>(trials_.size()) < spec_.max_trials) {
    std::vector<search::Proposal> proposals = algorithm_->ask(1);
    if (proposals.empty()) return;
    create_trial(std::move(proposals.front()));
  }
}

void Conductor::create_trial(search::Proposal proposal) {
  StudyTrial trial{.number = trials_.size(),
                   .genome = plan_->subspace().expand(proposal.genome),
                   .origin = std::move(proposal.origin)};
  trial.baseline = plan_->baseline_name(trial.genome);
  trial.seed = plan_->seed_place(trial.genome);
  trial.metrics = plan_->immediate_metrics(trial.genome);

  Commit change = new_commit();
  add_event(change, "trial.created",
            trial_to_json(trial, plan_->supernet(), spec_.objectives).dump());
  outstanding_.insert(trial.number);
  trials_.push_back(std::move(trial));
  StudyTrial& created = trials_.back();
  measure_or_reuse(created, change);
  finish_if_complete(created, change);
  add_trial_row(change, created);
  commit(change);
  if (created.state == TrialState::kRunning) {
    queue_missing(created);
  } else {
    tell(created);
  }
}

// Answers that an earlier study on this machine has are taken from there: nothing is measured
// twice.
void Conductor::measure_or_reuse(StudyTrial& trial, Commit& change) {
  for (const TaskPlan& task : plan_->tasks()) {
    std::map<std::string, search::Measurement> known;
    for (const std::string& metric : task.metrics) {
      if (const auto measurement = context_.store.find_measurement(question(trial, task, metric)))
        known[metric] = *measurement;
    }
    if (known.size() < task.metrics.size()) continue;
    const json data = {{"number", trial.number},
                       {"evaluator", task.evaluator},
                       {"metrics", metrics_to_json(known)},
                       {"reused", true}};
    add_event(change, "trial.measured", data.dump());
    trial.metrics.merge(known);
  }
}

// A trial of an earlier life: what is missing is measured; one that lacks nothing but its end gets
// it.
void Conductor::take_up(StudyTrial& trial) {
  Commit change = new_commit();
  finish_if_complete(trial, change);
  if (trial.state == TrialState::kRunning) {
    queue_missing(trial);
    return;
  }
  add_trial_row(change, trial);
  commit(change);
  tell(trial);
}

void Conductor::queue_missing(const StudyTrial& trial) {
  for (const TaskPlan& task : plan_->tasks()) {
    if (!is_measured(trial, task)) queue_task(trial, task);
  }
}

void Conductor::queue_task(const StudyTrial& trial, const TaskPlan& task) {
  context_.queue.push({.study = record_.id,
                       .trial = trial.number,
                       .supernet = spec_.supernet,
                       .evaluator = task.evaluator,
                       .options = task.options,
                       .genome = trial.genome});
}

MeasurementKey Conductor::question(const StudyTrial& trial, const TaskPlan& task,
                                   const std::string& metric) const {
  return {plan_->supernet_key(), search::to_text(trial.genome), metric, task.key,
          task.fingerprint_id};
}

void Conductor::receive(Completion completion) {
  StudyTrial& trial = trials_[completion.task.trial];
  const std::string key = plan_key(completion.task.evaluator, completion.task.options);
  Evaluation& evaluation = completion.evaluation;

  if (search_closed_) {
    if (!plan_->final_test() || key != plan_->final_test()->key ||
        untested_.erase(trial.number) == 0)
      return;
    if (!evaluation.failure.empty()) return;  // the front stands as it was validated
    search::Measurement measurement = evaluation.metrics.at("accuracy");
    trial.metrics["test_accuracy"] = measurement;
    Commit change = new_commit();
    const json data = {{"number", trial.number},
                       {"metrics", {{"test_accuracy", measurement_to_json(measurement)}}}};
    add_event(change, "trial.tested", data.dump());
    add_trial_row(change, trial);
    commit(change);
    return;
  }

  if (trial.state != TrialState::kRunning) return;  // it failed elsewhere already
  Commit change = new_commit();
  const TaskPlan& task = *plan_->find_task(key);
  for (const std::string& metric : task.metrics) {
    if (evaluation.failure.empty() && !evaluation.metrics.contains(metric))
      evaluation.failure = "no " + metric + " of this network";
  }
  if (evaluation.failure.empty()) {
    std::map<std::string, search::Measurement> wanted;
    for (const std::string& metric : task.metrics) {
      wanted[metric] = evaluation.metrics.at(metric);
      change.measurements.push_back(
          {question(trial, task, metric), wanted[metric], static_cast<std::int64_t>(trial.number)});
    }
    if (!task.fingerprint_id.empty())
      change.fingerprints.emplace_back(task.fingerprint_id, task.fingerprint);
    const json data = {{"number", trial.number},
                       {"evaluator", task.evaluator},
                       {"metrics", metrics_to_json(wanted)}};
    add_event(change, "trial.measured", data.dump());
    trial.metrics.merge(wanted);
    finish_if_complete(trial, change);
  } else {
    trial.reason = completion.task.evaluator + ": " + evaluation.failure;
    finish(trial, TrialState::kFailed, change);
  }
  add_trial_row(change, trial);
  commit(change);
  if (trial.state != TrialState::kRunning) tell(trial);
}

void Conductor::finish_if_complete(StudyTrial& trial, Commit& change) {
  const bool complete = std::ranges::all_of(
      plan_->tasks(), [&](const TaskPlan& task) { return is_measured(trial, task); });
  if (!complete) return;
  finish(trial,
         tracker_->is_feasible(trial.metrics) ? TrialState::kSucceeded : TrialState::kInfeasible,
         change);
}

void Conductor::finish(StudyTrial& trial, TrialState state, Commit& change) {
  trial.state = state;
  outstanding_.erase(trial.number);
  ++change.study.trials;
  nlohmann::ordered_json data = trial_to_json(trial, plan_->supernet(), spec_.objectives);
  if (state == TrialState::kSucceeded || state == TrialState::kInfeasible) {
    const FrontUpdate update = tracker_->add(trial.number, trial.metrics);
    for (const std::size_t number : update.removed) {
      front_.erase(number);
      change.left_front.push_back(static_cast<std::int64_t>(number));
    }
    if (update.added) front_.insert(trial.number);
    change.study.hypervolume = update.hypervolume;
    data["front"] = {{"added", update.added}, {"removed", update.removed}};
    data["hypervolume"] = json(update.hypervolume ? json(*update.hypervolume) : json(nullptr));
  }
  data["elapsed_s"] = change.study.elapsed_seconds;
  add_event(change, "trial.finished", data.dump());
}

void Conductor::tell(const StudyTrial& trial) {
  // The subspace holds it: it was proposed from there.
  search::Trial told{.number = trial.number,
                     .genome = plan_->subspace().reduce(trial.genome).value()};
  told.succeeded = trial.state == TrialState::kSucceeded || trial.state == TrialState::kInfeasible;
  if (told.succeeded) {
    told.objectives = tracker_->minimised(trial.metrics);
    told.margins = tracker_->margins(trial.metrics);
    told.violation = search::violation(told.margins);
  }
  algorithm_->tell(std::span(&told, 1));
}

// ----------------------------------------------------------------------------------------------------------------
// the end

void Conductor::close_search(const std::string& reason) {
  context_.queue.drop_queued(record_.id);
  Commit change = new_commit();
  change.study.reason = reason;
  const std::set<std::size_t> unfinished = outstanding_;
  for (const std::size_t number : unfinished) {
    finish(trials_[number], TrialState::kCancelled, change);
    add_trial_row(change, trials_[number]);
  }
  const json data = {{"reason", reason}, {"elapsed_s", change.study.elapsed_seconds}};
  add_event(change, "search.ended", data.dump());
  commit(change);
  search_closed_ = true;
}

void Conductor::start_tests() {
  if (!plan_->final_test()) return;
  for (const StudyTrial& trial : trials_) {
    const bool baseline = !trial.baseline.empty() && trial.state == TrialState::kSucceeded;
    if (!(front_.contains(trial.number) || baseline) || trial.metrics.contains("test_accuracy"))
      continue;
    untested_.insert(trial.number);
    queue_task(trial, *plan_->final_test());
  }
}

void Conductor::enter(const std::string& state, const std::string& reason) {
  Commit change = new_commit();
  change.study.state = state;
  change.study.reason = reason;
  const json data = {
      {"state", state}, {"reason", reason}, {"elapsed_s", change.study.elapsed_seconds}};
  add_event(change, "study.state", data.dump());
  commit(change);
}

// ----------------------------------------------------------------------------------------------------------------
// storing

Commit Conductor::new_commit() {
  Commit change{.study = record_};
  change.study.elapsed_seconds = elapsed();
  return change;
}

void Conductor::add_event(Commit& change, const std::string& type, const std::string& data) {
  change.events.push_back({.type = type, .at = context_.clock.now(), .data = data});
}

void Conductor::add_trial_row(Commit& change, const StudyTrial& trial) {
  change.trials.push_back(
      {.number = static_cast<std::int64_t>(trial.number),
       .state = to_text(trial.state),
       .on_front = front_.contains(trial.number),
       .is_baseline = !trial.baseline.empty(),
       .data = trial_to_json(trial, plan_->supernet(), spec_.objectives).dump()});
}

void Conductor::commit(Commit& change) {
  context_.store.commit(change);
  record_ = change.study;
  context_.hub.publish(record_.id);
}

double Conductor::elapsed() const {
  return elapsed_before_ + context_.clock.steady_seconds() - started_at_;
}

std::optional<double> Conductor::seconds_left() const {
  if (!spec_.max_seconds) return std::nullopt;
  return *spec_.max_seconds - elapsed();
}

}  // namespace quarry::server
