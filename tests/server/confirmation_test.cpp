#include "server/studies/confirmation.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

namespace quarry::server {
namespace {

using search::Goal;
using search::Measurement;

const std::vector<search::Objective> kObjectives = {
    {.metric = "accuracy", .goal = Goal::kMaximize},
    {.metric = "latency_ms", .goal = Goal::kMinimize}};
const std::set<std::string> kRepeatable = {"latency_ms"};

FrontMember member(std::int64_t number, double accuracy, double latency_ms,
                   double accuracy_spread = 0.0) {
  return {number,
          {{"accuracy", {.value = accuracy, .spread = accuracy_spread}},
           {"latency_ms", {.value = latency_ms, .spread = 0.05}}}};
}

std::string text_of(const std::vector<ConfirmPair>& pairs) {
  std::string text;
  for (const ConfirmPair& pair : pairs)
    text +=
        std::to_string(pair.first) + "-" + std::to_string(pair.second) + " " + pair.metric + "\n";
  return text;
}

std::string text_of(const std::vector<Confirmation::Subject>& due) {
  std::string text;
  for (const Confirmation::Subject& subject : due)
    text += (text.empty() ? "" : " ") + std::to_string(subject.trial);
  return text;
}

TEST_CASE("in doubt are members whose only advantage may be noise") {
  // 5 is faster than 3 by .02, known to .07: 3 may be as fast and is more accurate.
  const std::vector<FrontMember> front = {member(3, 0.91, 5.00), member(5, 0.90, 4.98),
                                          member(8, 0.80, 1.00)};
  CHECK(text_of(pairs_in_doubt(front, kObjectives, {}, kRepeatable)) == "3-5 latency_ms\n");
}

TEST_CASE("an advantage beyond doubt in anything leaves no doubt") {
  std::vector<search::Objective> objectives = kObjectives;
  objectives.push_back({.metric = "model_size_bytes", .goal = Goal::kMinimize});
  std::vector<FrontMember> front = {member(3, 0.91, 5.00), member(5, 0.90, 4.98)};
  front[0].metrics["model_size_bytes"] = {.value = 2000};
  front[1].metrics["model_size_bytes"] = {.value = 1000};
  CHECK(pairs_in_doubt(front, objectives, {}, kRepeatable).empty());
}

TEST_CASE("what comes out the same when it is measured again is not measured again") {
  // Their accuracies cannot be told apart, their latencies can.
  const std::vector<FrontMember> front = {member(3, 0.901, 5.0, 0.01), member(5, 0.900, 4.0, 0.01)};
  CHECK(pairs_in_doubt(front, kObjectives, {}, kRepeatable).empty());
}

TEST_CASE("a question restricts the doubt to the member that it chooses") {
  const std::vector<FrontMember> front = {member(1, 0.80, 1.00), member(2, 0.81, 1.02),
                                          member(3, 0.91, 5.00), member(4, 0.92, 5.02)};
  CHECK(text_of(pairs_in_doubt(front, kObjectives, {}, kRepeatable)) ==
        "1-2 latency_ms\n3-4 latency_ms\n");
  CHECK(text_of(pairs_in_doubt(front, kObjectives, {.where = {{"accuracy", ">", 0.9}}},
                               kRepeatable)) == "3-4 latency_ms\n");
  CHECK(text_of(pairs_in_doubt(front, kObjectives, {.best = "latency_ms"}, kRepeatable)) ==
        "1-2 latency_ms\n");
}

TEST_CASE("runs are merged into their mean, known as well as all runs agree") {
  // Every run is 1/101 of its mean beside it: s = sqrt(4 (1/101)^2 / 2), t of two degrees 4.303.
  const auto merged = merge_runs({{{.value = 10.0,
                                    .spread = 0.01,
                                    .samples = 5,
                                    .detail = {{"p95_ms", 11.0}},
                                    .sample_values = {9.0, 11.0}},
                                   {.value = 10.2,
                                    .spread = 0.01,
                                    .samples = 7,
                                    .detail = {{"p95_ms", 12.0}},
                                    .sample_values = {10.0, 12.0}}},
                                  {{.value = 5.0}, {.value = 5.1}}});
  CHECK(merged[0].value == Approx(10.1));
  CHECK(merged[0].spread == Approx(4.303 * std::sqrt(2.0) / 101 * 10.1 / std::sqrt(2.0)));
  CHECK(merged[0].samples == 12);
  CHECK(merged[0].detail.at("p95_ms") == 11.5);
  CHECK(merged[0].sample_values == std::vector{9.0, 10.0, 11.0, 12.0});
  CHECK(merged[0].detail.at("runs") == 2.0);
  CHECK(merged[0].detail.at("first_run") == 10.0);
  CHECK(merged[1].value == Approx(5.05));
  CHECK(merged[1].spread == Approx(4.303 * 0.05));
}

TEST_CASE("agreeing runs claim no more than their own intervals allow") {
  const auto merged =
      merge_runs({{{.value = 10.0, .spread = 1.0}, {.value = 10.0, .spread = 1.0}}});
  CHECK(merged[0].spread == Approx(std::sqrt(0.5)));
}

TEST_CASE("a single run stays as it is") {
  const Measurement once{.value = 3.0, .spread = 0.5, .samples = 9, .detail = {{"drift", 1.0}}};
  CHECK(merge_runs({{once}}) == std::vector<Measurement>{once});
}

Confirmation of_three(std::optional<std::int64_t> repeats) {
  std::map<std::size_t, Confirmation::Metrics> known;
  for (const std::size_t trial : {1U, 2U, 3U})
    known[trial] = {
        {"latency_ms", {.value = 1.0 + 0.01 * static_cast<double>(trial), .spread = 1.0}}};
  return Confirmation(
      1, {.repeats = repeats, .pairs = {{1, 2, "latency_ms"}, {2, 3, "latency_ms"}}},
      {{1, 0, {"latency_ms"}}, {2, 0, {"latency_ms"}}, {3, 0, {"latency_ms"}}}, known);
}

void answer(Confirmation& confirmation, std::size_t trial, double value) {
  const Confirmation::Metrics metrics = {{"latency_ms", {.value = value, .spread = 0.001}}};
  confirmation.add(trial, 0, &metrics);
}

TEST_CASE("members take turns, and every round begins with another") {
  Confirmation confirmation = of_three(3);
  CHECK(text_of(confirmation.due()) == "1 2 3");
  answer(confirmation, 2, 1.0);
  CHECK(text_of(confirmation.due()) == "1 3");
  CHECK_FALSE(confirmation.is_between_rounds());
  answer(confirmation, 1, 1.0);
  answer(confirmation, 3, 1.0);
  CHECK(confirmation.is_between_rounds());
  CHECK(text_of(confirmation.due()) == "2 3 1");
}

TEST_CASE("repeats of each member are the budget") {
  Confirmation confirmation = of_three(2);
  for (int round = 0; round < 2; ++round) {
    for (const std::size_t trial : {1U, 2U, 3U}) answer(confirmation, trial, 1.0);
  }
  CHECK(confirmation.due().empty());
  CHECK(confirmation.reason() == "the repeats are spent");
  CHECK(confirmation.members()[0].repeats == 2);
  CHECK(confirmed_to_json(confirmation, "r")["sentence"] ==
        "0 of 2 pairs of the front are told apart at 95 %.");
}

TEST_CASE("a pair that is told apart is left alone, the others go on") {
  Confirmation confirmation = of_three(1000);
  // The first run of each is far off; so many others outweigh it.
  for (int round = 0; round < 200 && text_of(confirmation.due()).find('1') != std::string::npos;
       ++round) {
    answer(confirmation, 1, 0.5);
    answer(confirmation, 2, 1.0);
    answer(confirmation, 3, 1.0);
  }
  const auto pairs = confirmation.pairs();
  CHECK(pairs[0].told_apart);
  CHECK_FALSE(pairs[1].told_apart);
  CHECK(text_of(confirmation.due()).find('1') == std::string::npos);
  CHECK(text_of(confirmation.due()).size() == 3);
}

TEST_CASE("a member that fails three times in a row ends the doubt about it untold") {
  Confirmation confirmation = of_three(std::nullopt);
  for (int round = 0; round < 3; ++round) {
    answer(confirmation, 1, 1.0);
    confirmation.add(2, 0, nullptr);
    answer(confirmation, 3, 1.0);
  }
  CHECK(confirmation.due().empty());
  CHECK(confirmation.reason() == "measuring failed again and again");
  CHECK(confirmation.members()[1].repeats == 0);
}

TEST_CASE("what was not asked for is not counted") {
  Confirmation confirmation = of_three(2);
  answer(confirmation, 1, 1.0);
  answer(confirmation, 1, 9.0);
  answer(confirmation, 7, 9.0);
  CHECK(text_of(confirmation.due()) == "2 3");
  CHECK(confirmation.members()[0].repeats == 1);
}

TEST_CASE("a request reads back as it was written") {
  const ConfirmRequest request{.repeats = 3, .seconds = 2.5, .pairs = {{1, 2, "latency_ms@phone"}}};
  CHECK(confirm_request_from_json(to_json(request)) == request);
}

}  // namespace
}  // namespace quarry::server
