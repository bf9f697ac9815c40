// The worker's loop: claim, evaluate, complete, until stopped. A thread in the server or a
// process on another machine.
#pragma once

#include <stop_token>

#include "evaluators/network_pool.hpp"
#include "evaluators/operator_times.hpp"
#include "evaluators/resources.hpp"
#include "evaluators/supernet_library.hpp"
#include "evaluators/task_source.hpp"

namespace quarry::evaluators {

// Returns when a stop is requested. An evaluator that throws fails its task, not the worker; a
// metric that is not finite fails its task too.
// times: where measured networks leave the times of their steps; null: nowhere.
void run_worker(TaskSource& tasks, const SupernetLibrary& supernets, NetworkPool& pool,
                std::stop_token stop, const Resources& resources = kNoResources,
                OperatorTimes* times = nullptr);

}  // namespace quarry::evaluators
