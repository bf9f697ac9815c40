// A study's trials in groups: failures by what was wrong, and who was at which trial when. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "server/studies/study_table.hpp"

namespace quarry::server {

struct FailureGroup {
  std::string reason;   // every number in it a '#', so that layers and sizes do not make groups
  std::string example;  // the first one's own words
  TrialState state = TrialState::kFailed;
  std::vector<std::uint32_t> trials;  // ascending
};

// Failed and expired trials, the largest group first.
std::vector<FailureGroup> failures_of(const StudyTable& table);

// A trial from when it was proposed until it was over.
struct TimelineBar {
  std::uint32_t trial = 0;
  std::string worker;    // empty: a thread of the server
  std::size_t lane = 0;  // of the worker; bars of one lane do not overlap
  double from_s = 0.0;   // since the study's first trial was proposed
  double to_s = 0.0;
};

// A stretch of time, where bars would be too many.
struct TimelineBin {
  std::string worker;
  double from_s = 0.0;
  double to_s = 0.0;
  std::size_t finished = 0;
  std::size_t failed = 0;  // of those
};

struct Timeline {
  double from_s = 0.0;  // what is shown
  double to_s = 0.0;
  double last_s = 0.0;            // when the study's latest trial was over
  std::vector<TimelineBar> bars;  // in order of their begin
  std::vector<TimelineBin> bins;  // instead of bars where there are more than `limit`
};

// Of the trials that were over in [from_s, to_s] and those that were still open.
Timeline timeline_of(const StudyTable& table, const std::map<std::int64_t, std::string>& workers,
                     double from_s, double to_s, std::size_t limit);

}  // namespace quarry::server
