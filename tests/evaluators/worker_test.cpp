#include "evaluators/worker.hpp"

#include <catch2/catch.hpp>
#include <deque>

namespace quarry::evaluators {
namespace {

// Hands out its tasks, then asks the worker to stop.
class ListedTasks final : public TaskSource {
 public:
  explicit ListedTasks(std::deque<Task> tasks) : tasks_(std::move(tasks)) {}

  std::optional<Task> claim(std::stop_token) override {
    if (tasks_.empty()) return std::nullopt;
    Task task = std::move(tasks_.front());
    tasks_.pop_front();
    return task;
  }

  void complete(const Task& task, Evaluation evaluation) override {
    transcript += task.id + (evaluation.failure.empty() ? " ok" : " " + evaluation.failure);
    for (const auto& [metric, measurement] : evaluation.metrics) transcript += " " + metric;
    transcript += "\n";
  }

  std::string transcript;

 private:
  std::deque<Task> tasks_;
};

TEST_CASE("a worker completes every task, the impossible ones with a reason") {
  const SupernetLibrary library = SupernetLibrary::builtin();
  const search::Genome genome = library.find("fashion_vit")->supernet().baselines.back().genome;
  const auto options = [](const char* name) {
    return OptionValues::defaults(find_evaluator(name)->options);
  };
  ListedTasks tasks({{.id = "1",
                      .supernet = "fashion_vit",
                      .evaluator = "analytic",
                      .options = options("analytic"),
                      .genome = genome},
                     {.id = "2",
                      .supernet = "nowhere_net",
                      .evaluator = "analytic",
                      .options = {},
                      .genome = genome},
                     {.id = "3",
                      .supernet = "fashion_vit",
                      .evaluator = "oracle",
                      .options = {},
                      .genome = genome},
                     {.id = "4",
                      .supernet = "fashion_vit",
                      .evaluator = "onednn",
                      .options = options("onednn"),
                      .genome = genome}});
  NetworkPool pool;
  run_worker(tasks, library, pool, {});
  CHECK(tasks.transcript ==
        "1 ok int8_share macs model_size_bytes operators params peak_activation_bytes\n"
        "2 this worker does not have supernet nowhere_net\n"
        "3 this worker does not have evaluator oracle\n4 ok latency_ms\n");
}

TEST_CASE("the first evaluator that provides a metric is its default") {
  CHECK(default_evaluator("macs")->name == "analytic");
  CHECK(default_evaluator("latency_ms")->name == "onednn");
  CHECK(default_evaluator("accuracy")->name == "validation");
  CHECK(default_evaluator("bleu") == nullptr);
}

}  // namespace
}  // namespace quarry::evaluators
