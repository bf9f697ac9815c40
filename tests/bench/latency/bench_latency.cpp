// Repeatability of measured latency: the same 20 sub-networks of fashion_vit in two separate
// processes, undisturbed and while another process loads one core for a part of the time. The
// benchmark runs itself again for each: "--measure THREADS PRIORITY" measures and prints, "--load"
// keeps a core busy half of the time. What else runs on the machine is part of the figures, so the
// load average stands beside them; a measurement that had to use disturbed samples says so itself,
// and the figure without those stands below.
#include <fmt/format.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "evaluators/evaluator.hpp"
#include "evaluators/fingerprint.hpp"
#include "search/core/rng.hpp"
#include "tests/bench/bench.hpp"

namespace quarry::bench {
namespace {

constexpr int kNetworks = 20;
constexpr std::uint64_t kSeed = 20;

// ------------------------------------------------------------------ the child that measures

int measure_and_print(int threads, const std::string& priority) {
  const evaluators::SupernetLibrary library = evaluators::SupernetLibrary::builtin();
  const evaluators::LoadedSupernet& supernet = *library.find("fashion_vit");
  evaluators::NetworkPool pool;
  const evaluators::EvaluatorEntry* entry = evaluators::find_evaluator("onednn");
  OptionValues options = OptionValues::defaults(entry->options);
  options.set("threads", std::int64_t{threads});
  options.set("priority", priority);
  const auto evaluator = entry->make({supernet, pool}, options);
  search::Rng rng(kSeed);
  for (int i = 0; i < kNetworks; ++i) {
    const search::Genome genome = supernet.supernet().space.random(rng);
    const evaluators::Evaluation evaluation =
        evaluator->evaluate(std::span(&genome, 1), {}).front();
    if (!evaluation.failure.empty()) {
      fmt::print(stderr, "{}\n", evaluation.failure);
      return 1;
    }
    const search::Measurement& latency = evaluation.metrics.at("latency_ms");
    const auto detail = [&](const char* name) { return latency.detail.at(name); };
    fmt::print("{:.9g} {:.9g} {} {} {} {} {} {:.9g} {}\n", latency.value, detail("width_reached"),
               detail("blocks"), detail("disturbed_blocks"), latency.samples,
               detail("interrupted_samples"), detail("disturbed"), detail("drift"),
               detail("realtime"));
  }
  return 0;
}

// ------------------------------------------------------------------ the child that disturbs

// Busy for 200 ms of every 400, wherever the scheduler puts it.
int load_one_core() {
  using Clock = std::chrono::steady_clock;
  std::mutex mutex;
  std::condition_variable never;
  std::unique_lock lock(mutex);
  while (getppid() != 1) {
    const Clock::time_point begin = Clock::now();
    volatile double sum = 0.0;
    while (Clock::now() - begin < std::chrono::milliseconds(200)) {
      for (int i = 0; i < 1000; ++i) sum = sum + std::sqrt(static_cast<double>(i));
    }
    never.wait_for(lock, std::chrono::milliseconds(200), [] { return false; });
  }
  return 0;
}

// ------------------------------------------------------------------ the parent

struct Run {
  std::vector<double> medians_ms;
  std::vector<double> widths;
  std::vector<double> drifts;
  double blocks = 0;
  double disturbed_blocks = 0;
  double samples = 0;
  double interrupted = 0;
  std::vector<bool> disturbed;  // measurements that had to use disturbed blocks
  bool realtime = false;
};

Run measure_in_another_process(const std::string& self, int threads, const std::string& priority) {
  const std::string command = fmt::format("'{}' --measure {} {}", self, threads, priority);
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot start " + command);
  Run run;
  double median = 0;
  double width = 0;
  double blocks = 0;
  double disturbed_blocks = 0;
  double samples = 0;
  double interrupted = 0;
  double disturbed = 0;
  double drift = 0;
  double realtime = 0;
  while (std::fscanf(pipe, "%lf %lf %lf %lf %lf %lf %lf %lf %lf", &median, &width, &blocks,
                     &disturbed_blocks, &samples, &interrupted, &disturbed, &drift,
                     &realtime) == 9) {
    run.medians_ms.push_back(median);
    run.widths.push_back(width);
    run.drifts.push_back(drift);
    run.blocks += blocks;
    run.disturbed_blocks += disturbed_blocks;
    run.samples += samples;
    run.interrupted += interrupted;
    run.disturbed.push_back(disturbed > 0);
    run.realtime = realtime > 0;
  }
  if (pclose(pipe) != 0 || run.medians_ms.size() != kNetworks)
    throw std::runtime_error("failed: " + command);
  return run;
}

class Load {
 public:
  explicit Load(const std::string& self) : pid_(fork()) {
    if (pid_ == 0) {
      execl(self.c_str(), self.c_str(), "--load", nullptr);
      _exit(127);
    }
  }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;
  ~Load() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

 private:
  pid_t pid_;
};

std::vector<double> differences(const Run& a, const Run& b) {
  std::vector<double> shares;
  for (std::size_t i = 0; i < a.medians_ms.size(); ++i) {
    shares.push_back(std::abs(a.medians_ms[i] - b.medians_ms[i]) * 2.0 /
                     (a.medians_ms[i] + b.medians_ms[i]));
  }
  return shares;
}

std::vector<double> ranks(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return values[i]; });
  std::vector<double> ranked(values.size());
  for (std::size_t i = 0; i < order.size(); ++i) ranked[order[i]] = static_cast<double>(i);
  return ranked;
}

