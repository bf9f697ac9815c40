// Workers that answer at once with numbers computed from the genome: the conductor is tested with
// them, without oneDNN.
#pragma once

#include <functional>
#include <thread>
#include <vector>

#include "server/studies/task_queue.hpp"

namespace quarry::test {

// "Accuracy" grows and "latency" grows with the sum of the genes, unevenly, so that there is a
// front.
inline evaluators::Evaluation fake_evaluation(const evaluators::Task& task) {
  double size = 0;
  double noise = 0;
  for (std::size_t i = 0; i < task.genome.size(); ++i) {
    size += task.genome[i];
    noise += static_cast<double>((task.genome[i] * (i * 7 + 3)) % 5);
  }
  const bool latency = task.evaluator == "onednn";
  const double value = latency ? 0.2 + size * 0.05 : 0.5 + 0.4 * size / (size + 20) + noise * 1e-3;
  const std::string metric = latency ? "latency_ms" : "accuracy";
  search::Measurement measurement{
      .value = value, .spread = 0.001, .samples = 10, .fingerprint = "fp_test"};
  if (latency) measurement.detail = {{"drift", 1.0 + noise / 3.0}, {"blocks", size}};
  return {.metrics = {{metric, measurement}}, .failure = ""};
}

class FakeWorkers {
 public:
  using Evaluate = std::function<evaluators::Evaluation(const evaluators::Task&)>;

  FakeWorkers(server::TaskQueue& queue, int count, Evaluate evaluate = &fake_evaluation) {
    for (int i = 0; i < count; ++i) {
      threads_.emplace_back([&queue, evaluate](std::stop_token stop) {
        while (const auto task = queue.claim(stop)) queue.complete(*task, evaluate(*task));
      });
    }
  }

 private:
  std::vector<std::jthread> threads_;
};

}  // namespace quarry::test
