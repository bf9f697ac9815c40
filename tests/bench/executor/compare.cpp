// Quarry and ONNX Runtime in turns: every entrant runs for a while in every round, so that what
// else the machine does falls on all alike. Medians are of all rounds' samples together.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>

#include "evaluators/onednn/onednn_info.hpp"
#include "search/network/cost.hpp"
#include "tests/bench/executor/network_dump.hpp"
#include "tests/bench/executor/networks.hpp"
#include "tests/bench/executor/peak.hpp"
#include "tests/bench/executor/sections.hpp"
#include "tests/bench/executor/subject.hpp"

namespace quarry::bench {
namespace {

using evaluators::CompileResult;
using nlohmann::json;
using search::Precision;

using Clock = std::chrono::steady_clock;

constexpr double kWarmUpSeconds = 0.1;

double milliseconds_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

double processor_ms() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) * 1e3 + static_cast<double>(used.tv_nsec) / 1e6;
}

Samples run_for(evaluators::CompiledNetwork& network, double seconds, double warm_up_seconds) {
  const auto sample = [&](double limit) {
    Samples samples;
    const Clock::time_point begin = Clock::now();
    do {
      const double used = processor_ms();
      const Clock::time_point start = Clock::now();
      network.run();
      samples.ms.push_back(milliseconds_since(start));
      samples.cpu_ms.push_back(processor_ms() - used);
    } while (milliseconds_since(begin) < limit * 1e3);
    return samples;
  };
  sample(warm_up_seconds);
  return sample(seconds);
}

void append(Samples& samples, const Samples& more) {
  samples.ms.insert(samples.ms.end(), more.ms.begin(), more.ms.end());
  samples.cpu_ms.insert(samples.cpu_ms.end(), more.cpu_ms.begin(), more.cpu_ms.end());
}

// Of the absolute differences to the median, their median.
double median_deviation(const std::vector<double>& values) {
  const double middle = median(values);
  std::vector<double> differences;
  for (const double value : values) differences.push_back(std::abs(value - middle));
  return median(differences);
}

// The 10 % quantile: what a run takes that nothing else disturbs.
double fast(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 10];
}

// The largest difference, as a share of the largest expected result. Infinite when the sizes differ
// or a number is not one.
double relative_difference(const std::vector<float>& found, const std::vector<float>& expected) {
  if (found.size() != expected.size()) return std::numeric_limits<double>::infinity();
  double largest = 0.0;
  double difference = 0.0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const double here = std::abs(static_cast<double>(expected[i]) - found[i]);
    if (!std::isfinite(here)) return std::numeric_limits<double>::infinity();
    largest = std::max(largest, std::abs(static_cast<double>(expected[i])));
    difference = std::max(difference, here);
  }
  return largest > 0.0 ? difference / largest : difference;
}

struct Entrant {
  std::string engine;  // "Quarry" or "ONNX Runtime"
  Precision precision = Precision::kF32;
  std::unique_ptr<evaluators::CompiledNetwork> ours;  // or
  std::string theirs;                                 // the session's id
  std::string note;
  std::string absent;
  Samples samples;
};

struct Files {
  std::string network, weights, input, model, ranges;
};

void write_bytes(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

void write_floats(const std::string& path, const std::vector<float>& values) {
  write_bytes(path, {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)});
}

class Contest {
 public:
  Contest(Report& report, const ExecutorBenchOptions& options, OrtPeer& peer,
          const Comparison& comparison)
      : report_(report),
        options_(options),
        peer_(peer),
        comparison_(comparison),
        subject_(make_subject(comparison.network, comparison.int8)) {
    std::string stem = comparison.name;
    std::ranges::replace(stem, '/', '-');
    stem = options.folder + "/" + stem;
    files_ = {stem + ".json", stem + ".safetensors", stem + ".input", stem + ".onnx",
              stem + ".ranges.json"};
    write_bytes(files_.network, dump(subject_.network).dump());
    write_bytes(files_.weights, subject_.weight_bytes);
    if (comparison.int8 && peer.absent().empty()) write_ranges();
  }

  ~Contest() {
    for (const std::string& file :
         {files_.network, files_.weights, files_.input, files_.model, files_.ranges})
      std::filesystem::remove(file);
  }

