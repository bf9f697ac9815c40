// Tested by tests/server/archive_api_test.cpp.
#include "server/archives/restore.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "evaluators/hash.hpp"
#include "evaluators/latency_model.hpp"
#include "search/supernets/json_fields.hpp"
#include "server/storage/archive_store.hpp"
#include "server/studies/confirmation.hpp"
#include "server/studies/study_log.hpp"
#include "server/studies/study_state.hpp"
#include "server/studies/trial_log.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

// What the events of a log leave, without asking the algorithm.
class LogFold {
 public:
  explicit LogFold(const StudyArchive& archive, search::FieldErrors& errors)
      : archive_(archive), errors_(errors) {}

  void run() {
    for (std::size_t i = 0; i < archive_.events.size() && errors_.size() < kMostArchiveErrors;
         ++i) {
      try {
        apply(archive_.events[i]);
      } catch (const std::exception&) {  // a field is missing or of another type
        errors_.push_back({"/events/" + std::to_string(i),
                           "is no event of type " + archive_.events[i].type.substr(0, 40) +
                               " as a log holds it"});
      }
    }
    for (std::size_t i = 0; i < archive_.trials.size() && errors_.size() < kMostArchiveErrors; ++i)
      compare(archive_.trials[i], "/trials/" + std::to_string(i));
    if (errors_.size() < kMostArchiveErrors) compare_study();
  }

 private:
  struct Folded {
    json genome;
    std::string state = "queued";
    std::map<std::string, search::Measurement> metrics;
    bool on_front = false;
    bool is_baseline = false;
  };

  Folded& trial(const json& number) {
    if (!number.is_number_unsigned()) throw std::out_of_range("is no number of a trial");
    return trials_.at(number.get<std::size_t>());
  }

  void apply_front(const json& front) {
    for (const json& number : front.at("removed")) trial(number).on_front = false;
  }

  void apply(const EventRecord& event) {
    const json data = json::parse(event.data);
    const bool is_wish = event.type == "trial.enqueued" || event.type == "trial.skipped";
    const bool is_of_trial = event.type.starts_with("trial.") && !is_wish;
    if (is_of_trial && event.type != "trial.created") trial(data.at("number"));
    if (event.type == "study.state") {
      state_ = data.at("state").get<std::string>();
      data.at("reason").get<std::string>();
    } else if (event.type == "trial.created") {
      trials_.push_back({.genome = data.at("genome"),
                         .metrics = metrics_from_json(data.at("metrics")),
                         .is_baseline = data.at("origin").contains("baseline")});
    } else if (event.type == "trial.measured" || event.type == "trial.tested") {
      trial(data.at("number")).metrics.merge(metrics_from_json(data.at("metrics")));
    } else if (event.type == "trial.finished") {
      Folded& folded = trial(data.at("number"));
      folded.state = data.at("state").get<std::string>();
      ++finished_;
      if (!data.contains("front")) return;
      folded.on_front = data["front"].at("added").get<bool>();
      apply_front(data["front"]);
      hypervolume_ = data.at("hypervolume");
    } else if (event.type == "study.confirming") {
      for (const json& pair : data.at("pairs")) {
        for (const json& number : pair.at("trials")) trial(number);
      }
      confirm_request_from_json(data);
    } else if (event.type == "study.confirmed") {
      for (const json& member : data.at("members")) {
        for (auto& [metric, measurement] : metrics_from_json(member.at("metrics")))
          trial(member.at("trial")).metrics[metric] = measurement;
        confirmed_.insert(member.at("trial").get<std::size_t>());
      }
      apply_front(data.at("front"));
      for (const json& number : data["front"].at("added")) trial(number).on_front = true;
      hypervolume_ = data.at("hypervolume");
    }
  }

  void wrong(const std::string& where, const std::string& what) {
    errors_.push_back({where, what + " is not what the log says"});
  }

  void compare(const TrialRecord& row, const std::string& where) {
    const auto number = static_cast<std::size_t>(row.number);
    if (number >= trials_.size()) return wrong(where, "that there is such a trial");
    const Folded& folded = trials_[number];
    try {
      const json data = json::parse(row.data);
      if (data.at("number") != json(row.number)) wrong(where, "the number");
      if (data.at("genome") != folded.genome) wrong(where, "the genome");
      if (metrics_from_json(data.at("metrics")) != folded.metrics) wrong(where, "a measurement");
      trial_state(row.state);
      // A bound that a confirmation took away makes a trial infeasible: replaying tells.
      const bool may_differ = confirmed_.contains(number);
      if (data.at("state") != json(row.state) || (row.state != folded.state && !may_differ))
        wrong(where, "the state");
      data.at("origin").at("how").get<std::string>();
      if (!data.at("config").is_object() || !data.at("policy").is_object())
        wrong(where, "config or policy");
    } catch (const std::exception&) {
      errors_.push_back({where, "is no trial as the API shows it"});
    }
    if (row.on_front != folded.on_front) wrong(where, "that it is on the front, or not,");
    if (row.is_baseline != folded.is_baseline) wrong(where, "that it is a baseline, or not,");
  }

