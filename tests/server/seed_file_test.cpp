#include "server/cli/seed_file.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/manifests.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

struct Read {
  json configs;
  std::string mistakes;
  std::vector<std::string> notes;
};

Read read(std::string_view text) {
  search::FieldErrors errors;
  Read result;
  result.configs = read_seed_configs(text, errors, result.notes);
  result.mistakes = test::transcript(errors);
  return result;
}

TEST_CASE("an array of configs is taken as it is") {
  CHECK(read(R"([{"depth": 1}, {"depth": 2}])").configs ==
        json::parse(R"([{"depth":1},{"depth":2}])"));
}

TEST_CASE("of a front the configs of its members are taken, in order and without the baselines") {
  const Read front = read(R"({"items": [{"number": 4, "config": {"depth": 1}},
                                        {"number": 9, "config": {"depth": 2}}],
                              "baselines": [{"number": 0, "config": {"depth": 6}}],
                              "next_page_token": null})");
  CHECK(front.configs == json::parse(R"([{"depth":1},{"depth":2}])"));
  CHECK(front.notes.empty());
}

TEST_CASE("one page of a larger front, and a file without a network, are taken with a word") {
  CHECK(
      read(R"({"items": [{"config": {}}], "next_page_token": "7"})").notes ==
      std::vector<std::string>{"holds the first 1 networks of a larger front; 'quarry front STUDY "
                               "--json' prints all"});
  CHECK(read("[]").notes == std::vector<std::string>{"holds no network"});
  CHECK(read(R"({"items": []})").notes == std::vector<std::string>{"holds no network"});
}

TEST_CASE("a file that is neither configs nor a front is refused with what it must be") {
  CHECK(read("[").mistakes == " not valid JSON: syntax error at line 1, column 2\n");
  CHECK(read("{\"depth\": 1}").mistakes ==
        " must be an array of configs, or a front as 'quarry front STUDY --json' prints it "
        "({\"items\": [...]}), got an object without an array \"items\"\n");
  CHECK(read("3").mistakes ==
        " must be an array of configs, or a front as 'quarry front STUDY --json' prints it "
        "({\"items\": [...]}), got a number\n");
  CHECK(read(R"({"items": [{"config": {}}, {"genome": []}, 4]})").mistakes ==
        "/items/1 must be a trial with a \"config\", got an object without one\n"
        "/items/2 must be a trial with a \"config\", got a number\n");
}

TEST_CASE("seeds are added to those that a study has, and a study of another shape is left alone") {
  json study = {{"seeds", {{"configs", {1}}}}};
  add_seeds(study, {2, 3}, {"st_a"});
  CHECK(study == json{{"seeds", {{"configs", {1, 2, 3}}, {"studies", {"st_a"}}}}});
  json empty = json::object();
  add_seeds(empty, json::array(), {"st_a", "st_b"});
  CHECK(empty == json{{"seeds", {{"studies", {"st_a", "st_b"}}}}});
  for (const char* text : {"[]", R"({"seeds":3})", R"({"seeds":{"configs":"x","studies":7}})"}) {
    json odd = json::parse(text);
    add_seeds(odd, {2}, {"st_a"});
    CHECK(odd.dump() == text);
  }
}

TEST_CASE("what is taken of a front is said, and what is not and why") {
  const auto sentences = [](int outside, int repeated, int over) {
    return seed_sentences({{"spec",
                            {{"seeds",
                              {{"studies",
                                {{{"id", "st_a"},
                                  {"front", 9},
                                  {"outside", outside},
                                  {"repeated", repeated},
                                  {"over_budget", over},
                                  {"configs", {1, 2, 3}}}}}}}}}});
  };
  const std::string taken = "3 of the 9 networks on the front of st_a are new seeds";
  CHECK(sentences(0, 0, 0) == std::vector{taken});
  CHECK(sentences(0, 0, 6) == std::vector{taken + "; left out: 6 beyond its budget"});
  CHECK(sentences(1, 2, 3) ==
        std::vector{taken +
                    "; left out: 2 seeds already, 1 outside the study's precisions, 3 beyond its "
                    "budget"});
}

}  // namespace
}  // namespace quarry::server
