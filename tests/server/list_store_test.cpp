// Lists out of the database, held against the same lists in memory.
#include "server/storage/list_store.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "search/core/rng.hpp"
#include "server/api/list_page.hpp"
#include "server/storage/open_database.hpp"
#include "tests/support/golden_database.hpp"
#include "tests/support/server.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

struct ListsFixture {
  test::TemporaryFolder folder;
  std::shared_ptr<Database> database = open_database(folder.path());
  std::unique_ptr<Store> store = open_sqlite_store(database);
  ListStore lists{database};
};

Commit of_study(const std::string& id = "a") {
  return {.study = {.id = id, .name = "n", .spec = "{}", .state = "running", .created_at = "t"}};
}

TrialRecord trial(std::int64_t number, const std::string& state, const json& values,
                  bool on_front = false) {
  json metrics = json::object();
  for (const auto& [name, value] : values.items()) metrics[name] = {{"value", value}};
  const json data = {{"number", number}, {"state", state}, {"metrics", metrics}};
  return {.number = number, .state = state, .on_front = on_front, .data = data.dump()};
}

ListCondition compare(const std::string& field, Comparison comparison, ListValue value) {
  return {.kind = ListCondition::Kind::kCompare,
          .field = field,
          .comparison = comparison,
          .value = std::move(value)};
}

std::string numbers(const std::vector<Listed<TrialRecord>>& trials) {
  std::string text;
  for (const auto& [row, place] : trials)
    text += (text.empty() ? "" : " ") + std::to_string(row.number);
  return text;
}

// 0 failed; the others have accuracy 0.1, 0.2, 0.2, 0.4, and 4 is only queued.
void add_five(ListsFixture& fixture) {
  Commit change = of_study();
  change.trials = {trial(0, "failed", json::object()),
                   trial(1, "succeeded", {{"accuracy", 0.1}, {"latency_ms", 9.0}}, true),
                   trial(2, "succeeded", {{"accuracy", 0.2}, {"latency_ms", 7.0}}),
                   trial(3, "succeeded", {{"accuracy", 0.2}, {"latency_ms", 5.0}}, true),
                   trial(4, "queued", {{"accuracy", 0.4}})};
  fixture.store->commit(change);
}

TEST_CASE("trials are ordered by a metric, those without it last, equal ones by number") {
  ListsFixture fixture;
  add_five(fixture);
  TrialListQuery query{.study = "a", .list = {.order = {{"accuracy", true}, {"number"}}}};
  CHECK(numbers(fixture.lists.trials(query)) == "2 3 1 0 4");
  query.list.order[0].descending = false;
  CHECK(numbers(fixture.lists.trials(query)) == "1 2 3 0 4");
  query.list.order = {{"number", true}};
  CHECK(numbers(fixture.lists.trials(query)) == "4 3 2 1 0");
}

TEST_CASE("trials are filtered by metrics, state and place on the front") {
  ListsFixture fixture;
  add_five(fixture);
  TrialListQuery query{.study = "a", .list = {.order = {{"number"}}}};
  query.list.where = compare("latency_ms", Comparison::kAtMost, 7.0);
  CHECK(numbers(fixture.lists.trials(query)) == "2 3");
  query.list.where = compare("latency_ms", Comparison::kNotEqual, 7.0);
  CHECK(numbers(fixture.lists.trials(query)) == "0 1 3 4");
  query.list.where = compare("latency_ms", Comparison::kEqual, {});
  CHECK(numbers(fixture.lists.trials(query)) == "0 4");
  query.list.where = compare("state", Comparison::kHas, "FAIL");
  CHECK(numbers(fixture.lists.trials(query)) == "0");
  query.list.where = compare("on_front", Comparison::kEqual, true);
  CHECK(numbers(fixture.lists.trials(query)) == "1 3");
}

TEST_CASE("a queued trial that somebody is at is listed under what it is doing") {
  ListsFixture fixture;
  add_five(fixture);
  TrialListQuery query{
      .study = "a",
      .list = {.where = compare("state", Comparison::kEqual, "measuring"), .order = {{"number"}}},
      .live = {{4, "measuring"}, {2, "leased"}}};
  CHECK(numbers(fixture.lists.trials(query)) == "4");
  query.list.where = compare("state", Comparison::kEqual, "queued");
  CHECK(fixture.lists.trials(query).empty());
}

TEST_CASE("a front is its members alone, or those of them that are named") {
  ListsFixture fixture;
  add_five(fixture);
  TrialListQuery query{
      .study = "a", .list = {.order = {{"latency_ms"}, {"number"}}}, .front_only = true};
  CHECK(numbers(fixture.lists.trials(query)) == "3 1");
  query.numbers = {{1, 2}};
  CHECK(numbers(fixture.lists.trials(query)) == "1");
}

TEST_CASE("a trial that is measured again, and a study that is removed, leave no old metrics") {
  ListsFixture fixture;
  add_five(fixture);
  Commit again = of_study();
  again.trials = {trial(1, "succeeded", {{"accuracy", 0.9}})};
  fixture.store->commit(again);
  TrialListQuery query{
      .study = "a",
      .list = {.where = compare("accuracy", Comparison::kMore, 0.8), .order = {{"number"}}}};
  CHECK(numbers(fixture.lists.trials(query)) == "1");
  fixture.store->remove("a");
  fixture.store->commit(of_study("b"));
  query.study = "a";
  CHECK(fixture.lists.trials(query).empty());
}

