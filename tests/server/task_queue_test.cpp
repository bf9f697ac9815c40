// Ordering on one thread; exclusiveness and completeness with several, which is also run under
// ThreadSanitizer.
#include "server/studies/task_queue.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <latch>
#include <set>
#include <thread>

namespace quarry::server {
namespace {

using evaluators::Evaluation;
using evaluators::Task;

Task task(std::size_t trial, const char* evaluator, const char* study = "s") {
  return {.id = study + ("." + std::to_string(trial)) + "." + evaluator,
          .study = study,
          .trial = trial,
          .evaluator = evaluator};
}

std::string claimed(TaskQueue& queue) {
  std::stop_source stopped;
  stopped.request_stop();
  const auto found = queue.claim(stopped.get_token());
  return found ? found->evaluator + " " + std::to_string(found->trial) : "nothing";
}

TEST_CASE("tasks of one kind run on before the machine is emptied for the other") {
  TaskQueue queue;
  queue.open("s", [](const Task&, Evaluation) {});
  for (std::size_t trial = 0; trial < 2; ++trial) {
    queue.push(task(trial, "onednn"));
    queue.push(task(trial, "validation"));
  }
  CHECK(claimed(queue) == "validation 0");
  CHECK(claimed(queue) == "validation 1");
  CHECK(claimed(queue) == "nothing");  // the timing tasks wait for both to end
  queue.complete(task(0, "validation"), {});
  CHECK(claimed(queue) == "nothing");
  queue.complete(task(1, "validation"), {});
  CHECK(claimed(queue) == "onednn 0");
  CHECK(claimed(queue) == "nothing");  // it runs alone
  queue.complete(task(0, "onednn"), {});
  CHECK(claimed(queue) == "onednn 1");
}

TEST_CASE("a kind that has waited for a whole turn is next") {
  TaskQueue queue(2);
  queue.open("s", [](const Task&, Evaluation) {});
  queue.push(task(9, "onednn"));
  for (std::size_t trial = 0; trial < 3; ++trial) queue.push(task(trial, "validation"));
  CHECK(claimed(queue) == "validation 0");
  CHECK(claimed(queue) == "validation 1");
  CHECK(claimed(queue) == "nothing");
  queue.complete(task(0, "validation"), {});
  queue.complete(task(1, "validation"), {});
  CHECK(claimed(queue) == "onednn 9");
}

TEST_CASE("a study's queued tasks can be dropped, another's stay") {
  TaskQueue queue;
  queue.open("s", [](const Task&, Evaluation) {});
  queue.open("t", [](const Task&, Evaluation) {});
  queue.push(task(3, "validation"));
  queue.push(task(1, "onednn"));
  queue.push(task(5, "validation", "t"));
  CHECK(queue.drop_queued("s").size() == 2);
  CHECK(queue.drop_queued("s").empty());
  CHECK(claimed(queue) == "validation 5");
}

TEST_CASE("studies take turns, in the ratio of their priorities, whoever queued first") {
  TaskQueue queue;
  queue.open(
      "a", [](const Task&, Evaluation) {}, 1);
  queue.open(
      "b", [](const Task&, Evaluation) {}, 3);
  for (std::size_t trial = 0; trial < 8; ++trial) queue.push(task(trial, "validation", "a"));
  for (std::size_t trial = 0; trial < 8; ++trial) queue.push(task(trial, "validation", "b"));
  std::string turns;
  for (int i = 0; i < 8; ++i) turns += queue.claim({})->study;
  CHECK(turns == "abbbabbb");
}

TEST_CASE("a study that had nothing to do has saved up no turns") {
  TaskQueue queue;
  queue.open("a", [](const Task&, Evaluation) {});
  queue.open("b", [](const Task&, Evaluation) {});
  for (std::size_t trial = 0; trial < 6; ++trial) queue.push(task(trial, "validation", "a"));
  for (int i = 0; i < 4; ++i) REQUIRE(queue.claim({})->study == "a");
  for (std::size_t trial = 0; trial < 3; ++trial) queue.push(task(trial, "validation", "b"));
  std::string turns;
  for (int i = 0; i < 4; ++i) turns += queue.claim({})->study;
  CHECK(turns == "baba");
}

TEST_CASE("a task that was withdrawn is not handed out") {
  TaskQueue queue;
  queue.open("s", [](const Task&, Evaluation) {});
  Task first = task(0, "validation");
  first.id = "s.0.0";
  queue.push(first);
  queue.push(task(1, "validation"));
  CHECK(queue.withdraw("s", "s.0.0").task->trial == 0);
  CHECK_FALSE(queue.withdraw("s", "s.0.0").task.has_value());
  CHECK(claimed(queue) == "validation 1");
}

TEST_CASE("a closed study hears nothing of tasks that still run") {
  TaskQueue queue;
  int heard = 0;
  queue.open("s", [&](const Task&, Evaluation) { ++heard; });
  queue.push(task(0, "validation"));
  REQUIRE(claimed(queue) == "validation 0");
  queue.close("s");
  queue.complete(task(0, "validation"), {});
  CHECK(heard == 0);
}

TEST_CASE("with many workers every task is done once and a timing task always alone") {
  constexpr std::size_t kTasks = 300;
  TaskQueue queue(4);
  std::latch all_done(kTasks);
  std::atomic<int> running = 0;
  std::atomic<int> beside = 0;
  std::mutex mutex;
  std::multiset<std::size_t> done;
  queue.open("s", [&](const Task& finished, Evaluation) {
    {
      const std::scoped_lock lock(mutex);
      done.insert(finished.trial);
    }
    all_done.count_down();
  });
  std::vector<std::jthread> workers;
  for (int i = 0; i < 4; ++i) {
    workers.emplace_back([&](std::stop_token stop) {
      while (const auto mine = queue.claim(stop)) {
        const int others = running.fetch_add(1);
        if (mine->evaluator == "onednn" && others > 0) ++beside;
        std::this_thread::yield();
        if (mine->evaluator == "onednn" && running.load() > 1) ++beside;
        running.fetch_sub(1);
        queue.complete(*mine, {});
      }
    });
  }
  for (std::size_t trial = 0; trial < kTasks; ++trial)
    queue.push(task(trial, trial % 3 == 0 ? "onednn" : "validation"));
  all_done.wait();
  queue.close("s");
  CHECK(beside == 0);
  CHECK(done.size() == kTasks);
  CHECK(std::set<std::size_t>(done.begin(), done.end()).size() == kTasks);
}

}  // namespace
}  // namespace quarry::server
