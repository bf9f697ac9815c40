// What a candidate costs: random sub-networks of one super-network, as a study proposes them.
#include <fmt/format.h>
#include <malloc.h>

#include <chrono>
#include <fstream>
#include <set>
#include <string>

#include "evaluators/latency.hpp"
#include "evaluators/onednn/onednn_info.hpp"
#include "evaluators/onednn/weight_cache.hpp"
#include "tests/bench/executor/networks.hpp"
#include "tests/bench/executor/sections.hpp"
#include "tests/bench/executor/subject.hpp"

namespace quarry::bench {
namespace {

constexpr std::size_t kTimed = 30;

double resident_mib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1024.0;
  }
  return 0.0;
}

double allocated_mib() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd) / (1 << 20);
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

std::vector<search::Precision> integer_or_float() {
  std::vector<search::Precision> chosen;
  for (const search::Precision precision : evaluators::executable_precisions()) {
    if (precision != search::Precision::kInt8Weights4) chosen.push_back(precision);
  }
  return chosen;
}

struct Costs {
  std::vector<double> compile, whole;
  std::size_t converged = 0;
  std::string failure;
};

// A fresh cache of weights, which fills as a study's does.
Costs time_candidates(const Subject& subject, int threads) {
  evaluators::WeightCache cache;
  evaluators::LatencyMeter meter({.threads = threads});
  search::Rng rng(40);
  Costs costs;
  for (std::size_t i = 0; i < kTimed; ++i) {
    const search::Network network = random_bert(integer_or_float(), rng);
    const auto begin = std::chrono::steady_clock::now();
    const evaluators::CompileResult compiled =
        evaluators::compile(network, subject.weights, subject.ranges, {.threads = threads}, &cache);
    if (!compiled.network) {
      costs.failure = compiled.failure;
      return costs;
    }
    costs.compile.push_back(seconds_since(begin));
    const auto measured = meter.measure(*compiled.network, {});
    costs.whole.push_back(seconds_since(begin));
    costs.converged += measured->summary.converged ? 1 : 0;
  }
  return costs;
}

}  // namespace

void bench_candidates(Report& report, const ExecutorBenchOptions& options) {
  const Subject subject = make_subject(bert_base(), true);
  for (const int threads : options.threads) {
    const Costs costs = time_candidates(subject, threads);
    const std::string where =
        fmt::format("BERT-base sub-network, {} thread{}", threads, threads == 1 ? "" : "s");
    Figure whole{.figure = where + ": compile and measure to 1 %",
                 .unit = "s",
                 .target = "< 3",
                 .note = costs.failure};
    Figure compile{.figure = where + ": compile", .unit = "s", .note = costs.failure};
    if (costs.failure.empty()) {
      whole.value = median(costs.whole);
      whole.holds = *whole.value < 3.0;
      whole.note = fmt::format("median of {}; {} reached 1 %, the others the end of their time",
                               kTimed, costs.converged);
      compile.value = median(costs.compile);
      compile.note = "contained in the above";
    }
    report.add(std::move(compile));
    report.add(std::move(whole));
  }
}

void bench_memory(Report& report, const ExecutorBenchOptions& options) {
  Subject subject = make_subject(bert_base(), true);
  std::string().swap(subject.weight_bytes);
  malloc_trim(0);  // of what calibration left, or later growth would hide in it
  // With no network alive.
  const auto add_resident = [&](std::size_t candidates, const std::string& note) {
    const double resident = resident_mib();
    report.add({.figure = fmt::format("resident memory after {} candidates", candidates),
                .value = resident,
                .unit = "MiB",
                .note = fmt::format("{:.0f} MiB of it allocated{}", allocated_mib(), note)});
    return resident;
  };
  add_resident(0, "; BERT-base's f32 weights are 324 MiB");
  search::Rng rng(41);
  evaluators::WeightCache cache;
  double early = 0.0;
  std::string failure;
  const auto begin = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < options.candidates && failure.empty(); ++i) {
    {
      const evaluators::CompileResult compiled =
          evaluators::compile(random_bert(integer_or_float(), rng), subject.weights, subject.ranges,
                              {.threads = options.threads.back()}, &cache);
      failure = compiled.failure;
      if (compiled.network) compiled.network->run();
    }
    if (i + 1 == std::max<std::size_t>(options.candidates / 10, 1)) early = add_resident(i + 1, "");
  }
  Figure grown{.figure = fmt::format("resident memory after {} candidates / after {}",
                                     options.candidates, options.candidates / 10),
               .unit = "times",
               .target = "<= 1.05",
               .note = failure};
  if (failure.empty()) {
    const double late =
        add_resident(options.candidates,
                     fmt::format(", {:.3g} s a candidate, compiled and run once",
                                 seconds_since(begin) / static_cast<double>(options.candidates)));
    const double held = static_cast<double>(cache.bytes()) / (1 << 20);
    const double bound = static_cast<double>(cache.max_bytes()) / (1 << 20);
    report.add({.figure = "packed weights in the cache",
                .value = held,
                .unit = "MiB",
                .target = fmt::format("<= {:.0f}", bound),
                .holds = held <= bound,
                .note = fmt::format("{:.3g} % of what was asked for was there",
                                    100.0 * static_cast<double>(cache.hits()) /
                                        static_cast<double>(cache.hits() + cache.misses()))});
    grown.value = late / early;
    grown.holds = *grown.value <= 1.05;
  }
  report.add(std::move(grown));
}

}  // namespace quarry::bench
