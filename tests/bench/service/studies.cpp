// What the sections have measured: a supernet of 60 genes and studies of it that a program outside
// evaluates.
#include <algorithm>

#include "tests/bench/service/sections.hpp"

namespace quarry::bench {
namespace {

json manifest() {
  json parameters = json::array(
      {{{"name", "heads"}, {"kind", "ordinal"}, {"count", 20}, {"choices", {1, 2, 3, 4}}},
       {{"name", "ffn_width"},
        {"kind", "ordinal"},
        {"count", 20},
        {"choices", {64, 128, 192, 256}}},
       {{"name", "qkv_precision"}, {"count", 20}, {"choices", {"f32", "int8"}}}});
  json layer = {{"block", "transformer_encoder"},
                {"name", "layer"},
                {"repeat", 20},
                {"parameters",
                 {{"head_dim", 16},
                  {"activation", "relu"},
                  {"heads", {{"gene", "heads"}}},
                  {"ffn_width", {{"gene", "ffn_width"}}},
                  {"qkv_precision", {{"gene", "qkv_precision"}}}}}};
  json network = json::array(
      {{{"block", "patch_embedding"},
        {"name", "patch"},
        {"parameters", {{"patch", 4}, {"dim", 64}}}},
       std::move(layer),
       {{"block", "classifier_head"}, {"name", "head"}, {"parameters", {{"classes", 10}}}}});
  return {{"quarry_manifest", 1},
          {"name", kSupernet},
          {"summary", "20 encoder layers of 3 genes each"},
          {"input", {{"shape", {28, 28}}}},
          {"parameters", std::move(parameters)},
          {"network", std::move(network)}};
}

}  // namespace

void add_supernet(Connection& connection) {
  connection.expect(201, "POST", "/v1/supernets", manifest());
}

json external_study(const json& algorithm, std::size_t trials, std::size_t in_flight) {
  return {
      {"supernet", kSupernet},
      {"objectives",
       {{{"metric", "accuracy"}}, {{"metric", "latency_ms"}}, {{"metric", "model_size_bytes"}}}},
      {"metrics",
       {{"accuracy", {{"evaluator", "external"}}}, {"latency_ms", {{"evaluator", "external"}}}}},
      {"algorithm", algorithm},
      {"budget", {{"trials", trials}}},
      {"in_flight", in_flight}};
}

json reported(const json& lease) {
  double size = 0.0;
  double noise = 0.0;
  std::size_t i = 0;
  for (const json& gene : lease["genome"]) {
    const auto choice = gene.get<std::size_t>();
    size += static_cast<double>(choice);
    noise += static_cast<double>((choice * (i++ * 7 + 3)) % 11);
  }
  return {{"accuracy", size / (size + 30.0) + noise * 1e-4},
          {"latency_ms", 1.0 + size * 0.05 + noise * 0.01}};
}

void drive(Connection& connection, const std::string& study, std::size_t trials) {
  std::size_t told = 0;
  while (told < trials) {
    const std::size_t count = std::min<std::size_t>(64, trials - told);
    const json asked = {{"count", count}, {"wait_s", 60}, {"lease_s", 600}};
    const Answer answer = connection.call("POST", "/v1/studies/" + study + ":ask", asked.dump());
    if (answer.status == 409) return;
    const json asked_for = answer.document();
    json results = json::array();
    for (const json& lease : asked_for.at("items"))
      results.push_back(
          {{"task", lease["id"]}, {"token", lease["token"]}, {"metrics", reported(lease)}});
    if (results.empty()) throw std::runtime_error("study " + study + " proposes nothing");
    const json taken = connection.expect(200, "POST", "/v1/tasks:complete", {{"results", results}});
    for (const json& item : taken.at("items")) {
      if (item.at("status") != 200) throw std::runtime_error("not taken: " + item.dump());
    }
    told += results.size();
  }
}

}  // namespace quarry::bench
