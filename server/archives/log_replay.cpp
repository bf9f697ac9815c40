// Tested by tests/server/log_replay_test.cpp.
#include "server/archives/log_replay.hpp"

#include <algorithm>
#include <deque>
#include <memory>
#include <nlohmann/json.hpp>

#include "evaluators/stored_predictor.hpp"
#include "search/algorithms/registry.hpp"
#include "search/supernets/json_fields.hpp"
#include "server/studies/latency_prior.hpp"
#include "server/studies/trial_tasks.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

// The predictors of an archive, by what a spec calls them.
evaluators::Resources resources_of(const StudyArchive& archive) {
  using Shared = std::shared_ptr<const evaluators::StoredPredictor>;
  auto by_name = std::make_shared<std::map<std::string, Shared>>();
  for (const std::string& document : archive.predictors) {
    search::FieldErrors mistakes;  // a study that needs one that is broken will say so
    const auto parsed = search::parse_json(document, mistakes);
    if (!parsed) continue;
    auto predictor = evaluators::stored_predictor_from_json(*parsed, mistakes);
    if (!predictor) continue;
    const auto shared = std::make_shared<const evaluators::StoredPredictor>(std::move(*predictor));
    (*by_name)[shared->id] = (*by_name)[shared->reference()] = shared;
  }
  evaluators::Resources resources;
  resources.predictor = [by_name](const std::string& reference) -> Shared {
    const auto found = by_name->find(reference);
    return found == by_name->end() ? nullptr : found->second;
  };
  return resources;
}

class LogReplay {
 public:
  LogReplay(const StudyArchive& archive, StudySpec spec, const evaluators::LoadedSupernet& supernet,
            const evaluators::Resources& resources)
      : archive_(archive),
        spec_(std::move(spec)),
        plan_(spec_, supernet, pool_, resources, prior(supernet)),
        tracker_(
            spec_.objectives, spec_.constraints,
            std::min<std::size_t>(kReferenceTrials, static_cast<std::size_t>(spec_.max_trials))),
        algorithm_(search::find_algorithm(spec_.algorithm)
                       ->make(plan_.problem(), spec_.algorithm_options, spec_.seed)) {}

  ReplayReport run() {
    for (const EventRecord& event : archive_.events) {
      event_ = &event;
      apply(event);
      if (report_.difference) return report_;
      ++report_.events;
    }
    for (const TrialRecord& row : archive_.trials) {
      if (!check_row(row)) return report_;
      ++report_.trials;
    }
    return report_;
  }

 private:
  std::unique_ptr<LatencyPrior> prior(const evaluators::LoadedSupernet& supernet) {
    return latency_prior(spec_, supernet,
                         [this](const std::string& id) -> std::optional<std::string> {
                           for (const auto& [known, model] : archive_.latency_models) {
                             if (known == id) return model;
                           }
                           return std::nullopt;
                         });
  }

  bool same(const std::string& what, std::int64_t trial, const std::string& recorded,
            const std::string& replayed) {
    if (recorded == replayed) return true;
    const auto parting =
        std::mismatch(recorded.begin(), recorded.end(), replayed.begin(), replayed.end());
    const auto at = static_cast<std::size_t>(parting.first - recorded.begin());
    constexpr std::size_t kBefore = 40;
    constexpr std::size_t kShown = 120;
    const std::size_t from = at < kBefore ? 0 : at - kBefore;
    report_.difference =
        ReplayDifference{.sequence = event_ == nullptr ? 0 : event_->sequence,
                         .trial = trial,
                         .what = what,
                         .recorded = recorded.substr(std::min(from, recorded.size()), kShown),
                         .replayed = replayed.substr(std::min(from, replayed.size()), kShown)};
    return false;
  }

  void apply(const EventRecord& event) {
    const json data = json::parse(event.data);
    if (event.type == "trial.enqueued") {
      enqueued_.push_back(data.at("genome").get<search::Genome>());
    } else if (event.type == "trial.skipped") {
      if (!enqueued_.empty()) enqueued_.pop_front();
    } else if (event.type == "trial.created") {
      created(event, data);
    } else if (event.type == "trial.measured" || event.type == "trial.tested") {
      trial_of(data).metrics.merge(metrics_from_json(data.at("metrics")));
    } else if (event.type == "trial.finished") {
      finished(event, data);
    } else if (event.type == "study.confirming") {
      confirmation_ = confirmation_of(data, plan_, trials_);
    } else if (event.type == "trial.repeated" && confirmation_ != nullptr) {
      const auto metrics = data.contains("metrics")
                               ? std::optional(metrics_from_json(data.at("metrics")))
                               : std::nullopt;
      confirmation_->add(data.at("number").get<std::size_t>(), data.at("task").get<std::size_t>(),
                         metrics ? &*metrics : nullptr);
    } else if (event.type == "study.confirmed") {
      confirmed(event, data);
    }
  }

  std::string text_of(const StudyTrial& trial, const std::string& more = "") {
    const std::string shape = trial_shape(trial.genome, plan_.supernet());
    return trial_to_text(trial, shape, spec_.objectives, more);
  }

  StudyTrial& trial_of(const json& data) {
    return trials_.at(data.at("number").get<std::size_t>());
  }

