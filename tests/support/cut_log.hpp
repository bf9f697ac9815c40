// The store of a server that died after some events of a study, as its commits would have left it.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <vector>

#include "server/storage/store.hpp"

namespace quarry::test {

// record: of the study as it was created. baselines: so many trials are baselines, from the first.
inline void store_cut_log(server::Store& store, server::StudyRecord record,
                          const std::vector<server::EventRecord>& log, std::size_t kept,
                          std::int64_t baselines = 3) {
  using nlohmann::json;
  server::Commit change{.study = record};
  std::map<std::int64_t, server::TrialRecord> rows;
  for (std::size_t i = 0; i < kept; ++i) {
    change.events.push_back(log[i]);
    json data = json::parse(log[i].data);
    if (log[i].type == "study.state") {
      change.study.state = data["state"];
      change.study.reason = data["reason"];
    }
    if (log[i].type == "study.extended") change.study.budget = data["budget"].dump();
    if (log[i].type == "trial.finished") ++change.study.trials;
    if (log[i].type != "trial.created" && log[i].type != "trial.finished") continue;
    const std::int64_t number = data["number"];
    server::TrialRecord& row = rows[number];
    row = {.number = number,
           .state = data["state"],
           .on_front = data.contains("front") && data["front"]["added"].get<bool>(),
           .is_baseline = number < baselines,
           .data = ""};
    for (const json& left : data.contains("front") ? data["front"]["removed"] : json::array())
      rows[left.get<std::int64_t>()].on_front = false;
    for (const char* extra : {"front", "hypervolume", "elapsed_s"}) data.erase(extra);
    row.data = data.dump();
  }
  for (const auto& [number, row] : rows) change.trials.push_back(row);
  store.commit(change);
}

}  // namespace quarry::test