  void compare_study() {
    const StudyRecord& study = archive_.study;
    if (archive_.trials.size() != trials_.size())
      wrong("/trials", "a number of trials of " + std::to_string(archive_.trials.size()));
    if (study.trials != finished_) wrong("/study/0/trials", std::to_string(study.trials));
    if (!state_.empty() && study.state != state_) wrong("/study/0/state", study.state);
    const json shown = study.hypervolume ? json(*study.hypervolume) : json(nullptr);
    if (shown != hypervolume_) wrong("/study/0/hypervolume", shown.dump());
  }

  const StudyArchive& archive_;
  search::FieldErrors& errors_;
  std::vector<Folded> trials_;
  std::set<std::size_t> confirmed_;
  std::int64_t finished_ = 0;
  std::string state_;
  json hypervolume_;
};

bool is_study_id(const std::string& id) {
  return id.size() == 29 && id.starts_with("st_") && std::ranges::all_of(id.substr(3), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
         });
}

void check_study(const StudyArchive& archive, search::FieldErrors& errors) {
  const StudyRecord& study = archive.study;
  const auto wrong = [&](const char* field, const std::string& what) {
    errors.push_back({std::string("/study/0/") + field, what});
  };
  if (!is_study_id(study.id))
    wrong("id",
          "must be st_ and 26 digits or capital letters, got \"" + study.id.substr(0, 60) + "\"");
  if (study.name.empty() || study.name.size() > 200) wrong("name", "must have 1 to 200 bytes");
  const auto states = study_states();
  if (std::ranges::find(states, study.state) == states.end())
    wrong("state", "must be " + search::one_of(states));
  if (study.tags.size() > 32 || std::ranges::any_of(study.tags, [](const std::string& tag) {
        return tag.empty() || tag.size() > 64;
      }))
    wrong("tags", "must be at most 32, of 1 to 64 bytes each");
  if (study.notes.size() > 65536) wrong("notes", "must be at most 65536 bytes");
  // What every view of a study reads, whether this server can run it or not.
  try {
    const json spec = json::parse(study.spec);
    budget_of(study);
    if (spec.at("budget").at("trials").get<std::int64_t>() < 1) wrong("spec", "has no budget");
    for (const json& objective : spec.at("objectives")) objective.at("metric").get<std::string>();
    spec.at("metrics").items();
    if (spec.at("supernet") != json(archive.supernet))
      wrong("spec", "searches another supernet than the archive's");
  } catch (const std::exception&) {
    wrong("spec", "is no study's document");
  }
}

void check_known_ids(const StudyArchive& archive, search::FieldErrors& errors) {
  for (std::size_t i = 0; i < archive.fingerprints.size(); ++i) {
    const auto& [id, text] = archive.fingerprints[i];
    if (id.starts_with("fp_") && id != "fp_" + evaluators::hash_text({text}))
      errors.push_back({"/fingerprints/" + std::to_string(i),
                        "id " + id.substr(0, 40) + " is not that of its text"});
  }
  for (std::size_t i = 0; i < archive.latency_models.size(); ++i) {
    const auto& [id, text] = archive.latency_models[i];
    const std::string where = "/latency_models/" + std::to_string(i);
    if (id != "lm_" + evaluators::hash_text({text}))
      errors.push_back({where, "id " + id.substr(0, 40) + " is not that of its model"});
    try {
      evaluators::model_from_json(json::parse(text));
    } catch (const std::exception&) {
      errors.push_back({where, "is no latency model"});
    }
  }
}

}  // namespace

void check_archive(const StudyArchive& archive, search::FieldErrors& errors) {
  check_study(archive, errors);
  check_known_ids(archive, errors);
  if (errors.empty()) LogFold(archive, errors).run();
}

std::vector<evaluators::StoredPredictor> archived_predictors(const StudyArchive& archive,
                                                             search::FieldErrors& errors) {
  std::vector<evaluators::StoredPredictor> predictors;
  for (std::size_t i = 0; i < archive.predictors.size(); ++i) {
    search::FieldErrors mistakes;
    const auto document = search::parse_json(archive.predictors[i], mistakes);
    if (document) {
      if (auto predictor = evaluators::stored_predictor_from_json(*document, mistakes))
        predictors.push_back(std::move(*predictor));
    }
    for (const search::FieldError& mistake : mistakes)
      errors.push_back({"/predictors/" + std::to_string(i) + mistake.pointer, mistake.detail});
  }
  return predictors;
}

Commit restored(const StudyArchive& archive, const std::string& now) {
  Commit change{.study = archive.study,
                .events = archive.events,
                .trials = archive.trials,
                .left_front = {},
                .measurements = archive.measurements,
                .fingerprints = archive.fingerprints};
  for (MeasurementRecord& record : change.measurements)
    record.key = ArchiveStore::foreign(std::move(record.key));
  if (!is_conducted(archive.study.state)) return change;
  change.study.reason = "restored from an archive of a study that was " + archive.study.state;
  change.study.state = "paused";
  const json state = {{"state", "paused"},
                      {"reason", change.study.reason},
                      {"elapsed_s", archive.study.elapsed_seconds}};
  change.events.push_back({.type = "study.state", .at = now, .data = state.dump()});
  return change;
}

}  // namespace quarry::server
