#include "evaluators/latency_protocol.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

namespace quarry::evaluators {
namespace {

TEST_CASE("the summary of a hundred ordered samples") {
  std::vector<double> samples(100);
  std::iota(samples.begin(), samples.end(), 1.0);
  const LatencySummary summary = summarise(samples, 0.01);
  CHECK(summary.median_ms == 50.5);
  CHECK(summary.half_width_ms == 10);  // samples 41 and 61: floor and ceil of 50 -+ 9.8
  CHECK(summary.mean_ms == 50.5);
  CHECK(summary.low_ms == 10);
  CHECK(summary.high_ms == 90);
  CHECK(summary.p95_ms == 95);
  CHECK(summary.p99_ms == 99);
  REQUIRE(summary.sample_values_ms.size() == 32);
  CHECK(summary.sample_values_ms.front() == 1);
  CHECK(summary.sample_values_ms.back() == 100);
  CHECK_FALSE(summary.converged);
}

TEST_CASE("an outlier moves neither the median nor its interval") {
  std::vector<double> samples(51, 2.0);
  samples[7] = 500.0;
  const LatencySummary summary = summarise(samples, 0.01);
  CHECK(summary.median_ms == 2.0);
  CHECK(summary.half_width_ms == 0.0);
  CHECK(summary.converged);
}

TEST_CASE("a single sample is its own median") {
  const LatencySummary summary = summarise(std::vector{3.0}, 0.01);
  CHECK(summary.median_ms == 3.0);
  CHECK(summary.samples == 1);
}

// A machine whose clock only moves when work is done: a run takes 1 ms and the reference 0.5 ms,
// times how slow the machine is at that moment.
struct FakeMachine {
  double now = 0.0;
  std::function<double(double)> slowness = [](double) { return 1.0; };
  std::function<bool(double)> interrupts = [](double) { return false; };
  double waited_ms = 0.0;
  std::size_t runs = 0;
  std::size_t flushes = 0;
  std::size_t moves = 0;

  void work(double ms) {
    if (interrupts(now)) {
      waited_ms += 4.0;
      now += 0.004;
    }
    now += ms * 1e-3 * slowness(now);
  }

