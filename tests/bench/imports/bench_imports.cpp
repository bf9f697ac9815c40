// How long the true binary takes to import a large file of DyNAS-T's kind: random networks of
// once-for-all's MobileNetV3, with the parameters and MACs that Quarry then checks.
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "search/supernets/config.hpp"
#include "tests/bench/bench.hpp"
#include "tests/support/manifests.hpp"
#include "tests/support/quarry_process.hpp"
#include "tests/support/server.hpp"

namespace quarry::bench {
namespace {

constexpr const char* kSupernet = "ofa_mbv3_d234_e346_k357_w1.0";

void write_file(const std::string& path, std::size_t rows) {
  const search::Supernet supernet = test::builtin_supernet(kSupernet);
  search::Rng rng(42);
  std::ofstream file(path);
  file << "Sub-network,Date,Model Parameters,Latency (ms),MACs,Top-1 Acc (%)\n";
  for (std::size_t i = 0; i < rows; ++i) {
    const search::Genome genome = supernet.space.random(rng);
    const auto cost = supernet.reported_cost(genome, supernet.network(genome));
    std::string config = search::config_to_json(supernet.space, genome).dump();
    for (char& letter : config) letter = letter == '"' ? '\'' : letter;
    file << "\"" << config << "\",2022-11-01 05:40:09.265694," << cost.params << ",0," << cost.macs
         << "," << 70.0 + static_cast<double>(i % 1000) / 100.0 << "\n";
  }
}

double seconds_of(const std::vector<std::string>& command) {
  const auto begin = std::chrono::steady_clock::now();
  const test::CommandResult result = test::quarry(command);
  if (result.code != 0) throw std::runtime_error(result.err);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

int run(std::size_t rows) {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() + "/rows.csv";
  write_file(path, rows);
  const test::ServerProcess server(folder.path() + "/data");
  const std::vector<std::string> import = {"import",  path,    "--supernet",
                                           kSupernet, "--url", server.url()};
  std::vector<std::string> dry = import;
  dry.push_back("--dry-run");
  Report report("imports");
  const std::string what =
      fmt::format("{} rows of {} genes, parameters and MACs checked", rows, 45);
  report.add({.figure = what + ": dry run", .value = seconds_of(dry), .unit = "s"});
  const double seconds = seconds_of(import);
  report.add({.figure = what + ": imported",
              .value = seconds,
              .unit = "s",
              .target = "under 10 s for 100,000 rows",
              .holds = seconds < 10.0 * static_cast<double>(rows) / 100000.0});
  report.finish("build/bench");
  return 0;
}

}  // namespace
}  // namespace quarry::bench

int main(int argc, char** argv) {
  return quarry::bench::run(argc > 1 ? static_cast<std::size_t>(std::atoll(argv[1])) : 100000);
}
