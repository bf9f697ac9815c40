// A study's trials as columns: what charts of a hundred thousand trials are computed from. A fold
// of the log, like everything that is known of a study.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <string>
#include <vector>

#include "search/core/genome.hpp"
#include "search/core/measurement.hpp"
#include "server/storage/event_scan.hpp"
#include "server/studies/trial_log.hpp"

namespace quarry::server {

inline constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();

struct MetricColumn {
  std::vector<double> value;  // kNoValue where the trial has none
  std::vector<float> spread;
  std::vector<search::Source> source;
  std::map<std::uint32_t, double> first;  // what trials had before they were measured again
};

// A trial that is over, in the order in which they were.
struct FinishedStep {
  std::uint32_t trial = 0;
  double elapsed_s = 0.0;
  double hypervolume = kNoValue;  // of the front as it then was
};

// Columns of one length, a row per trial, at its number.
struct StudyTable {
  std::int64_t sequence = 0;  // of the last event in it
  std::size_t genes = 0;
  std::vector<TrialState> state;
  std::vector<std::uint8_t> on_front;
  std::vector<search::Choice> genomes;  // rows of `genes`; zeros until the trial is over
  std::vector<std::int64_t> created_ms;
  std::vector<std::int64_t> finished_ms;  // 0 while it is open
  std::vector<std::uint32_t> reason;      // an index of `reasons`
  std::vector<std::string> reasons = {""};
  std::map<std::string, MetricColumn, std::less<>> metrics;
  std::map<std::string, std::vector<double>, std::less<>> predicted;  // when it was proposed
  std::vector<FinishedStep> finished;

  std::size_t size() const { return state.size(); }
  std::span<const search::Choice> genome(std::size_t trial) const {
    return {genomes.data() + trial * genes, genes};
  }
  bool is_measured(std::size_t trial) const {
    return state[trial] == TrialState::kSucceeded || state[trial] == TrialState::kInfeasible;
  }
};

// Reads lines into a table. Keeps the memory that reading takes.
class TableFold {
 public:
  TableFold();
  ~TableFold();
  // Throws std::runtime_error where the log holds what no version wrote.
  void add(StudyTable& table, const EventLine& line);

 private:
  struct Parser;
  std::unique_ptr<Parser> parser_;
};

// The tables of the studies that somebody has looked at lately, each read once and then only what
// is new. Thread-safe.
class StudyTables {
  struct Entry {
    std::shared_mutex mutex;
    StudyTable table;
    TableFold fold;
  };

 public:
  explicit StudyTables(std::shared_ptr<Database> database) : scan_(std::move(database)) {}

  // Stays as it is while this lives.
  class Reading {
   public:
    const StudyTable& operator*() const { return entry_->table; }
    const StudyTable* operator->() const { return &entry_->table; }

   private:
    friend class StudyTables;
    explicit Reading(std::shared_ptr<Entry> entry)
        : entry_(std::move(entry)), lock_(entry_->mutex) {}
    std::shared_ptr<Entry> entry_;
    std::shared_lock<std::shared_mutex> lock_;
  };

  // As the log is now. May throw StoreError.
  Reading read(const std::string& study);
  // The study is deleted, or has come back from an archive with another log.
  void forget(const std::string& study);
  std::map<std::int64_t, std::string> workers(const std::string& study) {
    return scan_.workers(study);
  }

 private:
  std::shared_ptr<Entry> entry(const std::string& study);

  EventScan scan_;
  std::mutex mutex_;
  std::vector<std::pair<std::string, std::shared_ptr<Entry>>> entries_;  // the latest last
};

}  // namespace quarry::server