  LatencySubject subject() {
    return {.seconds = [this] { return now; },
            .run =
                [this] {
                  ++runs;
                  work(1.0);
                },
            .run_reference = [this] { work(0.5); },
            .waited_ms = [this] { return waited_ms; },
            .before_sample = [this] { ++flushes; },
            .move = [this] { ++moves; },
            .reference_ms = 0.5};
  }
};

TEST_CASE("on a quiet machine the least number of samples is enough") {
  FakeMachine machine;
  const LatencySummary summary = measure_latency(machine.subject(), {.min_samples = 40}, {});
  CHECK(summary.median_ms == Approx(1.0));
  CHECK(summary.samples == 40);  // blocks of five
  CHECK(summary.blocks == 8);
  CHECK(summary.disturbed_blocks == 0);
  CHECK(summary.drift == Approx(1.0));
  CHECK(summary.converged);
  CHECK_FALSE(summary.disturbed);
}

TEST_CASE("warming up lasts until two blocks agree, and no longer than allowed") {
  FakeMachine settles;  // slow at first, like a core that wakes up
  settles.slowness = [](double now) { return now < 0.2 ? 3.0 - 10.0 * now : 1.0; };
  const LatencySummary summary = measure_latency(settles.subject(), {}, {});
  CHECK(summary.median_ms == Approx(1.0));
  CHECK(summary.disturbed_blocks == 0);

  FakeMachine restless;  // each look finds it at another speed
  std::size_t looks = 0;
  restless.slowness = [&](double now) {
    ++looks;
    return now < 0.49 ? 1.0 + 0.1 * static_cast<double>(looks / 20 % 2) : 1.0;
  };
  CHECK(measure_latency(restless.subject(), {.max_warm_up_seconds = 0.3}, {}).blocks >= 6);
}

TEST_CASE("a sample in which a thread waited is dropped, and others are taken in its place") {
  FakeMachine machine;
  std::size_t calls = 0;  // every seventh piece of work is interrupted
  machine.interrupts = [&](double) { return ++calls % 7 == 0; };
  const LatencySummary summary = measure_latency(machine.subject(), {}, {});
  CHECK(summary.median_ms == Approx(1.0));
  CHECK(summary.p99_ms == Approx(1.0));
  CHECK(summary.samples >= LatencyProtocol{}.min_samples);
  CHECK(summary.interrupted_samples >= 4);
  CHECK(summary.converged);
}

TEST_CASE("where every sample is interrupted they are used, and it is said") {
  FakeMachine machine;
  LatencySubject subject = machine.subject();
  subject.run = [&] {
    machine.waited_ms += 1.0;
    machine.now += 0.002;
  };
  const LatencySummary summary = measure_latency(subject, {.max_seconds = 0.3}, {});
  CHECK(summary.disturbed);
  CHECK(summary.disturbed_blocks == summary.blocks);
  CHECK(summary.median_ms == Approx(2.0));
}

TEST_CASE("while the reference is slow nothing is kept") {
  FakeMachine machine;  // 30 ms of every 60 belong to somebody else, who makes us a third slower
  machine.slowness = [](double now) { return std::fmod(now, 0.06) < 0.03 ? 4.0 / 3.0 : 1.0; };
  const LatencySummary summary = measure_latency(machine.subject(), {}, {});
  CHECK(summary.median_ms == Approx(1.0));
  CHECK(summary.converged);
  CHECK(summary.disturbed_blocks >= 3);
}

TEST_CASE("a block whose own samples disagree wildly is dropped") {
  FakeMachine machine;
  LatencySubject subject = machine.subject();
  subject.run = [&] {
    ++machine.runs;
    machine.work(machine.runs % 50 == 0 ? 3.0 : 1.0);
  };
  const LatencySummary summary = measure_latency(subject, {.min_samples = 100}, {});
  CHECK(summary.disturbed_blocks >= 2);
  CHECK(summary.p99_ms == Approx(1.0));
}

TEST_CASE("a slow drift of the machine is corrected by what the reference says") {
  FakeMachine machine;
  machine.slowness = [](double) { return 1.03; };
  const LatencySummary summary = measure_latency(machine.subject(), {}, {});
  CHECK(summary.drift == Approx(1.03));
  CHECK(summary.median_ms == Approx(1.0));

  FakeMachine slowing;  // 4 % over the second
  slowing.slowness = [](double now) { return 1.0 + 0.04 * now; };
  CHECK(measure_latency(slowing.subject(), {.min_samples = 400}, {}).median_ms ==
        Approx(1.0).epsilon(0.001));
}

TEST_CASE("when the time is spent the least disturbed blocks are used, and it is said") {
  FakeMachine machine;
  machine.slowness = [](double now) { return now < 0.5 ? 1.5 : 1.2; };
  const LatencySummary summary = measure_latency(machine.subject(), {.max_seconds = 1.0}, {});
  CHECK(summary.disturbed);
  CHECK_FALSE(summary.converged);
  CHECK(summary.disturbed_blocks == summary.blocks);
  CHECK(summary.samples == LatencyProtocol{}.min_samples);
  CHECK(summary.drift == Approx(1.2));
  CHECK(summary.median_ms == Approx(1.0));
}

TEST_CASE("the threads move after a few disturbed blocks in a row") {
  FakeMachine machine;
  machine.slowness = [&](double) { return machine.moves == 0 ? 2.0 : 1.0; };
  const LatencySummary summary = measure_latency(machine.subject(), {.patience = 4}, {});
  CHECK(machine.moves == 1);
  CHECK(summary.disturbed_blocks == 4);
  CHECK(summary.median_ms == Approx(1.0));
}

TEST_CASE("the width that was reached is reported when the time is spent") {
  FakeMachine machine;
  LatencySubject subject = machine.subject();
  subject.run = [&] { machine.work(1.0 + 0.1 * static_cast<double>(machine.runs++ % 7)); };
  const LatencySummary summary =
      measure_latency(subject, {.relative_width = 1e-6, .max_seconds = 0.3}, {});
  CHECK_FALSE(summary.converged);
  CHECK_FALSE(summary.disturbed);
  CHECK(summary.half_width_ms > 0.01);
  CHECK(machine.now < 0.9);  // 0.5 s of warm-up, for it never settles
}

TEST_CASE("what comes before a sample is not timed") {
  FakeMachine machine;
  LatencySubject subject = machine.subject();
  subject.before_sample = [&] {
    ++machine.flushes;
    machine.now += 0.002;
  };
  const LatencySummary summary = measure_latency(subject, {}, {});
  CHECK(summary.median_ms == Approx(1.0));
  CHECK(machine.flushes == machine.runs);
}

TEST_CASE("without a reference the samples are taken as they are") {
  FakeMachine machine;
  const LatencySummary summary = measure_latency(
      {.seconds = [&] { return machine.now; }, .run = [&] { machine.work(1.0); }}, {}, {});
  CHECK(summary.median_ms == Approx(1.0));
  CHECK(summary.drift == 1.0);
}

TEST_CASE("some runs are timed step by step, for no more than their share of the time") {
  FakeMachine machine;
  machine.slowness = [](double) { return 1.03; };
  LatencySubject subject = machine.subject();
  subject.run_timed = [&] {
    machine.work(1.0);
    return std::vector{0.3 * 1.03, 0.7 * 1.03};
  };
  const LatencySummary summary =
      measure_latency(subject, {.min_samples = 100, .timed_share = 0.085}, {});
  // A run behind the first block of five samples; two are a share of 23.6 samples, eight of 94.2.
  CHECK(summary.timed_runs_ms.size() == 8);
  CHECK(summary.timed_runs_ms.front()[0] == Approx(0.3));
  CHECK(summary.timed_runs_ms.back()[1] == Approx(0.7));
  CHECK(summary.samples == 100);
  CHECK(summary.median_ms == Approx(1.0));
  CHECK(summary.timed_share < 0.085);
  CHECK(measure_latency(subject, {.timed_share = 0.0}, {}).timed_runs_ms.size() == 1);
  CHECK(measure_latency(machine.subject(), {}, {}).timed_runs_ms.empty());
}

TEST_CASE("a timed run of a disturbed block, or in which a thread waited, is dropped") {
  FakeMachine machine;
  LatencySubject subject = machine.subject();
  std::size_t runs = 0;
  subject.run_timed = [&] {
    machine.work(++runs == 1 ? 1.0 : 2.0);
    if (runs == 1) machine.waited_ms += 1.0;
    return std::vector{1.0};
  };
  const LatencySummary summary =
      measure_latency(subject, {.min_samples = 40, .timed_share = 0.08}, {});
  CHECK(summary.timed_runs_ms.size() == runs - 1);

  FakeMachine slow;
  slow.slowness = [](double) { return 1.5; };
  LatencySubject disturbed = slow.subject();
  disturbed.run_timed = [] { return std::vector{1.0}; };
  CHECK(measure_latency(disturbed, {.max_seconds = 0.3}, {}).timed_runs_ms.empty());
}

TEST_CASE("a stop request ends measuring after one sample") {
  FakeMachine machine;
  std::stop_source source;
  source.request_stop();
  CHECK(measure_latency(machine.subject(), {.warm_up_seconds = 60.0, .min_samples = 1000},
                        source.get_token())
            .samples == 1);
}

TEST_CASE("the baseline is the quiet level, whatever disturbed a part of the time") {
  FakeMachine machine;
  machine.slowness = [](double now) { return std::fmod(now, 0.1) < 0.06 ? 1.4 : 1.0; };
  CHECK(reference_baseline_ms(machine.subject(), 0.2, {}) == Approx(0.5));
}

}  // namespace
}  // namespace quarry::evaluators