  void run(std::size_t batch, int threads) {
    threads_ = threads;
    where_ = fmt::format("{}, batch {}, {} thread{}", comparison_.name, batch, threads,
                         threads == 1 ? "" : "s");
    input_ = noise(batch * subject_.network.input.elements());
    write_floats(files_.input, input_);
    entrants_.clear();
    add_ours(Precision::kF32, batch, threads);
    if (comparison_.bf16) add_ours(Precision::kBf16, batch, threads);
    if (comparison_.int8) add_ours(Precision::kInt8, batch, threads);
    add_theirs(Precision::kF32, comparison_.f32_forms, batch, threads);
    if (comparison_.int8) add_theirs(Precision::kInt8, comparison_.int8_forms, batch, threads);
    report_differences();
    std::vector<double> f32_peaks;
    std::vector<double> int8_peaks;
    for (std::size_t round = 0; round < options_.rounds; ++round) {
      for (Entrant& entrant : entrants_) {
        if (!entrant.absent.empty()) continue;
        append(entrant.samples, entrant.ours
                                    ? run_for(*entrant.ours, options_.seconds, kWarmUpSeconds)
                                    : peer_.run(entrant.theirs, options_.seconds, kWarmUpSeconds));
      }
      if (!comparison_.peak) continue;
      if (const auto peak = measure_peak(PeakKind::kF32, threads, 0.3))
        f32_peaks.push_back(peak->operations_per_second);
      if (const auto peak = measure_peak(PeakKind::kInt8, threads, 0.3))
        int8_peaks.push_back(peak->operations_per_second);
    }
    for (const Entrant& entrant : entrants_) report_latency(entrant);
    report_ratio(Precision::kF32, comparison_.f32_ratio, "");
    if (comparison_.int8)
      report_ratio(Precision::kInt8, comparison_.int8_ratio, comparison_.int8_note);
    if (comparison_.bf16) report_bf16();
    if (comparison_.peak) {
      report_share(Precision::kF32, batch, f32_peaks, 88.0);
      report_share(Precision::kInt8, batch, int8_peaks, 65.0);
    }
    for (const Entrant& entrant : entrants_) {
      if (!entrant.theirs.empty()) peer_.drop(entrant.theirs);
    }
    entrants_.clear();
  }

 private:
  void add_ours(Precision precision, std::size_t batch, int threads) {
    Entrant entrant{.engine = "Quarry", .precision = precision};
    const auto executable = evaluators::executable_precisions();
    if (std::ranges::find(executable, precision) == executable.end()) {
      entrant.absent = "absent: does not run on this machine";
    } else if (precision == Precision::kInt8 && !subject_.failure.empty()) {
      entrant.absent = "absent: " + subject_.failure;
    } else {
      CompileResult compiled =
          evaluators::compile(at_precision(subject_.network, precision), subject_.weights,
                              subject_.ranges, {.batch = batch, .threads = threads});
      if (compiled.network) {
        std::ranges::copy(input_, compiled.network->input().begin());
        entrant.ours = std::move(compiled.network);
      } else {
        entrant.absent = "absent: " + compiled.failure;
      }
    }
    entrants_.push_back(std::move(entrant));
  }

  // Of the forms, the one that is fastest in two short turns.
  void add_theirs(Precision precision, const std::vector<std::string>& forms, std::size_t batch,
                  int threads) {
    Entrant entrant{.engine = "ONNX Runtime", .precision = precision};
    entrant.absent = peer_.absent();
    if (entrant.absent.empty()) {
      std::vector<std::string> loaded;
      for (const std::string& form : forms) {
        std::string problem =
            write_onnx({.network = files_.network,
                        .weights = files_.weights,
                        .model = files_.model,
                        .form = form,
                        .batch = batch,
                        .ranges = form.starts_with("static") ? files_.ranges : ""});
        if (problem.empty() && !peer_.load(form, files_.model, files_.input, threads))
          problem = peer_.problem();
        if (problem.empty()) {
          loaded.push_back(form);
        } else {
          entrant.absent = "absent: " + problem;
        }
      }
      std::filesystem::remove(files_.model);
      double best = 0.0;
      std::string others;
      std::vector<std::pair<std::string, std::vector<double>>> tried;
      for (const std::string& form : loaded) tried.push_back({form, {}});
      for (int turn = 0; turn < (loaded.size() > 1 ? 2 : 0); ++turn) {
        for (auto& [form, samples] : tried) {
          const std::vector<double> more = peer_.run(form, 0.4, kWarmUpSeconds).ms;
          samples.insert(samples.end(), more.begin(), more.end());
        }
      }
      for (const auto& [form, samples] : tried) {
        const double middle = samples.empty() ? 1.0 : median(samples);
        if (entrant.theirs.empty() || middle < best) {
          best = middle;
          entrant.theirs = form;
        }
      }
      for (const auto& [form, samples] : tried) {
        if (form == entrant.theirs) continue;
        others += fmt::format(", {} took {:.4g} times that", form, median(samples) / best);
        peer_.drop(form);
      }
      if (!entrant.theirs.empty()) {
        entrant.absent.clear();
        entrant.note = "form " + entrant.theirs + others;
      }
    }
    entrants_.push_back(std::move(entrant));
  }

