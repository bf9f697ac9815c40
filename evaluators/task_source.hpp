// Where a worker gets its tasks: the same interface in the server's process and over HTTP.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "evaluators/evaluator.hpp"

namespace quarry::evaluators {

// One candidate to be evaluated by one evaluator.
struct Task {
  std::string id;  // the same after a restart; "" until it is queued
  std::string study;
  std::size_t trial = 0;
  std::string supernet;
  std::string evaluator;
  OptionValues options;
  search::Genome genome;
  std::vector<std::string> metrics;  // that it must bring
  // What a worker must have, "device=phone"; empty: it is for this server's machine.
  std::vector<std::string> tags;
  std::string plan;        // the task's among those of its study: evaluator, options and tags
  std::string machine;     // id of the only machine that may run it; empty: not decided, or any
  bool here_only = false;  // never given to another process
};

// Thread-safe.
class TaskSource {
 public:
  virtual ~TaskSource() = default;

  // Waits for a task that may run now; nothing once a stop is requested. Whoever claims a task
  // completes it.
  virtual std::optional<Task> claim(std::stop_token stop) = 0;
  virtual void complete(const Task& task, Evaluation evaluation) = 0;
};

}  // namespace quarry::evaluators
