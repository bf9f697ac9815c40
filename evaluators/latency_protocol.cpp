// Tested by tests/evaluators/latency_protocol_test.cpp.
#include "evaluators/latency_protocol.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <numeric>
#include <vector>

#include "predictors/statistics.hpp"
#include "search/core/measurement.hpp"

namespace quarry::evaluators {
namespace {

constexpr std::size_t kReferenceRuns = 3;
// Blocks on each side of a block whose median drift is the smooth part of its own.
constexpr std::size_t kSmoothReach = 4;
// Samples of one block that differ by more than this have met something.
constexpr double kWildSpread = 2.0;

double quantile(const std::vector<double>& sorted, double share) {
  return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

double reference_level(const LatencySubject& subject) {
  if (!subject.run_reference) return 0.0;
  std::array<double, kReferenceRuns> runs{};
  for (double& ms : runs) {
    const double start = subject.seconds();
    subject.run_reference();
    ms = (subject.seconds() - start) * 1e3;
  }
  // The first run finds the caches full of the candidate; the median passes over it.
  std::ranges::sort(runs);
  return runs[kReferenceRuns / 2];
}

struct Block {
  std::vector<double> samples_ms;   // those that were not interrupted
  std::vector<double> interrupted;  // the others, in milliseconds too
  std::vector<double> timed_ms;     // of each step of a timed run; empty: none was taken
  bool disturbed = false;
  double drift = 1.0;     // of the references on both sides, as they were
  std::size_t index = 0;  // among all blocks; its references are index and index + 1
};

class Measuring {
 public:
  Measuring(const LatencySubject& subject, const LatencyProtocol& protocol, std::stop_token stop)
      : subject_(subject), protocol_(protocol), stop_(std::move(stop)) {}

  void warm_up() {
    const double begin = subject_.seconds();
    double previous = 0.0;
    while (true) {
      std::vector<double> block;
      const double block_begin = subject_.seconds();
      do {
        block.push_back(sample());
        reference_level(subject_);
      } while (subject_.seconds() - block_begin < protocol_.warm_up_seconds / 2 &&
               !stop_.stop_requested());
      const double elapsed = subject_.seconds() - begin;
      const double level = predictors::upper_median(block);
      samples_per_block_ = static_cast<std::size_t>(
          std::clamp(std::round(protocol_.block_seconds * 1e3 / std::max(level, 1e-6)), 1.0, 64.0));
      const bool stable = std::abs(level - previous) <= 0.02 * level;
      if (stop_.stop_requested() || elapsed >= protocol_.max_warm_up_seconds ||
          (stable && elapsed >= protocol_.warm_up_seconds))
        return;
      previous = level;
    }
  }

  LatencySummary measure() {
    begin_ = subject_.seconds();
    levels_ms_.push_back(reference_level(subject_));
    std::size_t disturbed_in_a_row = 0;
    while (true) {
      take_block();
      const bool over =
          subject_.seconds() - begin_ >= protocol_.max_seconds || stop_.stop_requested();
      if (over) return conclude();
      if (blocks_.back().disturbed) {
        if (++disturbed_in_a_row == protocol_.patience && subject_.move) {
          subject_.move();
          disturbed_in_a_row = 0;
          // What came before the move says nothing of the machine here.
          levels_ms_.back() = reference_level(subject_);
        }
        continue;
      }
      disturbed_in_a_row = 0;
      if (kept_samples_ < next_look_ || kept_blocks_ < protocol_.min_blocks) continue;
      const LatencySummary summary = summary_of(undisturbed());
      if (summary.converged) return summary;
      // Looking costs a sort; look after every tenth more samples.
      next_look_ = kept_samples_ + std::max<std::size_t>(kept_samples_ / 10, 1);
    }
  }

 private:
  double sample() {
    if (subject_.before_sample) subject_.before_sample();
    const double start = subject_.seconds();
    subject_.run();
    return (subject_.seconds() - start) * 1e3;
  }

  double waited_ms() const { return subject_.waited_ms ? subject_.waited_ms() : 0.0; }

  double over_baseline(double level_ms) const {
    return subject_.run_reference && subject_.reference_ms > 0.0 ? level_ms / subject_.reference_ms
                                                                 : 1.0;
  }

  void take_block() {
    Block block{.index = blocks_.size()};
    for (std::size_t i = 0; i < samples_per_block_; ++i) {
      const double waited_before = waited_ms();
      const double ms = sample();
      const bool interrupted = waited_ms() - waited_before > protocol_.waited_above * ms;
      (interrupted ? block.interrupted : block.samples_ms).push_back(ms);
      sampled_ms_ += ms;
      last_ms_ = ms;
      if (stop_.stop_requested()) break;
    }
    const bool affordable = timed_ms_ + last_ms_ <= protocol_.timed_share * sampled_ms_;
    if (subject_.run_timed && (timed_ms_ <= 0.0 || affordable)) take_timed(block);
    levels_ms_.push_back(reference_level(subject_));
    const double before = over_baseline(levels_ms_[block.index]);
    const double after = over_baseline(levels_ms_[block.index + 1]);
    block.drift = (before + after) / 2.0;
    block.disturbed =
        block.samples_ms.empty() || std::max(before, after) > 1.0 + protocol_.disturbed_above ||
        std::ranges::max(block.samples_ms) > kWildSpread * std::ranges::min(block.samples_ms);
    if (!block.disturbed) {
      kept_samples_ += block.samples_ms.size();
      ++kept_blocks_;
    }
    blocks_.push_back(std::move(block));
  }

  void take_timed(Block& block) {
    if (subject_.before_sample) subject_.before_sample();
    const double waited_before = waited_ms();
    const double start = subject_.seconds();
    std::vector<double> step_ms = subject_.run_timed();
    const double ms = (subject_.seconds() - start) * 1e3;
    timed_ms_ += ms;
    if (waited_ms() - waited_before <= protocol_.waited_above * ms)
      block.timed_ms = std::move(step_ms);
  }

  std::vector<const Block*> undisturbed() const {
    std::vector<const Block*> kept;
    for (const Block& block : blocks_) {
      if (!block.disturbed) kept.push_back(&block);
    }
    return kept;
  }

  // What is smooth: the median drift of the used blocks around this one. Those in between that were
  // disturbed say nothing of it.
  static double smooth_drift(const std::vector<const Block*>& used, std::size_t position) {
    const std::size_t first = position - std::min(position, kSmoothReach);
    const std::size_t last = std::min(position + kSmoothReach, used.size() - 1);
    std::vector<double> drifts;
    for (std::size_t i = first; i <= last; ++i) drifts.push_back(used[i]->drift);
    return predictors::upper_median(std::move(drifts));
  }

  LatencySummary summary_of(const std::vector<const Block*>& used) const {
    std::vector<double> corrected;
    std::vector<double> drifts;
    std::vector<std::vector<double>> timed;
    for (std::size_t i = 0; i < used.size(); ++i) {
      drifts.push_back(smooth_drift(used, i));
      for (const double ms : used[i]->samples_ms) corrected.push_back(ms / drifts.back());
      if (used[i]->disturbed || used[i]->timed_ms.empty()) continue;
      timed.push_back(used[i]->timed_ms);
      for (double& ms : timed.back()) ms /= drifts.back();
    }
    LatencySummary summary = summarise(corrected, protocol_.relative_width);
    summary.timed_runs_ms = std::move(timed);
    const double elapsed_ms = (subject_.seconds() - begin_) * 1e3;
    summary.timed_share = elapsed_ms > 0.0 ? timed_ms_ / elapsed_ms : 0.0;
    summary.drift = predictors::upper_median(drifts);
    summary.blocks = blocks_.size();
    for (const Block& block : blocks_) summary.interrupted_samples += block.interrupted.size();
    summary.disturbed_blocks = static_cast<std::size_t>(
        std::ranges::count_if(blocks_, [](const Block& block) { return block.disturbed; }));
    return summary;
  }

  // The time is spent: what there is, and where that is too little, the least disturbed of the
  // rest: those beside the quickest references, and interrupted samples only where there are no
  // others.
  LatencySummary conclude() {
    std::vector<const Block*> used = undisturbed();
    if (kept_samples_ >= protocol_.min_samples || used.size() == blocks_.size())
      return summary_of(used);
    std::vector<Block*> others;
    for (Block& block : blocks_) {
      if (block.disturbed) others.push_back(&block);
    }
    std::ranges::stable_sort(others, {}, [](const Block* block) {
      return std::pair(block->samples_ms.empty(), block->drift);
    });
    std::size_t samples = kept_samples_;
    for (Block* block : others) {
      if (samples >= protocol_.min_samples) break;
      if (block->samples_ms.empty()) block->samples_ms = block->interrupted;
      used.push_back(block);
      samples += block->samples_ms.size();
    }
    std::ranges::sort(used, {}, &Block::index);
    LatencySummary summary = summary_of(used);
    summary.disturbed = true;
    summary.converged = false;
    return summary;
  }

  const LatencySubject& subject_;
  const LatencyProtocol& protocol_;
  std::stop_token stop_;
  std::size_t samples_per_block_ = 1;
  double begin_ = 0.0;
  double sampled_ms_ = 0.0;
  double last_ms_ = 0.0;  // of the last sample
  double timed_ms_ = 0.0;
  std::size_t kept_samples_ = 0;
  std::size_t kept_blocks_ = 0;
  std::size_t next_look_ = protocol_.min_samples;
  std::vector<Block> blocks_;
  std::vector<double> levels_ms_;  // one before each block, one behind the last
};

}  // namespace

LatencySummary summarise(std::span<const double> samples_ms, double relative_width) {
  assert(!samples_ms.empty());
  std::vector<double> sorted(samples_ms.begin(), samples_ms.end());
  std::ranges::sort(sorted);
  const auto count = static_cast<double>(sorted.size());
  const double reach = 1.96 * std::sqrt(count) / 2.0;
  const auto last = static_cast<std::ptrdiff_t>(sorted.size()) - 1;
  const auto below = std::clamp<std::ptrdiff_t>(
      static_cast<std::ptrdiff_t>(std::floor(count / 2.0 - reach)), 0, last);
  const auto above = std::clamp<std::ptrdiff_t>(
      static_cast<std::ptrdiff_t>(std::ceil(count / 2.0 + reach)), 0, last);
  const std::size_t middle = sorted.size() / 2;
  LatencySummary summary{.samples = sorted.size()};
  summary.median_ms =
      sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2.0;
  summary.half_width_ms =
      (sorted[static_cast<std::size_t>(above)] - sorted[static_cast<std::size_t>(below)]) / 2.0;
  summary.mean_ms = std::accumulate(sorted.begin(), sorted.end(), 0.0) / count;
  summary.low_ms = quantile(sorted, 0.1);
  summary.high_ms = quantile(sorted, 0.9);
  summary.p95_ms = quantile(sorted, 0.95);
  summary.p99_ms = quantile(sorted, 0.99);
  summary.sample_values_ms = search::thinned(std::move(sorted));
  summary.converged = summary.half_width_ms <= relative_width * summary.median_ms;
  return summary;
}

LatencySummary measure_latency(const LatencySubject& subject, const LatencyProtocol& protocol,
                               std::stop_token stop) {
  Measuring measuring(subject, protocol, std::move(stop));
  measuring.warm_up();
  return measuring.measure();
}

double reference_baseline_ms(const LatencySubject& subject, double seconds, std::stop_token stop) {
  const double begin = subject.seconds();
  std::vector<double> levels;
  do {
    levels.push_back(reference_level(subject));
  } while (subject.seconds() - begin < seconds && !stop.stop_requested());
  std::ranges::sort(levels);
  return quantile(levels, 0.25);
}

}  // namespace quarry::evaluators
