// Tested by tests/server/conductor_test.cpp and, across kill -9, by tests/e2e/restart_test.cpp.
#include "server/studies/study_manager.hpp"

#include <nlohmann/json.hpp>

namespace quarry::server {

void StudyManager::resume_all() {
  for (const StudyRecord& record : context_.store.studies()) {
    if (record.state == "queued" || record.state == "running") start(record);
  }
}

StudyRecord StudyManager::create(StudySpec spec) {
  if (context_.operators != nullptr && spec.latency_model == "auto") {
    const std::string model =
        choose_latency_model(spec, *context_.supernets.find(spec.supernet), *context_.operators);
    if (!model.empty()) spec.latency_model = model;
  }
  const nlohmann::json document = to_json(spec);
  StudyRecord record{.id = new_id("st_"),
                     .name = spec.name,
                     .spec = document.dump(),
                     .state = "queued",
                     .reason = "",
                     .created_at = context_.clock.now()};
  Commit change{.study = record};
  const nlohmann::json data = {{"id", record.id}, {"spec", document}};
  change.events.push_back({.type = "study.created", .at = record.created_at, .data = data.dump()});
  context_.store.commit(change);
  start(record);
  return record;
}

StudyManager::StopResult StudyManager::stop(const std::string& id) {
  const std::scoped_lock lock(mutex_);
  const auto found = running_.find(id);
  if (found == running_.end() || *found->second.ended) return StopResult::kNotRunning;
  found->second.conductor->end_search();
  return StopResult::kStopping;
}

void StudyManager::stop_all() {
  const std::scoped_lock lock(mutex_);
  for (auto& [id, running] : running_) running.thread.request_stop();
  running_.clear();
}

void StudyManager::start(const StudyRecord& record) {
  const std::scoped_lock lock(mutex_);
  std::erase_if(running_, [](const auto& entry) { return entry.second.ended->load(); });
  Running& running = running_[record.id];
  running.conductor = std::make_unique<Conductor>(context_, record);
  running.ended = std::make_unique<std::atomic<bool>>(false);
  running.thread = std::jthread(
      [conductor = running.conductor.get(), ended = running.ended.get()](std::stop_token stop) {
        conductor->run(stop);
        ended->store(true);
      });
}

}  // namespace quarry::server