// Spearman's; two measured medians are never equal to the last digit.
double rank_correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const std::vector<double> rank_a = ranks(a);
  const std::vector<double> rank_b = ranks(b);
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    sum += (rank_a[i] - rank_b[i]) * (rank_a[i] - rank_b[i]);
  const auto n = static_cast<double>(a.size());
  return 1.0 - 6.0 * sum / (n * (n * n - 1.0));
}

double load_average() {
  double load = 0;
  return getloadavg(&load, 1) == 1 ? load : 0.0;
}

void compare(Report& report, const std::string& what, const Run& a, const Run& b, bool target) {
  const std::vector<double> shares = differences(a, b);
  const double middle = median(shares) * 100;
  report.add({.figure = what + ": difference, median of 20",
              .value = middle,
              .unit = "%",
              .target = target ? "<= 1.5" : "",
              .holds = target ? std::optional(middle <= 1.5) : std::nullopt,
              .note = fmt::format("largest {:.1f} %, load average {:.1f}",
                                  *std::ranges::max_element(shares) * 100, load_average())});
  const double correlation = rank_correlation(a.medians_ms, b.medians_ms);
  report.add({.figure = what + ": rank correlation",
              .value = correlation,
              .unit = "",
              .target = target ? ">= .99" : "",
              .holds = target ? std::optional(correlation >= 0.99) : std::nullopt});

  std::vector<double> trusted;
  std::vector<double> trusted_a;
  std::vector<double> trusted_b;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    if (a.disturbed[i] || b.disturbed[i]) continue;
    trusted.push_back(shares[i]);
    trusted_a.push_back(a.medians_ms[i]);
    trusted_b.push_back(b.medians_ms[i]);
  }
  if (trusted.size() < 2 || trusted.size() == shares.size()) return;
  report.add({.figure = what + ": of those that neither calls disturbed",
              .value = median(trusted) * 100,
              .unit = "%",
              .note = fmt::format("{} of 20, largest {:.1f} %, rank correlation {:.4f}",
                                  trusted.size(), *std::ranges::max_element(trusted) * 100,
                                  rank_correlation(trusted_a, trusted_b))});
}

void describe(Report& report, const std::string& what, const Run& a, const Run& b) {
  std::vector<double> widths = a.widths;
  widths.insert(widths.end(), b.widths.begin(), b.widths.end());
  std::vector<double> drifts = a.drifts;
  drifts.insert(drifts.end(), b.drifts.begin(), b.drifts.end());
  const auto [least, most] = std::ranges::minmax(drifts);
  report.add({.figure = what + ": disturbed blocks, dropped",
              .value = 100 * (a.disturbed_blocks + b.disturbed_blocks) / (a.blocks + b.blocks),
              .unit = "%",
              .note = fmt::format(
                  "of {}, and {} interrupted samples beside {} kept; drift {:.3f} to {:.3f}{}",
                  a.blocks + b.blocks, a.interrupted + b.interrupted, a.samples + b.samples, least,
                  most, a.realtime ? "" : "; not real-time")});
  report.add({.figure = what + ": half width reached, median",
              .value = median(widths) * 100,
              .unit = "%",
              .note = fmt::format(
                  "{} of 40 had to use disturbed blocks",
                  std::ranges::count(a.disturbed, true) + std::ranges::count(b.disturbed, true))});
}

int run(const std::string& self) {
  Report report("latency");
  fmt::print("{} sub-networks of fashion_vit, each in two processes; {}; load average {:.1f}\n\n",
             kNetworks, evaluators::to_text(evaluators::machine_fingerprint(1)), load_average());
  cpu_set_t usable;
  sched_getaffinity(0, sizeof usable, &usable);
  for (const int threads : {1, 2}) {
    if (threads > CPU_COUNT(&usable)) continue;
    for (const std::string priority : {"realtime", "normal"}) {
      const std::string name =
          fmt::format("{} thread{}, {} priority", threads, threads == 1 ? "" : "s", priority);
      const Run first = measure_in_another_process(self, threads, priority);
      const Run second = measure_in_another_process(self, threads, priority);
      // The targets are those of the default; the other says what detection alone achieves.
      const bool target = priority == "realtime";
      compare(report, name, first, second, target);
      describe(report, name, first, second);
      const Load load(self);
      const Run third = measure_in_another_process(self, threads, priority);
      const Run fourth = measure_in_another_process(self, threads, priority);
      compare(report, name + ", one core loaded", third, fourth, target);
      compare(report, name + ", loaded against not", first, third, target);
      describe(report, name + ", one core loaded", third, fourth);
    }
  }
  report.finish("build/bench");
  return 0;
}

}  // namespace
}  // namespace quarry::bench

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 3 && words[0] == "--measure")
    return quarry::bench::measure_and_print(std::atoi(words[1].c_str()), words[2]);
  if (words.size() == 1 && words[0] == "--load") return quarry::bench::load_one_core();
  char self[4096] = {};
  if (readlink("/proc/self/exe", self, sizeof self - 1) <= 0) return 1;
  return quarry::bench::run(self);
}
