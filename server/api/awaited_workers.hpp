// Which of a study's metrics nobody measures just now: a tag that no worker has is the usual reason
// for a study that does not move.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "server/storage/store.hpp"
#include "server/studies/task_desk.hpp"

namespace quarry::server {

// [{"metric", "tags", "machine"}] of a study under way; empty where everything is looked after, or
// nothing is to be measured.
nlohmann::json awaited_workers(const StudyRecord& study, const TaskDesk& desk);

}  // namespace quarry::server
