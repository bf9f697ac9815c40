// Where a worker gets its tasks: the same interface in the server's process and over HTTP.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "evaluators/evaluator.hpp"

namespace quarry::evaluators {

// One candidate to be evaluated by one evaluator.
struct Task {
  std::uint64_t id = 0;
  std::string study;
  std::size_t trial = 0;
  std::string supernet;
  std::string evaluator;
  OptionValues options;
  search::Genome genome;
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
