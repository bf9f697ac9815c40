// The executor benchmark: bench_executor [SECTION...] [--threads N,M] [--batch N,M] [--rounds N]
// [--seconds S] [--candidates N]. Sections: peak, bert, vit, resnet, mobilenet, candidates; all
// when none is named. Prints a table and writes build/bench/executor.json. Ratios are between
// medians of interleaved rounds; absolute times are this machine's and this hour's.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include "evaluators/fingerprint.hpp"
#include "tests/bench/executor/networks.hpp"
#include "tests/bench/executor/sections.hpp"

namespace quarry::bench {
namespace {

Comparison bert() {
  return {.name = "BERT-base",
          .network = bert_base(),
          .f32_ratio = 0.78,
          .int8_ratio = 0.65,
          .int8 = true,
          .bf16 = true,
          .f32_forms = {"f32", "f32-gemm", "f32-contrib"},
          .int8_forms = {"dynamic", "dynamic-contrib"},
          .int8_note = "ours is static, theirs dynamic",
          .peak = true,
          .exactness = true};
}

Comparison vit() {
  return {.name = "ViT-B/16",
          .network = vit_b16(),
          .f32_ratio = 0.85,
          .f32_forms = {"f32", "f32-gemm", "f32-contrib"},
          .exactness = true};
}

Comparison resnet() {
  return {.name = "ResNet50",
          .network = resnet50(),
          .f32_ratio = 0.95,
          .int8_ratio = 0.72,
          .int8 = true,
          .bf16 = true,
          .f32_forms = {"f32"},
          .int8_forms = {"static"},
          .int8_note = "both static",
          .exactness = true};
}

Comparison mobilenet() {
  return {.name = "MobileNetV3-Large",
          .network = mobilenet_v3_large(),
          .f32_ratio = 0.97,
          .int8_ratio = 0.38,
          .int8 = true,
          .f32_forms = {"f32", "f32-swish"},
          .int8_forms = {"static", "static-swish", "static-relu6"},
          .int8_note = "both static"};
}

// How busy the machine was before this program began: "0.05 0.40 1.20", of 1, 5 and 15 minutes.
std::string load_average() {
  std::ifstream file("/proc/loadavg");
  std::string one, five, fifteen;
  file >> one >> five >> fifteen;
  return file ? one + " " + five + " " + fifteen : "unknown";
}

template <typename Number>
std::vector<Number> numbers(const std::string& text) {
  std::vector<Number> found;
  std::stringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');)
    found.push_back(static_cast<Number>(std::max(1, std::atoi(part.c_str()))));
  return found;
}

}  // namespace
}  // namespace quarry::bench

int main(int argc, char** argv) {
  using namespace quarry::bench;
  ExecutorBenchOptions options{.folder = std::string(QUARRY_SOURCE_DIR) + "/build/bench/executor"};
  std::vector<std::string> wanted;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (!argument.starts_with("--")) {
      wanted.push_back(argument);
      continue;
    }
    const std::string value = i + 1 < argc ? argv[++i] : "";
    if (argument == "--threads") {
      options.threads = numbers<int>(value);
    } else if (argument == "--batch") {
      options.batches = numbers<std::size_t>(value);
    } else if (argument == "--rounds") {
      options.rounds = numbers<std::size_t>(value).at(0);
    } else if (argument == "--seconds") {
      options.seconds = std::atof(value.c_str());
    } else if (argument == "--candidates") {
      options.candidates = numbers<std::size_t>(value).at(0);
    } else {
      fmt::print(stderr, "bench_executor: unknown argument {}\n", argument);
      return 2;
    }
  }
  std::filesystem::create_directories(options.folder);
  OrtPeer peer;
  const auto compare = [&](Comparison (*comparison)()) {
    return [&, comparison](Report& report) { bench_network(report, options, peer, comparison()); };
  };
  const std::vector<std::pair<std::string, std::function<void(Report&)>>> sections = {
      {"peak", [&](Report& report) { bench_peak(report, options); }},
      {"bert", compare(&bert)},
      {"vit", compare(&vit)},
      {"resnet", compare(&resnet)},
      {"mobilenet", compare(&mobilenet)},
      {"candidates", [&](Report& report) { bench_candidates(report, options); }},
      {"memory", [&](Report& report) { bench_memory(report, options); }}};
  for (const std::string& name : wanted) {
    if (std::ranges::find(sections, name, [](const auto& section) { return section.first; }) !=
        sections.end())
      continue;
    fmt::print(stderr, "bench_executor: there is no section {}\n", name);
    return 2;
  }
  fmt::print("{}\nload average {}\n{}\n\n",
             quarry::evaluators::to_text(quarry::evaluators::machine_fingerprint(1)),
             load_average(),
             peer.absent().empty() ? "onnxruntime-node " + peer.version()
                                   : "onnxruntime-node " + peer.absent());
  Report report("executor");
  bench_call_overhead(report, options, peer);
  for (const auto& [name, section] : sections) {
    if (wanted.empty() || std::ranges::find(wanted, name) != wanted.end()) section(report);
  }
  report.finish(std::string(QUARRY_SOURCE_DIR) + "/build/bench");
  return 0;
}
