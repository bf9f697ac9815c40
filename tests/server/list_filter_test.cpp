#include "server/api/list_filter.hpp"

#include <catch2/catch.hpp>

#include "server/api/list_page.hpp"

namespace quarry::server {
namespace {

const std::vector<ListField> kFields = {{.name = "name"},
                                        {.name = "state", .allowed = {"queued", "running"}},
                                        {.name = "created_at"},
                                        {.name = "latency_ms", .kind = FieldKind::kNumber},
                                        {.name = "on_front", .kind = FieldKind::kFlag},
                                        {.name = "tags", .kind = FieldKind::kTexts},
                                        {.name = "secret", .is_hidden = true}};

// Of one item: Bert, running, 4 ms, on the front, tagged night; without a secret.
bool matches(const std::string& filter) {
  search::FieldErrors errors;
  const ListCondition condition = parse_filter(filter, kFields, errors);
  for (const auto& error : errors) FAIL(filter + ": " + error.detail);
  return holds(condition, [](const std::string& field) -> ListValue {
    if (field == "name") return "Bert";
    if (field == "state") return "running";
    if (field == "created_at") return "2026-11-26T05:00:00Z";
    if (field == "latency_ms") return 4.0;
    if (field == "on_front") return true;
    if (field == "tags") return std::vector<std::string>{"night", "gpu"};
    return {};
  });
}

std::string filter_mistakes(const std::string& filter) {
  search::FieldErrors errors;
  parse_filter(filter, kFields, errors);
  std::string text;
  for (const auto& [pointer, detail] : errors) text += pointer + ": " + detail + "\n";
  return text;
}

TEST_CASE("an empty filter holds for everything") {
  CHECK(matches(""));
  CHECK(matches("   "));
}

TEST_CASE("every comparison is what its sign says") {
  for (const char* held :
       {"latency_ms = 4", "latency_ms != 5", "latency_ms < 4.5", "latency_ms <= 4",
        "latency_ms > 3e0", "latency_ms>=4", "name = Bert", "name = \"Bert\"", "name = 'Bert'",
        "name : ERT", "tags : gpu", "on_front = true", "created_at > 2026-11-26T04:00:00Z"}) {
    INFO(held);
    CHECK(matches(held));
  }
  for (const char* broken :
       {"latency_ms = 5", "latency_ms != 4", "latency_ms < 4", "latency_ms > 4", "name = bert",
        "name : x", "tags : gp", "on_front = false", "created_at < 2026-11-26T04:00:00Z"}) {
    INFO(broken);
    CHECK_FALSE(matches(broken));
  }
}

TEST_CASE("AND binds tighter than OR, NOT tighter than both, parentheses tightest") {
  CHECK(matches("name = Bert OR name = x AND name = y"));
  CHECK_FALSE(matches("(name = Bert OR name = x) AND name = y"));
  CHECK(matches("NOT name = x AND latency_ms = 4"));
  CHECK_FALSE(matches("NOT (name = x OR latency_ms = 4)"));
}

TEST_CASE("a missing value equals null alone and is unequal to all else") {
  const std::vector<ListField> fields = {{.name = "x", .kind = FieldKind::kNumber}};
  const auto of_nothing = [&](const std::string& filter) {
    search::FieldErrors errors;
    const ListCondition condition = parse_filter(filter, fields, errors);
    REQUIRE(errors.empty());
    return holds(condition, [](const std::string&) { return ListValue(); });
  };
  CHECK(of_nothing("x = null"));
  CHECK(of_nothing("x != 1"));
  CHECK(of_nothing("NOT x < 1"));
  CHECK_FALSE(of_nothing("x != null"));
  CHECK_FALSE(of_nothing("x < 1 OR x >= 1"));
}

TEST_CASE("quoted texts may hold anything, with a backslash before quotes") {
  CHECK_FALSE(matches(R"(name = "a \"b\" OR name = Bert")"));
  CHECK(filter_mistakes("name = \"Bert")
            .starts_with("filter: a text that begins with \" does not end"));
}

TEST_CASE("all fields that are not there, and values that do not fit, are told at once") {
  CHECK(filter_mistakes("latancy_ms < 3 AND state = runing AND latency_ms = fast AND tags = gpu") ==
        "filter: there is no field \"latancy_ms\" here (did you mean \"latency_ms\"?); known are "
        "name, state, created_at, latency_ms, on_front or tags\n"
        "filter: state is never \"runing\" (did you mean \"running\"?); it is queued or running\n"
        "filter: latency_ms is compared with a number\n"
        "filter: tags is a list: ask what it has, tags:TEXT\n");
}

TEST_CASE("a filter that breaks off or goes astray says where") {
  CHECK(filter_mistakes("name =") == "filter: expected a value after \"name =\" at its end\n");
  CHECK(filter_mistakes("name") ==
        "filter: expected a comparison such as = or <= after \"name\" at its "
        "end\n");
  CHECK(filter_mistakes("name = x name = y") ==
        "filter: expected AND, OR or the end of the filter, got \"name\"\n");
  CHECK(filter_mistakes("(name = x") == "filter: expected \")\" at its end\n");
  CHECK(filter_mistakes("AND name = x") ==
        "filter: expected a comparison such as = or <= after \"AND\", "
        "got \"name\"\n");
  CHECK(filter_mistakes("!").find("expected a comparison") != std::string::npos);
  CHECK(filter_mistakes("= 3") == "filter: expected a field, got \"=\"\n");
}

TEST_CASE("a filter has a depth, a length and a number of comparisons that it may not exceed") {
  CHECK(filter_mistakes(std::string(200, '(')).find("at most 32 levels") != std::string::npos);
  std::string many = "name = x";
  for (int i = 0; i < 64; ++i) many += " OR name = x";
  CHECK(filter_mistakes(many).find("at most 64 comparisons") != std::string::npos);
  CHECK(filter_mistakes(std::string(9000, 'x')) == "filter: must be at most 8192 bytes\n");
}

TEST_CASE("a hidden field is not there for users") {
  CHECK(filter_mistakes("secret = x").find("no field \"secret\"") != std::string::npos);
}

}  // namespace
}  // namespace quarry::server
