#include "server/studies/front_choice.hpp"

#include <catch2/catch.hpp>

namespace quarry::server {
namespace {

using search::Goal;

const std::vector<search::Objective> kObjectives = {
    {.metric = "accuracy", .goal = Goal::kMaximize},
    {.metric = "latency_ms", .goal = Goal::kMinimize}};
const std::vector<std::string> kMetrics = {"accuracy", "latency_ms"};

FrontMember member(std::int64_t number, double accuracy, double latency_ms) {
  return {number,
          {{"accuracy", {.value = accuracy, .spread = 0.004}},
           {"latency_ms", {.value = latency_ms, .spread = 0.05}}}};
}

// Slow and right, fast and wrong, and what is between.
const std::vector<FrontMember> kFront = {member(3, 0.90, 9.0), member(5, 0.899, 5.0),
                                         member(8, 0.88, 2.0), member(9, 0.70, 1.0)};

FrontQuestion question(const std::map<std::string, std::string, std::less<>>& query) {
  search::FieldErrors errors;
  const FrontQuestion read = read_front_question(query, kMetrics, errors);
  CHECK(errors.empty());
  return read;
}

std::string choice_mistakes(const std::map<std::string, std::string, std::less<>>& query) {
  search::FieldErrors errors;
  read_front_question(query, kMetrics, errors);
  std::string text;
  for (const search::FieldError& error : errors) text += error.pointer + ": " + error.detail + "\n";
  return text;
}

TEST_CASE("conditions keep those that satisfy all of them, and choose nobody by themselves") {
  const FrontChoice choice =
      choose(kFront, kObjectives, question({{"where", "latency_ms <= 5, accuracy>0.75"}}));
  CHECK(choice.satisfying == std::vector<std::int64_t>{5, 8});
  CHECK_FALSE(choice.chosen);
  CHECK(choice.sentence == "");
}

TEST_CASE("the best under a condition is named, and who cannot be told from it") {
  const FrontChoice choice =
      choose(kFront, kObjectives, question({{"where", "latency_ms<=9"}, {"best", "accuracy"}}));
  CHECK(choice.chosen == 3);
  // They differ by .001, known to sqrt(.004^2 + .004^2).
  CHECK(choice.indistinguishable == std::vector<std::int64_t>{5});
  CHECK(choice.sentence ==
        "Trial 3 has the highest accuracy (90.00 %) of the 4 members of the front; at 95 % "
        "confidence it cannot be told from trial 5.");
}

TEST_CASE("the cheapest within a share of the best accuracy") {
  const FrontChoice choice =
      choose(kFront, kObjectives, question({{"best", "latency_ms"}, {"within", "accuracy:0.5%"}}));
  CHECK(choice.chosen == 5);
  CHECK(choice.sentence ==
        "Trial 5 has the lowest latency_ms (5) of the 2 of 4 members of the front with accuracy "
        "within 0.5 % of the best.");
  CHECK(choose(kFront, kObjectives, question({{"best", "latency_ms"}, {"within", "accuracy:0.03"}}))
            .chosen == 8);
}

TEST_CASE("the knee is where both objectives begin to cost") {
  const FrontChoice choice = choose(kFront, kObjectives, question({{"knee", "true"}}));
  CHECK(choice.chosen == 8);
  CHECK(choice.sentence.starts_with("Trial 8 is the knee of the 4 members of the front"));
}

TEST_CASE("a front of one member leaves no choice") {
  CHECK(choose({member(7, 0.9, 1.0)}, kObjectives, question({{"knee", "true"}})).sentence ==
        "Trial 7 is the only member of the front.");
}

TEST_CASE("where nobody satisfies the conditions the sentence says so") {
  const FrontChoice choice =
      choose(kFront, kObjectives, question({{"where", "latency_ms<0.5"}, {"best", "accuracy"}}));
  CHECK_FALSE(choice.chosen);
  CHECK(choice.sentence == "None of the 4 members of the front is one with latency_ms < 0.5.");
  CHECK_FALSE(choose({}, kObjectives, question({{"knee", "true"}})).chosen);
}

TEST_CASE("every mistake of a question is told under its parameter") {
  CHECK(choice_mistakes({{"where", "latancy_ms<=1,accuracy,macs>x"}, {"best", "speed"}}) ==
        "where: no member has a metric \"latancy_ms\" (did you mean \"latency_ms\"?); known are "
        "accuracy or latency_ms\n"
        "where: must be METRIC<=NUMBER (or <, >, >=), got \"accuracy\"\n"
        "where: \"x\" of \"macs>x\" is no number\n"
        "where: no member has a metric \"macs\"; known are accuracy or latency_ms\n"
        "best: no member has a metric \"speed\"; known are accuracy or latency_ms\n");
  CHECK(choice_mistakes({{"within", "accuracy"}}) ==
        "within: must be METRIC:LOSS such as accuracy:0.005 or accuracy:0.5%, got \"accuracy\"\n");
  CHECK(choice_mistakes({{"within", "accuracy:1%"}}) ==
        "within: says what the best may lose: give best too\n");
  CHECK(choice_mistakes({{"knee", "yes"}}) == "knee: must be true or false, got \"yes\"\n");
  CHECK(choice_mistakes({{"knee", "true"}, {"best", "accuracy"}}) ==
        "knee: is another choice than best: give one of them\n");
}

}  // namespace
}  // namespace quarry::server
