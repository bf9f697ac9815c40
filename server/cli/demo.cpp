// The demo: the main job on real input, told step by step. Everything it shows comes through the
// REST API or from a measurement made here.
#include <fmt/format.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "server/cli/commands.hpp"

namespace quarry::server {
namespace {

// Joint architecture and quantization search: 150 trials or four minutes, whichever comes first.
constexpr const char* kStudy = R"({
  "name": "demo: accuracy, latency and size of fashion_vit",
  "supernet": "fashion_vit",
  "objectives": [
    {"metric": "accuracy", "goal": "maximize"},
    {"metric": "latency_ms", "goal": "minimize"},
    {"metric": "model_size_bytes", "goal": "minimize"}
  ],
  "budget": {"trials": 150, "seconds": 240},
  "seed": 42
})";

constexpr std::size_t kSensitivityImages = 1000;
constexpr std::size_t kFrontRows = 24;

}  // namespace

int demo(const HttpClient& client) {
  const Response created = client.request("POST", "/v1/studies", kStudy);
  if (created.status != 201) {
    print_problem(created);
    return 1;
  }
  const std::string id = nlohmann::json::parse(created.body).at("id");
  fmt::print(
      "Searching architecture and quantization policy of fashion_vit together: accuracy up, "
      "latency and size down.\n");
  fmt::print("Watch it in a browser: {}/#/studies/{}\n\n", client.url(), id);
  std::fflush(stdout);
  if (const int failed = watch(client, id)) return failed;
  fmt::print("\nThe front, every point measured, beside the baselines measured the same way:\n\n");
  std::fflush(stdout);
  if (const int failed = front(client, id, FrontFormat::kTable, kFrontRows)) return failed;
  fmt::print("\n");
  std::fflush(stdout);
  const evaluators::SupernetLibrary supernets = evaluators::SupernetLibrary::builtin();
  const evaluators::LoadedSupernet& supernet = *supernets.find("fashion_vit");
  return print_sensitivity(supernet, supernet.supernet().baselines.front().genome,
                           kSensitivityImages);
}

}  // namespace quarry::server
