// Tested by tests/server/study_places_test.cpp.
#include "server/api/awaited_workers.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "evaluators/fingerprint.hpp"
#include "server/studies/study_state.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

constexpr double kSilentSeconds = 120.0;  // a worker that waits for tasks asks more often

bool serves(const WorkerView& worker, const std::string& evaluator,
            const std::vector<std::string>& tags, const std::string& machine) {
  const Offer& offer = worker.offer;
  if (worker.silent_seconds > kSilentSeconds && worker.leases.empty()) return false;
  if (std::ranges::find(offer.evaluators, evaluator) == offer.evaluators.end()) return false;
  if (!machine.empty() && offer.machine != machine) return false;
  return offer.any_tags || std::ranges::all_of(tags, [&](const std::string& tag) {
           return std::ranges::find(offer.tags, tag) != offer.tags.end();
         });
}

}  // namespace

json awaited_workers(const StudyRecord& study, const TaskDesk& desk) {
  json awaited = json::array();
  if (!is_conducted(study.state)) return awaited;
  const std::vector<WorkerView> workers = desk.workers();
  const std::string here = evaluators::identify_machine(1).first;
  const json spec = json::parse(study.spec);
  for (const auto& [metric, plan] : spec.at("metrics").items()) {
    const auto tags = plan.value("tags", std::vector<std::string>());
    const std::string machine = plan.value("machine", "");
    const std::string evaluator = plan.value("evaluator", "");
    const bool is_here = tags.empty() && (machine.empty() || machine == here);
    if (is_here && evaluator != evaluators::kExternal) continue;
    const bool is_served = std::ranges::any_of(workers, [&](const WorkerView& worker) {
      return serves(worker, evaluator, tags, machine);
    });
    if (!is_served) awaited.push_back({{"metric", metric}, {"tags", tags}, {"machine", machine}});
  }
  return awaited;
}

}  // namespace quarry::server
