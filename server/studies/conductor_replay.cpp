// What a log means: each event applied, whether it is read at a start or appended by the user while
// the study runs.
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "search/algorithms/registry.hpp"
#include "search/supernets/json_fields.hpp"
#include "server/studies/conductor.hpp"
#include "server/studies/latency_prior.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

}  // namespace

void Conductor::prepare() {
  const StudyRecord record = log_.record();
  search::FieldErrors errors;
  const auto document = search::parse_json(record.spec, errors);
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
  // The budget of the spec, whatever was added since: the reference must not move.
  const auto settle_after =
      std::min<std::size_t>(kReferenceTrials, static_cast<std::size_t>(spec_.max_trials));
  tracker_ = std::make_unique<FrontTracker>(spec_.objectives, spec_.constraints, settle_after);
  algorithm_ = search::find_algorithm(spec_.algorithm)
                   ->make(plan_->problem(), spec_.algorithm_options, spec_.seed);
}

void Conductor::replay() {
  while (true) {
    const std::vector<EventRecord> page = context_.store.events(id_, replayed_to_, 1000);
    if (page.empty()) return;
    for (const EventRecord& event : page) apply(event);
    replayed_to_ = page.back().sequence;
  }
}

void Conductor::apply(const EventRecord& event) {
  if (event.type == "study.state") {
    const json data = json::parse(event.data);
    state_ = data.at("state").get<std::string>();
    then_ = data.value("then", "");
    if (state_ == "stopping") end_reason_ = data.at("reason").get<std::string>();
  } else if (event.type == "study.extended") {
    ++extensions_;
    search_closed_ = false;
  } else if (event.type == "trial.enqueued") {
    enqueued_.push_back(json::parse(event.data).at("genome").get<search::Genome>());
  } else if (event.type == "trial.skipped") {
    enqueued_.pop_front();
  } else if (event.type == "search.ended") {
    const json data = json::parse(event.data);
    search_closed_ = data.value("extensions", std::int64_t{0}) == extensions_;
    end_reason_ = data.at("reason").get<std::string>();
  } else {
    apply_trial(event);
  }
}

void Conductor::apply_trial(const EventRecord& event) {
  if (event.type == "study.confirming") return begin_confirmation(event);
  if (event.type == "study.confirmed") {
    json data = json::parse(event.data);
    take_confirmed(data);
    return;
  }
  if (event.type == "trial.repeated") return apply_repeat(event);
  if (!event.type.starts_with("trial.")) return;
  const json data = json::parse(event.data);
  if (event.type == "trial.created") {
    const auto genome = data.at("genome").get<search::Genome>();
    search::Origin origin{.how = data.at("origin").value("how", "")};
    if (origin.how == kEnqueued) {
      enqueued_.pop_front();
    } else {
      std::vector<search::Proposal> proposals = algorithm_->ask(1);
      if (proposals.empty() || plan_->subspace().expand(proposals.front().genome) != genome) {
        throw std::runtime_error("algorithm " + spec_.algorithm +
                                 " of this version does not repeat trial " +
                                 std::to_string(trials_.size()) +
                                 " of the log; the study cannot go on, its results stay");
      }
      origin = std::move(proposals.front().origin);
    }
    trials_.push_back({.number = trials_.size(),
                       .genome = genome,
                       .origin = std::move(origin),
                       .baseline = data.at("origin").value("baseline", ""),
                       .seed = plan_->seed_place(genome),
                       .metrics = metrics_from_json(data.at("metrics"))});
    by_genome_.emplace(genome, trials_.back().number);
    outstanding_.insert(trials_.back().number);
    return;
  }
  StudyTrial& trial = trials_.at(data.at("number").get<std::size_t>());
  if (event.type == "trial.measured" || event.type == "trial.tested") {
    auto metrics = metrics_from_json(data.at("metrics"));
    if (data.contains("machine"))
      machines_[data.at("plan").get<std::string>()] = {data["machine"].get<std::string>(),
                                                       metrics.begin()->second.fingerprint};
    trial.metrics.merge(metrics);
  } else if (event.type == "trial.retried") {
    ++retries_[data.at("task").get<std::string>()];
  } else if (event.type == "trial.finished") {
    trial.state = trial_state(data.at("state").get<std::string>());
    trial.reason = data.value("reason", "");
    outstanding_.erase(trial.number);
    if (trial.state == TrialState::kSucceeded || trial.state == TrialState::kInfeasible) {
      const FrontUpdate update = tracker_->add(trial.number, trial.metrics);
      for (const std::size_t number : update.removed) front_.erase(number);
      if (update.added) front_.insert(trial.number);
    }
    tell(trial);
  }
}

}  // namespace quarry::server
