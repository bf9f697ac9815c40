// Which of a trial's tasks are done.
#pragma once

#include "server/studies/study_plan.hpp"
#include "server/studies/trial_log.hpp"

namespace quarry::server {

// Every metric that the task brings is there.
bool is_measured(const StudyTrial& trial, const TaskPlan& task);

}  // namespace quarry::server