TEST_CASE("the database pages as memory does, for any order, filter and size of page") {
  ListsFixture fixture;
  search::Rng random(7);
  const auto any = [&](std::uint64_t bound) { return static_cast<int>(random.below(bound)); };
  Commit change = of_study();
  std::vector<json> items;
  const std::vector<std::string> states = {"succeeded", "failed", "infeasible"};
  for (int number = 0; number < 60; ++number) {
    json values = json::object();
    for (const char* metric : {"a", "b"}) {
      if (any(4) > 0) values[metric] = any(5) / 4.0;
    }
    const std::string state = states[static_cast<std::size_t>(any(3))];
    change.trials.push_back(trial(number, state, values, any(2) == 0));
    json one = values;
    one["number"] = number;
    one["state"] = state;
    one["on_front"] = change.trials.back().on_front;
    items.push_back(std::move(one));
  }
  fixture.store->commit(change);
  const Listing listing = {.fields = {{.name = "number", .kind = FieldKind::kNumber},
                                      {.name = "state"},
                                      {.name = "on_front", .kind = FieldKind::kFlag},
                                      {.name = "a", .kind = FieldKind::kNumber},
                                      {.name = "b", .kind = FieldKind::kNumber}},
                           .properties = {"number"},
                           .order = {{"number"}}};
  for (const char* order : {"", "number desc", "a", "a desc, b", "state, b desc",
                            "b, a, number desc", "on_front desc, a desc"}) {
    for (const char* filter :
         {"", "a > 0.5", "NOT a > 0.5", "a = null OR b != 0.25",
          "(state = failed OR state : fea) AND NOT (b <= 0.5 AND on_front = true)"}) {
      INFO(order << " / " << filter);
      std::string token;
      do {
        Response refusal;
        const Request request{.query = {{"order_by", order},
                                        {"filter", filter},
                                        {"page_size", std::to_string(7)},
                                        {"page_token", token}}};
        const auto asked = read_list(request, listing, refusal);
        INFO(refusal.body);
        REQUIRE(asked);
        const ListPage page =
            select_page(*asked, items.size(), [&](std::size_t i, const std::string& field) {
              return field_of(items[i], listing, field);
            });
        auto found = fixture.lists.trials({.study = "a", .list = asked->query});
        std::string next;
        if (found.size() > 7) {
          found.resize(7);
          next = page_token(*asked, found.back().place);
        }
        std::vector<std::size_t> of_database;
        for (const auto& [row, place] : found)
          of_database.push_back(static_cast<std::size_t>(row.number));
        REQUIRE(of_database == page.items);
        REQUIRE(next.empty() == page.next_page_token.empty());
        token = next;
      } while (!token.empty());
    }
  }
}

TEST_CASE("measurements are listed by all that they say of themselves") {
  ListsFixture fixture;
  Commit change = of_study();
  const auto measurement = [](const char* metric, double value, const char* machine) {
    return MeasurementRecord{
        .key = {"net@v1", "0,1", metric, "onednn {\"batch\":1}", machine},
        .measurement = {.value = value, .samples = 30, .source = search::Source::kReported},
        .trial = 2};
  };
  change.measurements = {measurement("accuracy", 0.9, ""), measurement("latency_ms", 3.0, "fp_1"),
                         measurement("latency_ms", 2.0, "fp_2")};
  change.fingerprints = {{"fp_1", "a phone"}};
  fixture.store->commit(change);

  ListQuery query{.order = {{"id", true}}};
  const auto all = fixture.lists.measurements(query);
  REQUIRE(all.size() == 3);
  CHECK(all[0].row.value == 2.0);
  CHECK(all[0].row.supernet == "net");
  CHECK(all[0].row.supernet_version == "v1");
  CHECK(all[0].row.evaluator == "onednn");
  CHECK(all[0].row.options == "{\"batch\":1}");
  const auto count = [&](ListCondition where) {
    query.where = std::move(where);
    return fixture.lists.measurements(query).size();
  };
  CHECK(count(compare("supernet", Comparison::kEqual, "net")) == 3);
  CHECK(count(compare("supernet_version", Comparison::kEqual, "v2")) == 0);
  CHECK(count(compare("evaluator", Comparison::kEqual, "onednn")) == 3);
  CHECK(count(compare("source", Comparison::kEqual, "reported")) == 3);
  CHECK(count(compare("metric", Comparison::kEqual, "latency_ms")) == 2);
  CHECK(count(compare("fingerprint", Comparison::kEqual, "fp_2")) == 1);
  CHECK(fixture.lists.measurement(all[0].row.id)->value == 2.0);
  CHECK_FALSE(fixture.lists.measurement(77));

  const auto machines = fixture.lists.machines();
  REQUIRE(machines.size() == 2);
  CHECK(machines[0].text == "a phone");
  CHECK(machines[0].measurements == 1);
  CHECK(machines[1].fingerprint == "fp_2");
  CHECK(machines[1].by_metric.at("latency_ms") == 1);
}

TEST_CASE("trials of a database from before there were lists are listed by their metrics") {
  const test::TemporaryFolder folder;
  test::write_golden_database(folder.path(), 7);
  ListStore lists(open_database(folder.path()));
  TrialListQuery query{.study = "a", .list = {.order = {{"accuracy", true}, {"number"}}}};
  query.list.where = compare("accuracy", Comparison::kAtLeast, 0.5);
  CHECK(numbers(lists.trials(query)) == "0");
  query.list.where = compare("accuracy", Comparison::kMore, 0.5);
  CHECK(lists.trials(query).empty());
}

}  // namespace
}  // namespace quarry::server