  void created(const EventRecord& event, const json& data) {
    const std::size_t number = trials_.size();
    const std::string what = "the proposal of trial " + std::to_string(number);
    search::Origin origin{.how = data.at("origin").value("how", "")};
    search::Genome genome;
    if (origin.how == kEnqueued) {
      if (enqueued_.empty()) {
        same(what, static_cast<std::int64_t>(number), event.data, "nobody enqueued it");
        return;
      }
      genome = enqueued_.front();
      enqueued_.pop_front();
    } else {
      std::vector<search::Proposal> proposals = algorithm_->ask(1);
      if (proposals.empty()) {
        same(what, static_cast<std::int64_t>(number), event.data, "nothing: the search is over");
        return;
      }
      genome = plan_.subspace().expand(proposals.front().genome);
      origin = std::move(proposals.front().origin);
    }
    trials_.push_back(proposed_trial(number, genome, std::move(origin), plan_));
    ++report_.proposals;
    same(what, static_cast<std::int64_t>(number), event.data, text_of(trials_.back()));
  }

  void finished(const EventRecord& event, const json& data) {
    StudyTrial& trial = trial_of(data);
    trial.state = trial_state(data.at("state").get<std::string>());
    trial.reason = data.value("reason", "");
    std::optional<FrontUpdate> update;
    if (trial.state == TrialState::kSucceeded || trial.state == TrialState::kInfeasible) {
      trial.state =
          tracker_.is_feasible(trial.metrics) ? TrialState::kSucceeded : TrialState::kInfeasible;
      update = tracker_.add(trial.number, trial.metrics);
      for (const std::size_t number : update->removed) front_.erase(number);
      if (update->added) front_.insert(trial.number);
    }
    ++report_.outcomes;
    const std::string replayed = text_of(trial, finish_members(update, data.at("elapsed_s")));
    if (!same("the outcome of trial " + std::to_string(trial.number),
              static_cast<std::int64_t>(trial.number), event.data, replayed))
      return;
    const search::Trial told = told_of(trial, plan_, tracker_);
    algorithm_->tell(std::span(&told, 1));
  }

  void confirmed(const EventRecord& event, const json& data) {
    if (confirmation_ == nullptr) {
      same("a confirmation", -1, event.data, "none was begun");
      return;
    }
    json replayed = confirmed_to_json(*confirmation_, data.at("reason").get<std::string>());
    settle_confirmed(replayed, tracker_, trials_, front_);
    for (const char* time : {"spent_s", "elapsed_s"}) replayed[time] = data.at(time);
    confirmation_.reset();
    ++report_.confirmations;
    same("confirmation " + data.at("confirmation").dump(), -1, event.data, replayed.dump());
  }

  bool check_row(const TrialRecord& row) {
    event_ = nullptr;
    const std::string what = "trial " + std::to_string(row.number) + " as it is shown";
    if (row.number >= static_cast<std::int64_t>(trials_.size()))
      return same(what, row.number, row.data, "the log has no such trial");
    const StudyTrial& trial = trials_[static_cast<std::size_t>(row.number)];
    const char* place = front_.contains(trial.number) ? "on the front" : "not on the front";
    return same(what, row.number, row.data, text_of(trial)) &&
           same(what, row.number, row.on_front ? "on the front" : "not on the front", place);
  }

  const StudyArchive& archive_;
  StudySpec spec_;
  evaluators::NetworkPool pool_;
  StudyPlan plan_;
  FrontTracker tracker_;
  std::unique_ptr<search::SearchAlgorithm> algorithm_;
  std::vector<StudyTrial> trials_;
  std::deque<search::Genome> enqueued_;
  std::set<std::size_t> front_;
  std::unique_ptr<Confirmation> confirmation_;
  const EventRecord* event_ = nullptr;
  ReplayReport report_;
};

}  // namespace

const evaluators::LoadedSupernet* supernet_of(const StudyArchive& archive,
                                              evaluators::SupernetLibrary& supernets,
                                              search::FieldErrors& errors) {
  if (supernets.find(archive.supernet) == nullptr) {
    auto supernet = search::load_manifest(archive.manifest, errors);
    if (!supernet) {
      errors.push_back({"/manifest", "is not a manifest that this Quarry can read"});
      return nullptr;
    }
    if (supernet->name != archive.supernet || supernet->weights) {
      errors.push_back({"/manifest", "supernet " + archive.supernet +
                                         " is not here and needs its weights: put its folder "
                                         "among the supernets first"});
      return nullptr;
    }
    std::string problem;
    if (supernets.add(std::move(*supernet), "", problem) == nullptr) {
      errors.push_back({"/manifest", problem});
      return nullptr;
    }
  }
  const evaluators::LoadedSupernet* found = supernets.find(archive.supernet);
  if (found->version() == archive.supernet_version) return found;
  errors.push_back({"/manifest", "supernet " + archive.supernet + " is here in version " +
                                     found->version() + ", the archive's is " +
                                     archive.supernet_version});
  return nullptr;
}

std::optional<ReplayReport> replay_archive(const StudyArchive& archive,
                                           evaluators::SupernetLibrary& supernets,
                                           search::FieldErrors& errors) {
  const evaluators::LoadedSupernet* supernet = supernet_of(archive, supernets, errors);
  if (supernet == nullptr) return std::nullopt;
  const evaluators::Resources resources = resources_of(archive);
  auto spec = parse_spec_for_replay(json::parse(archive.study.spec), supernets, errors, resources);
  if (!spec) return std::nullopt;
  spec->final_test = false;  // measures, and changes no proposal
  try {
    return LogReplay(archive, std::move(*spec), *supernet, resources).run();
  } catch (const std::exception& error) {
    errors.push_back({"/events", std::string("the log cannot be replayed: ") + error.what()});
    return std::nullopt;
  }
}

}  // namespace quarry::server
