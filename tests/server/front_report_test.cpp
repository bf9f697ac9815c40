#include "server/cli/front_report.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace quarry::server {
namespace {

using nlohmann::json;

json trial(int number, double accuracy, double latency, double size,
           const char* baseline = nullptr) {
  const auto metric = [](double value) { return json{{"value", value}, {"spread", 0.01}}; };
  json view = {{"number", number},
               {"config", {{"depth", 4}, {"heads", {1, 2}}}},
               {"policy", {{"fc1", "int8"}, {"fc2", "int8"}, {"qkv", "bf16"}}},
               {"metrics",
                {{"accuracy", metric(accuracy)},
                 {"latency_ms", metric(latency)},
                 {"model_size_bytes", metric(size)}}},
               {"origin", {{"how", "seed"}}}};
  if (baseline != nullptr) view["origin"]["baseline"] = baseline;
  return view;
}

const json kStudy = {
    {"spec",
     {{"objectives",
       {{{"metric", "accuracy"}}, {{"metric", "latency_ms"}}, {{"metric", "model_size_bytes"}}}}}}};

json sample_front() {
  return {
      {"items", {trial(5, 0.90, 2.0, 100000), trial(7, 0.80, 0.5, 20000)}},
      {"baselines",
       {trial(0, 0.904, 8.0, 1200000, "largest f32"), trial(1, 0.91, 4.0, 300000, "largest int8"),
        trial(2, 0.7, 0.4, 10000, "smallest int8")}}};
}

TEST_CASE("the table shows the baselines, then the front from the most accurate down") {
  CHECK(front_table(kStudy, sample_front()) ==
        "network        accuracy    latency, ms       size  shape    operators by precision\n"
        "largest f32     90.40 %  8.000 ± 0.010  1200.0 KB  depth 4  bf16 x 1, int8 x 2\n"
        "largest int8    91.00 %  4.000 ± 0.010   300.0 KB  depth 4  bf16 x 1, int8 x 2\n"
        "smallest int8   70.00 %  0.400 ± 0.010    10.0 KB  depth 4  bf16 x 1, int8 x 2\n"
        "trial 5         90.00 %  2.000 ± 0.010   100.0 KB  depth 4  bf16 x 1, int8 x 2\n"
        "trial 7         80.00 %  0.500 ± 0.010    20.0 KB  depth 4  bf16 x 1, int8 x 2\n");
}

TEST_CASE(
    "what was predicted is called so, in the table and as CSV, and no gain is claimed of it") {
  json front = sample_front();
  for (const char* part : {"items", "baselines"}) {
    for (json& each : front[part]) each["metrics"]["accuracy"]["source"] = "predicted";
  }
  CHECK(front_table(kStudy, front).starts_with("network        accuracy (predicted)    latency"));
  CHECK(front_csv(front).starts_with(
      "trial,accuracy,accuracy_spread,accuracy_source,latency_ms,latency_ms_spread,"
      "model_size_bytes,model_size_bytes_spread,config\n5,0.9,0.01,predicted,2.0,"));
  CHECK(gain_sentences(front).empty());
}

TEST_CASE("of a long front the table shows an even choice from best to worst and counts the rest") {
  json front = sample_front();
  for (int n = 10; n < 19; ++n) front["items"].push_back(trial(n, 0.5 + n * 0.01, 1.0, 1000));
  const std::string table = front_table(kStudy, front, 3);
  CHECK(table.find("trial 5 ") != std::string::npos);
  CHECK(table.find("trial 10 ") != std::string::npos);
  CHECK(table.find("trial 11 ") == std::string::npos);
  CHECK(table.ends_with("... and 8 more on the front\n"));
}

TEST_CASE("the gain over each large baseline is one sentence, or an honest no") {
  CHECK(gain_sentences(sample_front()) ==
        std::vector<std::string>{"Trial 5 is 4.00 times faster and 12.00 times smaller than the "
                                 "largest f32 network, with 90.00 % against 90.40 % on the "
                                 "validation images.",
                                 "No network of the front is both faster and smaller than the "
                                 "largest int8 network within half a point of its accuracy."});
}

TEST_CASE("test accuracies are shown where they were measured") {
  json front = sample_front();
  front["items"][0]["metrics"]["test_accuracy"] = {{"value", 0.895}, {"spread", 0.01}};
  front["baselines"][0]["metrics"]["test_accuracy"] = {{"value", 0.9}, {"spread", 0.01}};
  CHECK(front_table(kStudy, front).find("on test set") != std::string::npos);
  CHECK(
      gain_sentences(front)[0].ends_with("and 89.50 % against 90.00 % on the official test set."));
}

TEST_CASE("CSV has a column per metric and spread, and the config quoted") {
  CHECK(front_csv(sample_front()) ==
        "trial,accuracy,accuracy_spread,latency_ms,latency_ms_spread,model_size_bytes,model_size_"
        "bytes_spread,config\n"
        "5,0.9,0.01,2.0,0.01,100000.0,0.01,\"{\"\"depth\"\":4,\"\"heads\"\":[1,2]}\"\n"
        "7,0.8,0.01,0.5,0.01,20000.0,0.01,\"{\"\"depth\"\":4,\"\"heads\"\":[1,2]}\"\n");
}

}  // namespace
}  // namespace quarry::server
