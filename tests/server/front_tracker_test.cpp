#include "server/studies/front_tracker.hpp"

#include <catch2/catch.hpp>

namespace quarry::server {
namespace {

FrontTracker::Metrics metrics(double accuracy, double latency) {
  return {{"accuracy", {.value = accuracy}}, {"latency_ms", {.value = latency}}};
}

FrontTracker tracker(std::size_t settle_after, std::vector<search::Constraint> constraints = {}) {
  return FrontTracker({{.metric = "accuracy", .goal = search::Goal::kMaximize},
                       {.metric = "latency_ms", .goal = search::Goal::kMinimize}},
                      std::move(constraints), settle_after);
}

TEST_CASE("a better trial joins the front and those it dominates leave") {
  FrontTracker front = tracker(10);
  front.add(0, metrics(0.8, 2.0));
  front.add(1, metrics(0.7, 1.0));
  const FrontUpdate update = front.add(2, metrics(0.8, 1.0));
  CHECK(update.added);
  CHECK(update.removed == std::vector<std::size_t>{0, 1});
  CHECK_FALSE(front.add(3, metrics(0.7, 3.0)).added);
}

TEST_CASE("the hypervolume is the dominated share between ideal and reference") {
  FrontTracker front({{.metric = "accuracy", .goal = search::Goal::kMaximize, .reference = 0.5},
                      {.metric = "latency_ms", .goal = search::Goal::kMinimize, .reference = 10.0}},
                     {}, 1);
  // Half-way between .5 and 1, and from 10 to 2 of 10: .5 * .8.
  CHECK(front.add(0, metrics(0.75, 2.0)).hypervolume == Approx(0.4));
  CHECK(front.add(1, metrics(1.0, 0.0)).hypervolume == Approx(1.0));
}

TEST_CASE(
    "without a reference of its own a study settles on five per cent beyond the worst early "
    "trial") {
  FrontTracker front = tracker(2);
  CHECK_FALSE(front.add(0, metrics(0.8, 2.0)).hypervolume.has_value());
  CHECK(front.add(1, metrics(0.6, 1.0)).hypervolume.has_value());
  CHECK(front.reference()[0] == Approx(0.6 - 0.05 * 0.4));
  CHECK(front.reference()[1] == Approx(2.1));
  front.add(2, metrics(0.1, 100.0));
  CHECK(front.reference()[1] == Approx(2.1));
}

TEST_CASE("after a rebuild, a trial that leaves the front as it is gives the rebuilt hypervolume") {
  FrontTracker front = tracker(2);
  front.add(0, metrics(0.8, 2.0));
  front.add(1, metrics(0.6, 1.0));
  const FrontTracker::Metrics first = metrics(0.7, 1.5);
  const FrontTracker::Metrics second = metrics(0.6, 1.2);
  const std::optional<double> rebuilt = front.rebuild({{0, &first}, {1, &second}});
  REQUIRE(rebuilt);
  const FrontUpdate update = front.add(2, metrics(0.6, 2.0));
  CHECK_FALSE(update.added);
  CHECK(update.hypervolume == rebuilt);
}

TEST_CASE("an infeasible trial never joins the front") {
  FrontTracker front = tracker(1, {{.metric = "latency_ms", .max = 1.5}});
  const FrontUpdate update = front.add(0, metrics(0.9, 3.0));
  CHECK_FALSE(update.feasible);
  CHECK_FALSE(update.added);
  CHECK(front.margins(metrics(0.9, 3.0)) == std::vector<double>{1.0});
  CHECK(front.add(1, metrics(0.5, 1.0)).added);
}

}  // namespace
}  // namespace quarry::server
