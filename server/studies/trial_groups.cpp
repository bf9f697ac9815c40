// Tested by tests/server/trial_groups_test.cpp.
#include "server/studies/trial_groups.hpp"

#include <algorithm>
#include <cctype>

namespace quarry::server {
namespace {

constexpr std::size_t kBins = 200;

bool is_digit(char letter) { return std::isdigit(static_cast<unsigned char>(letter)) != 0; }

// "layer3.fc1 needs 12.5 MB" -> "layer#.fc# needs # MB"
std::string without_numbers(const std::string& reason) {
  std::string text;
  for (std::size_t i = 0; i < reason.size(); ++i) {
    if (!is_digit(reason[i])) {
      text += reason[i];
      continue;
    }
    const auto goes_on = [&](std::size_t at) {
      return is_digit(reason[at]) ||
             (reason[at] == '.' && at + 1 < reason.size() && is_digit(reason[at + 1]));
    };
    while (i + 1 < reason.size() && goes_on(i + 1)) ++i;
    text += '#';
  }
  return text;
}

std::int64_t first_moment(const StudyTable& table) {
  std::int64_t first = 0;
  for (const std::int64_t at : table.created_ms)
    if (at != 0 && (first == 0 || at < first)) first = at;
  return first;
}

// The first lane that is free again takes the next bar.
void assign_lanes(std::vector<TimelineBar>& bars) {
  std::ranges::stable_sort(bars, {}, &TimelineBar::from_s);
  std::map<std::string, std::vector<double>> free_at;
  for (TimelineBar& bar : bars) {
    std::vector<double>& lanes = free_at[bar.worker];
    const auto free = std::ranges::find_if(lanes, [&](double at) { return at <= bar.from_s; });
    bar.lane = static_cast<std::size_t>(free - lanes.begin());
    if (free == lanes.end()) lanes.push_back(0.0);
    lanes[bar.lane] = bar.to_s;
  }
}

std::vector<TimelineBin> bins_of(const StudyTable& table, const std::vector<TimelineBar>& bars,
                                 double from_s, double to_s) {
  const double width = (to_s - from_s) / static_cast<double>(kBins);
  std::map<std::pair<std::string, std::size_t>, TimelineBin> bins;
  for (const TimelineBar& bar : bars) {
    if (table.finished_ms[bar.trial] == 0) continue;
    const auto place = std::min(static_cast<std::size_t>((bar.to_s - from_s) / width), kBins - 1);
    TimelineBin& bin = bins[{bar.worker, place}];
    bin.worker = bar.worker;
    bin.from_s = from_s + width * static_cast<double>(place);
    bin.to_s = bin.from_s + width;
    ++bin.finished;
    if (!table.is_measured(bar.trial)) ++bin.failed;
  }
  std::vector<TimelineBin> all;
  for (auto& [key, bin] : bins) all.push_back(std::move(bin));
  return all;
}

}  // namespace

std::vector<FailureGroup> failures_of(const StudyTable& table) {
  std::map<std::pair<std::string, TrialState>, FailureGroup> groups;
  for (std::size_t trial = 0; trial < table.size(); ++trial) {
    const TrialState state = table.state[trial];
    if (state != TrialState::kFailed && state != TrialState::kExpired) continue;
    const std::string& words = table.reasons[table.reason[trial]];
    FailureGroup& group = groups[{without_numbers(words), state}];
    if (group.trials.empty()) {
      group.reason = without_numbers(words);
      group.example = words;
      group.state = state;
    }
    group.trials.push_back(static_cast<std::uint32_t>(trial));
  }
  std::vector<FailureGroup> all;
  for (auto& [key, group] : groups) all.push_back(std::move(group));
  std::ranges::stable_sort(all, std::ranges::greater{},
                           [](const FailureGroup& group) { return group.trials.size(); });
  return all;
}

Timeline timeline_of(const StudyTable& table, const std::map<std::int64_t, std::string>& workers,
                     double from_s, double to_s, std::size_t limit) {
  Timeline timeline;
  const std::int64_t first = first_moment(table);
  const auto seconds = [&](std::int64_t at) { return static_cast<double>(at - first) / 1000.0; };
  for (std::size_t trial = 0; trial < table.size(); ++trial)
    timeline.last_s = std::max({timeline.last_s, seconds(std::max(table.finished_ms[trial], first)),
                                seconds(std::max(table.created_ms[trial], first))});
  timeline.from_s = std::max(from_s, 0.0);
  timeline.to_s = std::max(std::min(to_s, timeline.last_s), timeline.from_s);
  for (std::size_t trial = 0; trial < table.size(); ++trial) {
    if (table.created_ms[trial] == 0) continue;
    const bool is_open = table.finished_ms[trial] == 0;
    const double begin = seconds(table.created_ms[trial]);
    const double end = is_open ? timeline.last_s : seconds(table.finished_ms[trial]);
    if (end < timeline.from_s || (is_open ? begin : end) > timeline.to_s) continue;
    const auto worker = workers.find(static_cast<std::int64_t>(trial));
    timeline.bars.push_back({.trial = static_cast<std::uint32_t>(trial),
                             .worker = worker == workers.end() ? "" : worker->second,
                             .from_s = begin,
                             .to_s = end});
  }
  if (timeline.bars.size() <= limit) {
    assign_lanes(timeline.bars);
  } else if (timeline.to_s > timeline.from_s) {
    timeline.bins = bins_of(table, timeline.bars, timeline.from_s, timeline.to_s);
    timeline.bars.clear();
  }
  return timeline;
}

}  // namespace quarry::server
