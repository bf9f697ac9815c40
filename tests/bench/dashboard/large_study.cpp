// Writes a study as a long search leaves it, without running one: what the dashboard's benchmark
// and its test look at. Usage:
//   large_study FOLDER TRIALS [NAME] [SEED]
// Genomes drift from random ones to those that do well; accuracy and latency follow from depth,
// widths and precisions with noise; some trials fail, some are infeasible, later ones carry
// predictions.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "evaluators/supernet_library.hpp"
#include "server/storage/open_database.hpp"
#include "server/storage/store.hpp"
#include "server/studies/clock.hpp"
#include "server/studies/front_tracker.hpp"
#include "server/studies/study_spec.hpp"
#include "server/studies/trial_log.hpp"

namespace quarry::bench {
namespace {

using nlohmann::json;
using namespace quarry::server;

constexpr std::size_t kTrialsPerCommit = 500;
constexpr double kSecondsPerTrial = 0.35;

std::string moment(std::size_t milliseconds) {
  const std::size_t seconds = milliseconds / 1000;
  return fmt::format("2026-11-{:02}T{:02}:{:02}:{:02}.{:03}Z", 1 + seconds / 86400,
                     seconds / 3600 % 24, seconds / 60 % 60, seconds % 60, milliseconds % 1000);
}

StudySpec spec_of(const std::string& name, std::size_t trials,
                  const evaluators::SupernetLibrary& supernets) {
  const json document = {
      {"name", name},
      {"supernet", "fashion_vit"},
      {"objectives",
       {{{"metric", "accuracy"}}, {{"metric", "latency_ms"}}, {{"metric", "model_size_bytes"}}}},
      {"constraints", {{{"metric", "latency_ms"}, {"max", 1.6}}}},
      {"metrics",
       {{"accuracy", {{"evaluator", "external"}}}, {"latency_ms", {{"evaluator", "external"}}}}},
      {"budget", {{"trials", trials}}},
      {"final_test", false}};
  search::FieldErrors errors;
  const auto spec = parse_study_spec(document, supernets, errors);
  if (!spec) throw std::logic_error(errors.front().pointer + " " + errors.front().detail);
  return *spec;
}

class Search {
 public:
  Search(const search::Supernet& supernet, std::uint64_t seed) : supernet_(supernet), rng_(seed) {}

  // A third random, the rest a step away from one that did well.
  search::Genome propose() {
    if (good_.empty() || rng_.uniform() < 0.33) return supernet_.space.random(rng_);
    search::Genome genome = good_[rng_.below(good_.size())];
    for (int step = 0; step < 2; ++step) {
      const std::size_t gene = rng_.below(genome.size());
      if (!supernet_.space.is_alive(genome, gene)) continue;
      const auto count = supernet_.space.genes()[gene].choices.size();
      supernet_.space.set(genome, gene, static_cast<search::Choice>(rng_.below(count)), rng_);
    }
    return supernet_.space.canonical(std::move(genome));
  }
  void keep(const search::Genome& genome) {
    good_.push_back(genome);
    if (good_.size() > 200) good_.erase(good_.begin());
  }

  FrontTracker::Metrics measure(const search::Genome& genome) {
    const search::Network network = supernet_.network(genome);
    const auto cost = supernet_.reported_cost(genome, network);
    double integers = 0.0;
    const auto policy = search::policy_of(network);
    for (const auto& [name, precision] : policy) integers += search::is_integer(precision) ? 1 : 0;
    const double share = integers / static_cast<double>(policy.size());
    const double giga = static_cast<double>(cost.macs) * 1e-8;
    const double accuracy = 0.93 - 0.06 * std::exp(-2.0 * giga) - 0.012 * share * share;
    const double latency = (0.15 + 1.9 * giga) * (1.0 - 0.45 * share);
    FrontTracker::Metrics metrics;
    metrics["accuracy"] = {.value = accuracy + noise(0.002),
                           .spread = 0.0012,
                           .samples = 1000,
                           .source = search::Source::kReported};
    const double median = latency * (1.0 + noise(0.02));
    metrics["latency_ms"] = {.value = median,
                             .spread = 0.008 * median,
                             .samples = 220,
                             .source = search::Source::kReported,
                             .detail = {{"mean_ms", median * 1.01},
                                        {"p95_ms", median * (1.05 + std::abs(noise(0.03)))},
                                        {"p99_ms", median * (1.15 + std::abs(noise(0.08)))},
                                        {"disturbed", rng_.uniform() < 0.03 ? 1.0 : 0.0}}};
    metrics["macs"] = exact(cost.macs);
    metrics["params"] = exact(cost.params);
    metrics["model_size_bytes"] = exact(cost.model_size_bytes);
    return metrics;
  }

  double noise(double deviation) { return deviation * rng_.normal(); }
  double chance() { return rng_.uniform(); }

 private:
  static search::Measurement exact(std::int64_t value) {
    return {.value = static_cast<double>(value), .source = search::Source::kExact};
  }

