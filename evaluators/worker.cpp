// Tested by tests/evaluators/worker_test.cpp.
#include "evaluators/worker.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <map>

namespace quarry::evaluators {
namespace {

// Evaluators already made, one for each supernet, evaluator and options.
class EvaluatorCache {
 public:
  EvaluatorCache(const SupernetLibrary& supernets, NetworkPool& pool, const Resources& resources,
                 OperatorTimes* times)
      : supernets_(supernets), pool_(pool), resources_(resources), times_(times) {}

  Evaluation evaluate(const Task& task, std::stop_token stop) {
    const LoadedSupernet* supernet = supernets_.find(task.supernet);
    const EvaluatorEntry* entry = find_evaluator(task.evaluator);
    if (supernet == nullptr) return failed("this worker does not have supernet " + task.supernet);
    if (entry == nullptr) return failed("this worker does not have evaluator " + task.evaluator);
    try {
      std::unique_ptr<Evaluator>& evaluator =
          made_[{task.supernet, task.evaluator, task.options.all()}];
      if (!evaluator) evaluator = entry->make({*supernet, pool_, resources_, times_}, task.options);
      return finite(evaluator->evaluate(std::span(&task.genome, 1), stop).front());
    } catch (const std::exception& error) {
      return failed(error.what());
    }
  }

 private:
  using Key = std::tuple<std::string, std::string, std::map<std::string, OptionValue, std::less<>>>;

  static Evaluation failed(std::string why) { return {.metrics = {}, .failure = std::move(why)}; }

  static Evaluation finite(Evaluation evaluation) {
    for (const auto& [metric, measurement] : evaluation.metrics) {
      if (!std::isfinite(measurement.value) || !std::isfinite(measurement.spread))
        return failed("metric " + metric + " is not a finite number");
      if (!std::ranges::all_of(measurement.sample_values,
                               [](double value) { return std::isfinite(value); }))
        return failed("a sample of metric " + metric + " is not a finite number");
      for (const auto& [name, value] : measurement.detail) {
        if (!std::isfinite(value))
          return failed("detail " + name + " of metric " + metric + " is not a finite number");
      }
    }
    return evaluation;
  }

  const SupernetLibrary& supernets_;
  NetworkPool& pool_;
  const Resources& resources_;
  OperatorTimes* times_;
  std::map<Key, std::unique_ptr<Evaluator>> made_;
};

}  // namespace

void run_worker(TaskSource& tasks, const SupernetLibrary& supernets, NetworkPool& pool,
                std::stop_token stop, const Resources& resources, OperatorTimes* times) {
  EvaluatorCache evaluators(supernets, pool, resources, times);
  while (const std::optional<Task> task = tasks.claim(stop)) {
    Evaluation evaluation = evaluators.evaluate(*task, stop);
    // What a stop cut short is no result; the task stays open and is taken up again at the next
    // start.
    if (stop.stop_requested()) return;
    tasks.complete(*task, std::move(evaluation));
  }
}

}  // namespace quarry::evaluators
