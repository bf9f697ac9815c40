// A study that starts from another's front, on the same server, across a kill, and on another
// server that has nothing but its document.
#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/support/ask_server.hpp"
#include "tests/support/follow.hpp"
#include "tests/support/quarry_process.hpp"
#include "tests/support/server.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;
using test::get;
using test::quarry;

// Nothing that the search sees is timed, so that two machines find the same.
json study(int trials, int seed) {
  return {{"supernet", "fashion_vit"},
          {"objectives", {{{"metric", "accuracy"}}, {{"metric", "model_size_bytes"}}}},
          {"metrics", {{"accuracy", {{"images", 100}}}}},
          {"precisions", {"f32", "int8"}},
          {"algorithm", {{"name", "nsga2"}, {"population", 8}}},
          {"budget", {{"trials", trials}}},
          {"seed", seed},
          {"final_test", false}};
}

std::string written(const test::TemporaryFolder& folder, const std::string& name,
                    const std::string& text) {
  const std::string path = folder.path() + "/" + name;
  std::ofstream(path) << text;
  return path;
}

json trials_of(const std::string& url, const std::string& id) {
  return get(url, "/v1/studies/" + id + "/trials?page_size=1000")["items"];
}

std::string genomes_of(const json& trials) {
  std::string text;
  for (const json& trial : trials) text += trial["genome"].dump() + "\n";
  return text;
}

// Submits a study's document with these further flags; its id, without the end of the line.
std::string submit(const test::ServerProcess& server, const std::string& file,
                   const std::vector<std::string>& flags, std::string& err) {
  std::vector<std::string> words = {"submit", file, "--url", server.url()};
  words.insert(words.end(), flags.begin(), flags.end());
  const test::CommandResult result = quarry(words);
  INFO(result.err);
  REQUIRE(result.code == 0);
  err = result.err;
  return result.out.substr(0, result.out.size() - 1);
}

TEST_CASE(
    "a study started from another's front measures it right after the baselines and goes on, "
    "killed or not, there or elsewhere") {
  const test::TemporaryFolder folder;
  std::string err;
  std::string first;
  json front;
  {
    test::ServerProcess server(folder.path());
    first = submit(server, written(folder, "first.json", study(30, 1).dump()), {}, err);
    CHECK(err == "");
    REQUIRE(test::follow(server.url(), first));
    front = get(server.url(), "/v1/studies/" + first + "/front?page_size=1000");
    server.end(SIGKILL);
  }

  // What is expected of the second study: the baselines, then the front without them.
  json expected = front["baselines"];
  std::size_t baselines_on_front = 0;
  for (const json& member : front["items"]) {
    if (member["origin"].contains("baseline")) {
      ++baselines_on_front;
    } else {
      expected.push_back(member);
    }
  }
  const std::size_t seeds = expected.size();
  REQUIRE(seeds > 3);

  std::string second;
  json spec;
  {
    test::ServerProcess server(folder.path());
    second = submit(server, written(folder, "second.json", study(40, 2).dump()),
                    {"--warm-start", first}, err);
    const std::string left_out =
        baselines_on_front == 0
            ? ""
            : "; left out: " + std::to_string(baselines_on_front) + " seeds already";
    CHECK(err == "quarry submit: " + std::to_string(seeds - 3) + " of the " +
                     std::to_string(front["items"].size()) + " networks on the front of " + first +
                     " are new seeds" + left_out + "\n");
    spec = get(server.url(), "/v1/studies/" + second)["spec"];
    CHECK(spec["seeds"]["studies"][0]["id"] == first);
    REQUIRE_FALSE(test::follow(server.url(), second, 8));
    server.end(SIGKILL);
  }
  json trials;
  {
    test::ServerProcess server(folder.path());
    REQUIRE(test::follow(server.url(), second));
    CHECK(get(server.url(), "/v1/studies/" + second)["spec"] == spec);
    trials = trials_of(server.url(), second);
  }
  REQUIRE(trials.size() == 40);
  for (std::size_t i = 0; i < seeds; ++i) {
    INFO("trial " << i);
    CHECK(trials[i]["genome"] == expected[i]["genome"]);
    CHECK(trials[i]["metrics"] == expected[i]["metrics"]);
    CHECK(trials[i]["origin"]["how"] == "seed");
    CHECK(trials[i]["origin"].value("study", "") == (i < 3 ? "" : first));
  }
  CHECK(trials[3]["origin"]["seed"] == "/seeds/studies/0/configs/0");
  for (std::size_t i = seeds; i < trials.size(); ++i) CHECK(trials[i]["origin"]["how"] != "seed");

  // Another server, which has neither the first study nor its measurements.
  const test::TemporaryFolder elsewhere;
  test::ServerProcess server(elsewhere.path());
  const std::string again = submit(server, written(folder, "shown.json", spec.dump()), {}, err);
  REQUIRE(test::follow(server.url(), again));
  CHECK(get(server.url(), "/v1/studies/" + again)["spec"] == spec);
  CHECK(genomes_of(trials_of(server.url(), again)) == genomes_of(trials));
}