  const search::Supernet& supernet_;
  search::Rng rng_;
  std::vector<search::Genome> good_;
};

std::string failure_of(std::size_t number) {
  if (number % 3 == 0) return fmt::format("external: layer{}.fc1 has no int8 kernel", number % 6);
  if (number % 3 == 1) return fmt::format("external: out of memory at {} MB", 900 + number % 77);
  return "external: worker gpu-2 was not heard of for 60 s";
}

class Writer {
 public:
  Writer(const std::string& folder, const std::string& name, std::size_t trials, std::uint64_t seed)
      : supernets_(evaluators::SupernetLibrary::builtin()),
        supernet_(supernets_.find("fashion_vit")->supernet()),
        spec_(spec_of(name, trials, supernets_)),
        store_(open_sqlite_store(folder)),
        tracker_(spec_.objectives, spec_.constraints, kReferenceTrials),
        search_(supernet_, seed),
        trials_(trials) {
    change_.study = {.id = new_id("st_"),
                     .name = name,
                     .spec = to_json(spec_).dump(),
                     .state = "running",
                     .created_at = moment(0)};
    add(0, "study.created", json{{"spec", json::parse(change_.study.spec)}});
    add(0, "study.state", json{{"state", "running"}, {"reason", ""}, {"elapsed_s", 0.0}});
  }

  std::string write() {
    for (std::size_t number = 0; number < trials_; ++number) {
      write_trial(number);
      if ((number + 1) % kTrialsPerCommit == 0) commit();
    }
    change_.study.state = "completed";
    change_.study.reason = "all trials are done";
    const auto end = at(trials_);
    add(end, "search.ended", json{{"reason", change_.study.reason}});
    add(end, "study.state",
        json{{"state", "completed"},
             {"reason", change_.study.reason},
             {"elapsed_s", change_.study.elapsed_seconds}});
    commit();
    return change_.study.id;
  }

 private:
  static std::size_t at(std::size_t number) {
    return static_cast<std::size_t>(static_cast<double>(number) * kSecondsPerTrial * 1000.0);
  }

  void write_trial(std::size_t number) {
    StudyTrial trial{.number = number, .genome = search_.propose()};
    trial.origin.how = number < 60 ? "random" : "predicted front";
    auto metrics = search_.measure(trial.genome);
    const auto best = tracker_.minimised(metrics);
    if (number >= 60) {  // a predictor that learns
      const double wrong = 1.0 / std::sqrt(static_cast<double>(number));
      trial.origin.predicted = {best[0] * (1.0 + 0.04 * search_.noise(wrong)),
                                best[1] * (1.0 + 1.2 * search_.noise(wrong)),
                                search::ObjectiveVector::value_type(NAN)};
    }
    add(at(number), "trial.created", trial_to_json(trial, supernet_, spec_.objectives));
    finish(trial, std::move(metrics));
    nlohmann::ordered_json data = trial_to_json(trial, supernet_, spec_.objectives);
    const std::string row = data.dump();
    bool on_front = false;
    ++change_.study.trials;
    change_.study.elapsed_seconds = static_cast<double>(number + 1) * kSecondsPerTrial;
    if (trial.state != TrialState::kFailed) {
      const FrontUpdate update = tracker_.add(number, trial.metrics);
      on_front = update.added;
      for (const std::size_t left : update.removed)
        change_.left_front.push_back(static_cast<std::int64_t>(left));
      if (update.added) search_.keep(trial.genome);
      change_.study.hypervolume = update.hypervolume;
      data["front"] = {{"added", update.added}, {"removed", update.removed}};
      data["hypervolume"] = update.hypervolume ? json(*update.hypervolume) : json();
    }
    data["elapsed_s"] = change_.study.elapsed_seconds;
    add(at(number) + 1400, "trial.finished", data);
    change_.trials.push_back({.number = static_cast<std::int64_t>(number),
                              .state = to_text(trial.state),
                              .on_front = on_front,
                              .data = row});
  }

  void finish(StudyTrial& trial, FrontTracker::Metrics metrics) {
    if (search_.chance() < 0.02) {
      trial.state = TrialState::kFailed;
      trial.reason = failure_of(trial.number);
      return;
    }
    trial.metrics = std::move(metrics);
    trial.state =
        tracker_.is_feasible(trial.metrics) ? TrialState::kSucceeded : TrialState::kInfeasible;
  }

  template <typename Document>
  void add(std::size_t milliseconds, const std::string& type, const Document& data) {
    change_.events.push_back({.type = type, .at = moment(milliseconds), .data = data.dump()});
  }

  void commit() {
    // The store writes rows after what left the front: who joined and left within this commit is
    // not on it.
    const std::set<std::int64_t> left(change_.left_front.begin(), change_.left_front.end());
    for (TrialRecord& record : change_.trials)
      if (left.contains(record.number)) record.on_front = false;
    store_->commit(change_);
    change_ = {.study = change_.study};
  }

  evaluators::SupernetLibrary supernets_;
  const search::Supernet& supernet_;
  StudySpec spec_;
  std::unique_ptr<Store> store_;
  FrontTracker tracker_;
  Search search_;
  std::size_t trials_;
  Commit change_;
};

}  // namespace
}  // namespace quarry::bench

int main(int count, char** arguments) {
  if (count < 3) {
    fmt::print(stderr, "usage: large_study FOLDER TRIALS [NAME] [SEED]\n");
    return 2;
  }
  const std::size_t trials = std::strtoul(arguments[2], nullptr, 10);
  const std::string name = count > 3 ? arguments[3] : fmt::format("{} trials", trials);
  const std::uint64_t seed = count > 4 ? std::strtoul(arguments[4], nullptr, 10) : 42;
  fmt::print("{}\n", quarry::bench::Writer(arguments[1], name, trials, seed).write());
  return 0;
}
