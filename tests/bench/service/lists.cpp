// Pages of a list of 100,000 trials, straight out of the database: no HTTP beside them.
#include <fmt/format.h>

#include <cstdint>
#include <filesystem>

#include "server/storage/list_store.hpp"
#include "server/storage/open_database.hpp"
#include "tests/bench/service/sections.hpp"

namespace quarry::bench {
namespace {

constexpr int kTrials = 100000;
constexpr int kRounds = 5;

// 0 to 1, in an order that looks like none.
double scattered(std::int64_t number, std::int64_t factor, std::int64_t modulus) {
  return static_cast<double>(number * factor % modulus) / static_cast<double>(modulus);
}

server::TrialRecord trial_of(int number, const std::string& config) {
  const std::string state = number % 50 == 0 ? "failed" : "succeeded";
  const json metrics = {{"accuracy", {{"value", scattered(number, 7919, 100003)}}},
                        {"latency_ms", {{"value", 100.0 * scattered(number, 104729, 99991)}}},
                        {"macs", {{"value", number}}},
                        {"params", {{"value", number}}}};
  const json data = {
      {"config", config}, {"number", number}, {"state", state}, {"metrics", metrics}};
  return {.number = number, .state = state, .data = data.dump()};
}

void write_trials(server::Store& store) {
  const std::string config(4000, 'x');  // a trial of a large supernet is about so long
  for (int number = 0; number < kTrials;) {
    server::Commit change{
        .study = {.id = "a", .name = "n", .spec = "{}", .state = "running", .created_at = "t"}};
    while (change.trials.size() < 1000) change.trials.push_back(trial_of(number++, config));
    store.commit(change);
  }
}

}  // namespace

void list_section(Report& report, const ServiceOptions& options) {
  const std::string folder = options.folder + "/lists";
  std::filesystem::create_directories(folder);
  const auto database = server::open_database(folder);
  write_trials(*server::open_sqlite_store(database));
  server::ListStore lists(database);
  const auto measure = [&](const std::string& page, const server::TrialListQuery& query) {
    std::vector<double> ms;
    std::size_t rows = 0;
    for (int round = 0; round < kRounds; ++round) {
      const Stopwatch watch;
      rows = lists.trials(query).size();
      ms.push_back(watch.seconds() * 1e3);
    }
    report.add({.figure = fmt::format("of {} trials, {}", kTrials, page),
                .value = median(ms),
                .unit = "ms",
                .target = "",
                .holds = {},
                .note = fmt::format("{} rows", rows)});
  };
  const auto where = [](const char* field, server::Comparison comparison, server::ListValue value) {
    return server::ListCondition{.kind = server::ListCondition::Kind::kCompare,
                                 .field = field,
                                 .comparison = comparison,
                                 .value = std::move(value)};
  };
  server::TrialListQuery query{.study = "a", .list = {.order = {{"number"}}, .limit = 51}};
  measure("the first page by number", query);
  query.list.after = {90000.0};
  measure("the page after 90000 by number", query);
  query.list.after = {};
  query.list.where = where("state", server::Comparison::kEqual, "infeasible");
  measure("state = infeasible, which none is", query);
  query.list.where = where("latency_ms", server::Comparison::kAtMost, 0.01);
  measure("latency_ms <= 0.01, which few are", query);
  query.list = {.order = {{"accuracy", true}, {"number"}}, .limit = 51};
  measure("the first page by accuracy", query);
  query.list.after = {0.5, 50000.0};
  measure("a page by accuracy from the middle", query);
  query.list.limit = 1001;
  measure("1000 by accuracy from the middle", query);
}

}  // namespace quarry::bench
