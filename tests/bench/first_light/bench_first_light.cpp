// First figures: latency of the executor beside PyTorch's on the same network in the same run,
// trials a minute of the demo's search, and NSGA-II's evaluations a second. Ratios are between
// medians of three interleaved rounds; absolute times are this machine's and this hour's.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "evaluators/fingerprint.hpp"
#include "evaluators/latency.hpp"
#include "evaluators/network_pool.hpp"
#include "evaluators/onednn/onednn_info.hpp"
#include "search/algorithms/registry.hpp"
#include "server/app.hpp"
#include "server/http/client.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/first_light/torch_peer.hpp"
#include "tests/support/server.hpp"
#include "tests/support/spaces.hpp"

namespace quarry::bench {
namespace {

using evaluators::LoadedSupernet;
using search::Precision;

constexpr int kRounds = 3;

// The largest network with every operator that can be at one precision; attention is bf16 only when
// all is.
search::Genome uniform_genome(const LoadedSupernet& supernet, const std::string& precision) {
  search::Genome genome = supernet.supernet().baselines.front().genome;
  const auto genes = supernet.supernet().space.genes();
  for (std::size_t i = 0; i < genes.size(); ++i) {
    for (std::size_t c = 0; c < genes[i].choices.size(); ++c) {
      if (genes[i].choices[c] == search::Value(precision))
        genome[i] = static_cast<search::Choice>(c);
    }
  }
  return genome;
}

double our_median_ms(const LoadedSupernet& supernet, evaluators::NetworkPool& pool,
                     const std::string& precision, std::size_t batch, int threads) {
  const search::Genome genome = uniform_genome(supernet, precision);
  evaluators::CompileResult compiled = pool.take(supernet, genome, batch, threads);
  if (!compiled.network) throw std::runtime_error(compiled.failure);
  evaluators::LatencyMeter meter({.threads = threads, .protocol = {.max_seconds = 0.5}});
  const auto measurement = meter.measure(*compiled.network, {});
  pool.give_back(supernet, genome, std::move(compiled.network));
  return measurement->summary.median_ms;
}

bool runs_here(const std::string& name) {
  search::Precision precision = search::Precision::kF32;
  search::parse_precision(name, precision);
  const auto executable = evaluators::executable_precisions();
  return std::ranges::find(executable, precision) != executable.end();
}

void bench_executor(Report& report) {
  const evaluators::SupernetLibrary library = evaluators::SupernetLibrary::builtin();
  const LoadedSupernet& supernet = *library.find("fashion_vit");
  evaluators::NetworkPool pool;
  TorchPeer peer;
  for (const int threads : {1, 2}) {
    for (const std::size_t batch : {1U, 16U}) {
      for (const char* precision : {"f32", "bf16", "int8"}) {
        if (!runs_here(precision)) {
          report.add({.figure = fmt::format("largest fashion_vit, {}", precision),
                      .unit = "ms",
                      .note = "does not run on this machine"});
          continue;
        }
        std::vector<double> ours;
        std::vector<double> theirs;
        std::string absent;
        for (int round = 0; round < kRounds; ++round) {
          ours.push_back(our_median_ms(supernet, pool, precision, batch, threads));
          const TorchPeer::Answer answer = peer.median_ms(precision, batch, threads);
          if (answer.value) {
            theirs.push_back(*answer.value);
          } else {
            absent = answer.absent;
          }
        }
        const std::string what = fmt::format("largest fashion_vit, {}, batch {}, {} thread{}",
                                             precision, batch, threads, threads == 1 ? "" : "s");
        report.add({.figure = what + ": Quarry", .value = median(ours), .unit = "ms"});
        const std::string kind =
            std::string(precision) == "int8" ? "dynamic INT8; ours is static" : "";
        if (theirs.empty()) {
          report.add({.figure = what + ": PyTorch", .unit = "ms", .note = absent});
          continue;
        }
        report.add(
            {.figure = what + ": PyTorch", .value = median(theirs), .unit = "ms", .note = kind});
        report.add({.figure = what + ": PyTorch / Quarry",
                    .value = median(theirs) / median(ours),
                    .unit = "times"});
      }
    }
  }
}

void bench_nsga2(Report& report) {
  // 45 genes of 3 choices and two conflicting cheap objectives: the problem of
  // ../shared/spec/performance.md.
  const search::SearchSpace space = test::flat_space(std::vector<std::size_t>(45, 3));
  for (const std::size_t population : {50U, 100U}) {
    std::vector<double> rates;
    for (int round = 0; round < kRounds; ++round) {
      const search::AlgorithmEntry* entry = search::find_algorithm("nsga2");
      OptionValues options = OptionValues::defaults(entry->options);
      options.set("population", static_cast<std::int64_t>(population));
      const auto algorithm = entry->make({.space = &space, .objectives = 2}, options,
                                         static_cast<std::uint64_t>(round));
      const auto begin = std::chrono::steady_clock::now();
      std::size_t evaluations = 0;
      while (evaluations < 50000) {
        std::vector<search::Trial> told;
        for (const search::Proposal& proposal : algorithm->ask(population)) {
          double sum = 0;
          double distance = 0;
          for (std::size_t i = 0; i < proposal.genome.size(); ++i) {
            sum += proposal.genome[i] * static_cast<double>(1 + i % 7);
            distance += (2 - proposal.genome[i]) * static_cast<double>(1 + i % 5);
          }
          told.push_back({.number = evaluations++,
                          .genome = proposal.genome,
                          .succeeded = true,
                          .objectives = {sum, distance}});
        }
        algorithm->tell(told);
      }
      const double seconds =
          std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
      rates.push_back(static_cast<double>(evaluations) / seconds);
    }
    report.add({.figure = fmt::format("NSGA-II, 45 genes, 2 objectives, population {}", population),
                .value = median(rates),
                .unit = "evals/s"});
  }
}

void bench_demo(Report& report) {
  const test::TemporaryFolder folder;
  server::App app({.port = 0, .data_folder = folder.path()});
  std::jthread serving([&] { app.run(false); });
  const server::HttpClient client(app.url());
  const nlohmann::json study = {
      {"supernet", "fashion_vit"},
      {"objectives",
       {{{"metric", "accuracy"}}, {{"metric", "latency_ms"}}, {{"metric", "model_size_bytes"}}}},
      {"budget", {{"trials", 60}}},
      {"final_test", false}};
  const std::string id =
      nlohmann::json::parse(client.request("POST", "/v1/studies", study.dump()).body).at("id");
  double elapsed = 0.0;
  client.stream(
      "/v1/studies/" + id + "/events", 0,
      [&](const server::ServerSentEvent& event) {
        const nlohmann::json data = nlohmann::json::parse(event.data);
        elapsed = data.value("elapsed_s", elapsed);
        return !(event.type == "study.state" && data.at("state") != "running");
      },
      [](const server::Response&) {});
  app.stop();
  report.add({.figure = "the demo's search, first 60 trials",
              .value = 60.0 / elapsed * 60.0,
              .unit = "trials/min",
              .note = "accuracy on 5,000 images and latency to 1 %, each measured"});
}

}  // namespace
}  // namespace quarry::bench

int main() {
  using namespace quarry;
  fmt::print("{}\n\n", evaluators::to_text(evaluators::machine_fingerprint(1)));
  bench::Report report("first_light");
  bench::bench_executor(report);
  bench::bench_nsga2(report);
  bench::bench_demo(report);
  report.finish(std::string(QUARRY_SOURCE_DIR) + "/build/bench");
  return 0;
}
