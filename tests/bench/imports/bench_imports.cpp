// How long the true binary takes to import a large file of DyNAS-T's kind: random networks of
// once-for-all's MobileNetV3, with the parameters and MACs that Quarry then checks.
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <csignal>
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

struct Cost {
  double seconds = 0.0;            // that the user waits
  double processor_seconds = 0.0;  // of server and command: the same whoever else is busy
};

// Of processes that have ended.
double processor_seconds() {
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// On a server of its own.
Cost cost_of(const std::string& path, const std::string& data, std::vector<std::string> more) {
  const double before = processor_seconds();
  test::ServerProcess server(data);
  std::vector<std::string> command = {"import",  path,    "--supernet",
                                      kSupernet, "--url", server.url()};
  command.insert(command.end(), more.begin(), more.end());
  const auto begin = std::chrono::steady_clock::now();
  const test::CommandResult result = test::quarry(command);
  const auto end = std::chrono::steady_clock::now();
  if (result.code != 0) throw std::runtime_error(result.err);
  server.end(SIGTERM);
  return {std::chrono::duration<double>(end - begin).count(), processor_seconds() - before};
}

int run(std::size_t rows) {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() + "/rows.csv";
  write_file(path, rows);
  Report report("imports");
  const auto add = [&](const std::string& what, const Cost& cost) {
    double load = 0.0;
    getloadavg(&load, 1);
    report.add({.figure = fmt::format("{} rows of 45 genes, {}", rows, what),
                .value = cost.seconds,
                .unit = "s",
                .target = "under 10 s for 100,000 rows",
                .holds = cost.seconds < 10.0 * static_cast<double>(rows) / 100000.0,
                .note = fmt::format("{:.2f} s of processor time; load average {:.1f}",
                                    cost.processor_seconds, load)});
  };
  add("dry run", cost_of(path, folder.path() + "/dry", {"--dry-run"}));
  add("imported", cost_of(path, folder.path() + "/data", {}));
  report.finish("build/bench");
  return 0;
}

}  // namespace
}  // namespace quarry::bench

int main(int argc, char** argv) {
  return quarry::bench::run(argc > 1 ? static_cast<std::size_t>(std::atoll(argv[1])) : 100000);
}