  // What Quarry calibrated, and for what only ONNX Runtime quantizes (sums before a hard swish, the
  // inputs of an addition) what its own f32 makes of the same inputs.
  void write_ranges() {
    json ranges = json::object();
    constexpr std::size_t kBatch = 8;
    const std::vector<float> input = noise(kBatch * subject_.network.input.elements());
    if (comparison_.int8_forms.front().starts_with("static")) {
      write_floats(files_.input, input);
      if (write_onnx({.network = files_.network,
                      .weights = files_.weights,
                      .model = files_.model,
                      .batch = kBatch,
                      .expose = true}) == "" &&
          peer_.load("ranges", files_.model, files_.input, 2)) {
        ranges = peer_.ranges("ranges");
        peer_.drop("ranges");
      }
    }
    const auto [low, high] = std::ranges::minmax(input);
    ranges["input"] = {low, high};
    for (const auto& [name, range] : subject_.ranges)
      ranges[name == evaluators::kNetworkInputName ? "input" : name] = {range.low, range.high};
    write_bytes(files_.ranges, ranges.dump());
  }

  const Entrant* find(const std::string& engine, Precision precision) const {
    const auto found = std::ranges::find_if(entrants_, [&](const Entrant& entrant) {
      return entrant.engine == engine && entrant.precision == precision && entrant.absent.empty();
    });
    return found == entrants_.end() ? nullptr : &*found;
  }

  std::string what(Precision precision) const {
    return fmt::format("{}, {}", where_, search::to_text(precision));
  }

  std::vector<float> result(const Entrant& entrant) {
    if (!entrant.ours) return peer_.output(entrant.theirs);
    entrant.ours->run();
    const std::span<const float> output = entrant.ours->output();
    return {output.begin(), output.end()};
  }

  // Of everything from ONNX Runtime's f32.
  void report_differences() {
    const Entrant* reference = find("ONNX Runtime", Precision::kF32);
    if (reference == nullptr) return;
    const std::vector<float> expected = result(*reference);
    for (Entrant& entrant : entrants_) {
      if (&entrant == reference || !entrant.absent.empty()) continue;
      const double relative = relative_difference(result(entrant), expected);
      if (entrant.precision != Precision::kF32) {
        entrant.note += fmt::format("{}results {:.2g} from ONNX Runtime's f32",
                                    entrant.note.empty() ? "" : "; ", relative);
        continue;
      }
      report_.add({.figure = what(Precision::kF32) + ": largest difference / largest result",
                   .value = relative,
                   .target = comparison_.exactness ? "< 1e-4" : "",
                   .holds = comparison_.exactness ? std::optional(relative < 1e-4) : std::nullopt});
    }
  }

  void report_latency(const Entrant& entrant) {
    Figure figure{.figure = what(entrant.precision) + ": " + entrant.engine,
                  .unit = "ms",
                  .note = entrant.absent};
    const std::vector<double>& samples = entrant.samples.ms;
    if (!samples.empty()) {
      figure.value = median(samples);
      figure.note = fmt::format("+- {:.2g} %, {} samples{}{}",
                                100.0 * median_deviation(samples) / *figure.value, samples.size(),
                                entrant.note.empty() ? "" : "; ", entrant.note);
    }
    report_.add(std::move(figure));
  }

  void report_ratio(Precision precision, double most, const std::string& note) {
    const Entrant* ours = find("Quarry", precision);
    const Entrant* theirs = find("ONNX Runtime", precision);
    Figure figure{.figure = what(precision) + ": Quarry / ONNX Runtime",
                  .target = fmt::format("<= {:.2f}", most),
                  .note = note};
    if (ours != nullptr && theirs != nullptr) {
      figure.value = median(ours->samples.ms) / median(theirs->samples.ms);
      figure.holds = *figure.value <= most;
      figure.note += fmt::format("{}{:.4g} between the fastest tenths", note.empty() ? "" : "; ",
                                 fast(ours->samples.ms) / fast(theirs->samples.ms));
      // With more threads it counts waiting for each other as well.
      if (threads_ == 1) {
        figure.note += fmt::format(", {:.4g} of processor time",
                                   median(ours->samples.cpu_ms) / median(theirs->samples.cpu_ms));
      }
    }
    report_.add(std::move(figure));
  }

