#include "search/supernets/json_fields.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/manifests.hpp"

namespace quarry::search {
namespace {

using nlohmann::json;

const std::vector<OptionSpec> kSpecs = {
    {.name = "population", .fallback = std::int64_t{50}, .min = 4, .max = 100, .help = ""},
    {.name = "rate", .type = OptionType::kNumber, .fallback = 0.5, .min = 0, .max = 1, .help = ""},
    {.name = "inner/name",
     .type = OptionType::kText,
     .fallback = std::string("nsga2"),
     .allowed = {"nsga2", "age"},
     .help = ""},
};

TEST_CASE("options are read, nested ones from nested objects, the rest stay at their fallbacks") {
  FieldErrors errors;
  const OptionValues values =
      read_options({{"population", 8}, {"inner", {{"name", "age"}}}}, "", kSpecs, errors);
  CHECK(errors.empty());
  CHECK(values.integer("population") == 8);
  CHECK(values.number("rate") == 0.5);
  CHECK(values.text("inner/name") == "age");
}

TEST_CASE("every wrong option is told where it stands") {
  FieldErrors errors;
  const json given = {
      {"population", 2}, {"rate", "high"}, {"inner", {{"name", "nsga3"}}}, {"populaton", 3}};
  read_options(given, "/algorithm", kSpecs, errors);
  CHECK(test::transcript(errors) ==
        "/algorithm/population must be a whole number between 4 and 100, got 2\n"
        "/algorithm/rate must be a number between 0 and 1, got \"high\"\n"
        "/algorithm/inner/name must be nsga2 or age, got \"nsga3\" (did you mean \"nsga2\"?)\n"
        "/algorithm/populaton is not a field here (did you mean \"population\"?); the fields are "
        "inner, population or rate\n");
}

TEST_CASE("options survive the way to JSON and back") {
  FieldErrors errors;
  OptionValues values = OptionValues::defaults(kSpecs);
  values.set("population", std::int64_t{7});
  CHECK(read_options(options_to_json(values), "", kSpecs, errors) == values);
  CHECK(errors.empty());
}

TEST_CASE("a key with a slash or a tilde is escaped in its pointer") {
  CHECK(child_pointer("/a", "b/c~d") == "/a/b~1c~0d");
}

TEST_CASE("far-off names get no suggestion") {
  const std::vector<std::string> names = {"latency_ms", "accuracy"};
  CHECK(did_you_mean("latancy_ms", names) == " (did you mean \"latency_ms\"?)");
  CHECK(did_you_mean("energy", names) == "");
}

}  // namespace
}  // namespace quarry::search