TEST_CASE("what an earlier study measured of a front is not measured again") {
  const test::TemporaryFolder folder;
  test::ServerProcess server(folder.path());
  std::string err;
  const std::string file = written(folder, "study.json", study(12, 1).dump());
  const std::string first = submit(server, file, {}, err);
  REQUIRE(test::follow(server.url(), first));
  const std::string second = submit(server, file, {"--warm-start", first}, err);
  std::size_t seeds = 3;
  std::size_t reused = 0;
  HttpClient(server.url())
      .stream(
          "/v1/studies/" + second + "/events", 0,
          [&](const ServerSentEvent& event) {
            const json data = json::parse(event.data);
            if (event.type == "study.created")
              seeds += data["spec"]["seeds"]["studies"][0]["configs"].size();
            if (event.type == "trial.measured" && data["number"].get<std::size_t>() < seeds)
              reused += data.value("reused", false) ? 1 : 0;
            return event.type != "study.state" || data["state"] != "completed";
          },
          [](const Response& response) { FAIL(response.body); });
  CHECK(seeds > 3);
  CHECK(reused == seeds);
}

TEST_CASE(
    "a front of another server starts a study from a file, as the command or the API shows it") {
  const test::TemporaryFolder folder;
  std::string from_command;
  std::string from_api;
  std::string err;
  std::string genomes;
  const std::string file = written(folder, "study.json", study(12, 1).dump());
  {
    const test::TemporaryFolder there;
    test::ServerProcess server(there.path());
    const std::string id = submit(server, file, {}, err);
    REQUIRE(test::follow(server.url(), id));
    from_command = quarry({"front", id, "--json", "--url", server.url()}).out;
    from_api = get(server.url(), "/v1/studies/" + id + "/front").dump();
  }
  const json front = json::parse(from_command)["items"];
  json configs = json::array();
  for (const json& member : front) configs.push_back(member["config"]);
  test::ServerProcess server(folder.path());
  for (const std::string& text : {from_command, from_api, configs.dump()}) {
    const std::string id =
        submit(server, file, {"--seeds", written(folder, "seeds.json", text)}, err);
    CHECK(err == "");
    CHECK(get(server.url(), "/v1/studies/" + id)["spec"]["seeds"]["configs"] == configs);
    REQUIRE(test::follow(server.url(), id));
    const json trials = trials_of(server.url(), id);
    for (const json& member : front) {
      const bool seeded = std::ranges::any_of(trials, [&](const json& trial) {
        return trial["genome"] == member["genome"] && trial["origin"]["how"] == "seed";
      });
      CHECK(seeded);
    }
  }
}

TEST_CASE("seeds that cannot be measured are refused with their places and what to do") {
  const test::TemporaryFolder folder;
  test::ServerProcess server(folder.path());
  const std::string file = written(folder, "study.json", study(12, 1).dump());
  const json largest = get(server.url(), "/v1/supernets/fashion_vit")["baselines"][0]["config"];
  json deep = largest;
  deep["depth"] = 9;
  json coarse = largest;
  coarse["head_precision"] = "int8_w4";
  const std::string seeds = written(folder, "seeds.json", json{deep, largest, coarse}.dump());
  const test::CommandResult refused =
      quarry({"submit", "--warm-start", "st_gone", file, "--seeds", seeds, "--url", server.url()});
  CHECK(refused.code == 1);
  CHECK(refused.out == "");
  CHECK(refused.err ==
        "quarry: the study has 3 mistakes\n"
        "  /seeds/configs/0/depth: must be 1, 2, 3, 4, 5 or 6, got 9\n"
        "  /seeds/configs/2/head_precision: this study does not search int8_w4, its precisions are "
        "f32 or int8: add int8_w4 to /precisions, or leave this network out\n"
        "  /seeds/studies/0: there is no study \"st_gone\" on this server: a front of another "
        "server is given in /seeds/configs (quarry submit --seeds FILE)\n");
}

TEST_CASE("a file of seeds that cannot be read is refused before anything is sent") {
  const test::TemporaryFolder folder;
  const std::string file = written(folder, "study.json", study(12, 1).dump());
  const std::string seeds = written(folder, "seeds.json", "{\"items\": [{\"genome\": []}]}");
  const auto err = [&](const std::string& study_file, const std::string& seeds_file) {
    return quarry({"submit", study_file, "--seeds", seeds_file, "--url", "http://127.0.0.1:1"}).err;
  };
  CHECK(err(file, seeds) == "quarry submit: " + seeds +
                                " /items/0: must be a trial with a \"config\", got an object "
                                "without one\n");
  CHECK(err(file, folder.path() + "/none.json") ==
        "quarry submit: cannot read " + folder.path() + "/none.json\n");
  const std::string broken = written(folder, "broken.json", "{");
  CHECK(err(broken, seeds) ==
        "quarry submit: " + broken + " not valid JSON: syntax error at line 1, column 2\n");
  CHECK(err("-", "-") ==
        "quarry submit: stdin can be the study or the seeds, not both; give one of them as a "
        "file\n");
}

}  // namespace
}  // namespace quarry::server