  void report_bf16() {
    const Entrant* f32 = find("Quarry", Precision::kF32);
    const Entrant* bf16 = find("Quarry", Precision::kBf16);
    Figure figure{.figure = where_ + ": our bf16 / our f32", .target = "<= 0.55"};
    if (f32 != nullptr && bf16 != nullptr) {
      figure.value = median(bf16->samples.ms) / median(f32->samples.ms);
      figure.holds = *figure.value <= 0.55;
      if (threads_ == 1) {
        figure.note = fmt::format("{:.4g} of processor time",
                                  median(bf16->samples.cpu_ms) / median(f32->samples.cpu_ms));
      }
    }
    report_.add(std::move(figure));
  }

  void report_share(Precision precision, std::size_t batch, const std::vector<double>& peaks,
                    double least) {
    const Entrant* ours = find("Quarry", precision);
    Figure figure{.figure = what(precision) + ": Quarry, of the measured peak",
                  .unit = "%",
                  .target = fmt::format(">= {:.0f}", least)};
    if (ours != nullptr && !peaks.empty()) {
      const double operations = 2.0 * static_cast<double>(search::cost_of(subject_.network).macs) *
                                static_cast<double>(batch);
      const double rate = operations / (median(ours->samples.ms) / 1e3);
      figure.value = 100.0 * rate / median(peaks);
      figure.holds = *figure.value >= least;
      figure.note = fmt::format("{:.4g} of {:.4g} G operations/s", rate / 1e9, median(peaks) / 1e9);
      if (threads_ == 1) {
        const double used = operations / (median(ours->samples.cpu_ms) / 1e3);
        figure.note += fmt::format(", {:.4g} % by processor time", 100.0 * used / median(peaks));
      }
    }
    report_.add(std::move(figure));
  }

  Report& report_;
  const ExecutorBenchOptions& options_;
  OrtPeer& peer_;
  const Comparison& comparison_;
  Subject subject_;
  Files files_;
  std::string where_;
  int threads_ = 1;
  std::vector<float> input_;
  std::vector<Entrant> entrants_;
};

}  // namespace

void bench_network(Report& report, const ExecutorBenchOptions& options, OrtPeer& peer,
                   const Comparison& comparison) {
  Contest contest(report, options, peer, comparison);
  for (const int threads : options.threads) {
    for (const std::size_t batch : options.batches) contest.run(batch, threads);
  }
}

void bench_call_overhead(Report& report, const ExecutorBenchOptions& options, OrtPeer& peer) {
  Figure figure{.figure = "ONNX Runtime, a call that computes one ReLU of one number",
                .unit = "ms",
                .note = peer.absent()};
  const search::Network nothing{.input = {{1}},
                                .operators = {{.name = "relu",
                                               .kind = search::Activate{search::Activation::kRelu},
                                               .inputs = {search::kNetworkInput},
                                               .output = {{1}}}}};
  const std::string stem = options.folder + "/nothing";
  write_bytes(stem + ".json", dump(nothing).dump());
  write_bytes(stem + ".safetensors", made_up_weights(nothing, 0));
  write_floats(stem + ".input", {1.0F});
  if (peer.absent().empty() &&
      write_onnx(
          {.network = stem + ".json", .weights = stem + ".safetensors", .model = stem + ".onnx"}) ==
          "" &&
      peer.load("nothing", stem + ".onnx", stem + ".input", 1)) {
    figure.value = median(peer.run("nothing", options.seconds, kWarmUpSeconds).ms);
    figure.note = "contained in its times below; not subtracted";
    peer.drop("nothing");
  }
  for (const char* part : {".json", ".safetensors", ".input", ".onnx"})
    std::filesystem::remove(stem + part);
  report.add(std::move(figure));
}

void bench_peak(Report& report, const ExecutorBenchOptions& options) {
  const std::vector<std::pair<std::string, PeakKind>> kinds = {
      {"f32", PeakKind::kF32}, {"bf16", PeakKind::kBf16}, {"int8", PeakKind::kInt8}};
  for (const int threads : options.threads) {
    for (const auto& [name, kind] : kinds) {
      const std::optional<Peak> peak = measure_peak(kind, threads, options.seconds);
      Figure figure{
          .figure = fmt::format("peak, {}, {} thread{}", name, threads, threads == 1 ? "" : "s"),
          .unit = "G op/s"};
      if (peak) {
        figure.value = peak->operations_per_second / 1e9;
        figure.note = peak->instruction;
      } else {
        figure.note = "absent: this processor has no such instruction";
      }
      report.add(std::move(figure));
    }
  }
}

}  // namespace quarry::bench
