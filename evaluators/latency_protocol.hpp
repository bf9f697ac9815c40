// How latency is measured. Short blocks of samples alternate with blocks of a fixed reference,
// which tells what the machine was doing meanwhile:
//
// warm-up  until the medians of two successive blocks agree, at least a stated time;
// block    a few samples between two reference blocks. A sample in which one of our threads had to
//          wait for a core is dropped. The block is disturbed, and dropped, when none is left, when
//          a reference was slower than its baseline by more than a threshold, or when its own
//          samples disagree wildly. After a few disturbed blocks in a row the threads are moved to
//          other cores;
// drift    of a block is the mean level of the references on its two sides over the baseline. Its
//          smooth part, the median over the nine kept blocks around it, is what the samples of the
//          block are divided by;
// steps    where somebody wants to know them, a block ends with a run that is timed step by step,
//          as long as such runs take no more than a stated share of the samples' time. They are no
//          samples; they are corrected like them, and dropped with their block;
// end      when half the 95 % confidence interval of the median is within the asked width, or the
//          time is spent; the width reached is reported. Where too little was undisturbed, the
//          least disturbed is used, and the summary says so.
//
// Pure: clock, work and waiting are given, so that tests need neither time nor a quiet machine.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <stop_token>
#include <vector>

namespace quarry::evaluators {

struct LatencyProtocol {
  double warm_up_seconds = 0.05;     // at least
  double max_warm_up_seconds = 0.5;  // a machine that never settles is measured all the same
  // Twelve samples are enough for the ranks of a 95 % interval. Of small networks they are not
  // enough time to see the machine move.
  std::size_t min_samples = 12;
  std::size_t min_blocks = 6;
  double relative_width = 0.01;   // half the confidence interval, as a share of the median
  double max_seconds = 2.0;       // of measuring, warm-up not counted
  double block_seconds = 0.005;   // of samples between two reference blocks; at least one sample
  double disturbed_above = 0.05;  // how much slower than its baseline the reference may be
  double waited_above = 0.01;     // share of a sample that our threads may have waited for a core
  std::size_t patience = 4;       // disturbed blocks in a row before the threads move
  double timed_share = 0.08;      // of the samples' time; the first timed run is always taken
};

// What is measured, and on what. Everything runs on the calling thread.
struct LatencySubject {
  std::function<double()> seconds;                 // a steady clock
  std::function<void()> run;                       // one sample
  std::function<std::vector<double>()> run_timed;  // the same, in ms of each step; null: no need
  std::function<void()> run_reference;             // null: no reference, no drift
  std::function<double()> waited_ms;    // by our threads for a core, so far; null: not known
  std::function<void()> before_sample;  // not timed; null: nothing
  std::function<void()> move;           // to other cores; null: nowhere to go
  double reference_ms = 0.0;            // the reference's baseline
};

struct LatencySummary {
  double median_ms = 0.0;
  double half_width_ms = 0.0;  // half of the 95 % confidence interval of the median
  double mean_ms = 0.0;
  double low_ms = 0.0;   // 10 % quantile
  double high_ms = 0.0;  // 90 % quantile
  double p95_ms = 0.0;
  double p99_ms = 0.0;
  std::size_t samples = 0;
  std::vector<double> sample_values_ms;  // search::thinned
  bool converged = false;                // the asked width was reached
  // Of the blocks:
  double drift = 1.0;  // the reference now, over its baseline; the samples are corrected by it
  std::size_t blocks = 0;
  std::size_t disturbed_blocks = 0;
  std::size_t interrupted_samples = 0;  // of all blocks
  bool disturbed = false;               // some of these had to be used
  // Of the runs that were timed step by step, those of undisturbed blocks, corrected: ms of each
  // step. Empty unless LatencySubject::run_timed.
  std::vector<std::vector<double>> timed_runs_ms;
  double timed_share = 0.0;  // what such runs took of all the time that it measured
};

// Distribution-free: the interval is between order statistics whose ranks a binomial allows (Hahn
// and Meeker 1991, section 5.2). Precondition: at least one sample.
LatencySummary summarise(std::span<const double> samples_ms, double relative_width);

// Ends early, not converged, when a stop is asked for; always takes one sample.
LatencySummary measure_latency(const LatencySubject& subject, const LatencyProtocol& protocol,
                               std::stop_token stop);

// The reference's level on a quiet machine: the lower quartile of its blocks over `seconds`, so
// that a passing disturbance does not raise it.
double reference_baseline_ms(const LatencySubject& subject, double seconds, std::stop_token stop);

}  // namespace quarry::evaluators
