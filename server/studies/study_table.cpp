// Tested by tests/server/study_table_test.cpp. simdjson: a study of a hundred thousand trials has
// 150 MB of log, of which most (configs, policies) is only skipped.
#include "server/studies/study_table.hpp"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <ctime>
#include <stdexcept>

namespace quarry::server {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::size_t kTablesKept = 8;

// "2026-11-26T04:18:46.123Z"
std::int64_t milliseconds_of(std::string_view at) {
  const auto number = [&](std::size_t from, std::size_t count) {
    int value = 0;
    if (at.size() >= from + count)
      std::from_chars(at.data() + from, at.data() + from + count, value);
    return value;
  };
  std::tm utc{};
  utc.tm_year = number(0, 4) - 1900;
  utc.tm_mon = number(5, 2) - 1;
  utc.tm_mday = number(8, 2);
  utc.tm_hour = number(11, 2);
  utc.tm_min = number(14, 2);
  utc.tm_sec = number(17, 2);
  return std::int64_t{timegm(&utc)} * 1000 + number(20, 3);
}

void grow(MetricColumn& column, std::size_t size) {
  column.value.resize(size, kNoValue);
  column.spread.resize(size, 0.0F);
  column.source.resize(size, search::Source::kMeasured);
}

void grow(StudyTable& table, std::size_t size) {
  if (size <= table.size()) return;
  table.state.resize(size, TrialState::kQueued);
  table.on_front.resize(size, 0);
  table.genomes.resize(size * table.genes, 0);
  table.created_ms.resize(size, 0);
  table.finished_ms.resize(size, 0);
  table.reason.resize(size, 0);
  for (auto& [name, column] : table.metrics) grow(column, size);
  for (auto& [name, column] : table.predicted) column.resize(size, kNoValue);
}

search::Source source_of(std::string_view text) {
  for (const search::Source source : {search::Source::kExact, search::Source::kPredicted,
                                      search::Source::kImported, search::Source::kReported}) {
    if (text == search::to_text(source)) return source;
  }
  return search::Source::kMeasured;
}

void read_genome(ondemand::array list, StudyTable& table, std::size_t trial) {
  search::Genome genome;
  for (auto choice : list)
    genome.push_back(static_cast<search::Choice>(choice.get_uint64().value()));
  if (table.genes == 0) {
    table.genes = genome.size();
    table.genomes.resize(table.size() * table.genes, 0);
  }
  if (genome.size() != table.genes)
    throw std::runtime_error("the log holds genomes of different lengths");
  std::ranges::copy(genome,
                    table.genomes.begin() + static_cast<std::ptrdiff_t>(trial * table.genes));
}

void read_metrics(ondemand::object metrics, StudyTable& table, std::size_t trial,
                  bool again = false) {
  for (auto metric : metrics) {
    const std::string_view name = metric.unescaped_key();
    auto found = table.metrics.find(name);
    if (found == table.metrics.end()) found = table.metrics.emplace(name, MetricColumn{}).first;
    MetricColumn& column = found->second;
    grow(column, table.size());
    if (again && !std::isnan(column.value[trial]))
      column.first.emplace(static_cast<std::uint32_t>(trial), column.value[trial]);
    for (auto field : metric.value().get_object()) {
      const std::string_view key = field.unescaped_key();
      if (key == "value") column.value[trial] = field.value().get_double();
      if (key == "spread") column.spread[trial] = static_cast<float>(field.value().get_double());
      if (key == "source") column.source[trial] = source_of(field.value().get_string());
    }
  }
}

void read_predicted(ondemand::object origin, StudyTable& table, std::size_t trial) {
  for (auto field : origin) {
    if (std::string_view(field.unescaped_key()) != "predicted") continue;
    for (auto metric : field.value().get_object()) {
      const std::string_view name = metric.unescaped_key();
      auto found = table.predicted.find(name);
      if (found == table.predicted.end())
        found = table.predicted.emplace(name, std::vector<double>()).first;
      found->second.resize(table.size(), kNoValue);
      found->second[trial] = metric.value().get_double();
    }
  }
}

void set_front(ondemand::array numbers, StudyTable& table, std::uint8_t is_on) {
  for (auto number : numbers) {
    const std::uint64_t trial = number.get_uint64();
    if (trial < table.size()) table.on_front[trial] = is_on;
  }
}

void read_front(ondemand::object front, StudyTable& table, std::size_t trial) {
  for (auto field : front) {
    const std::string_view key = field.unescaped_key();
    if (key == "added") table.on_front[trial] = field.value().get_bool() ? 1 : 0;
    if (key == "removed") set_front(field.value().get_array(), table, 0);
  }
}

// {"trial", "metrics", "state", ...}: what all its runs say together.
void read_member(ondemand::object member, StudyTable& table) {
  const std::uint64_t trial = member["trial"].get_uint64();
  if (trial >= table.size()) return;
  if (auto state = member["state"]; !state.error())
    table.state[trial] = trial_state(std::string(state.get_string().value()));
  read_metrics(member["metrics"].get_object(), table, trial, true);
}

void read_confirmed(ondemand::document& document, StudyTable& table) {
  for (auto field : document.get_object()) {
    const std::string_view key = field.unescaped_key();
    if (key == "members") {
      for (auto member : field.value().get_array()) read_member(member.get_object(), table);
    } else if (key == "front") {
      for (auto change : field.value().get_object())
        set_front(change.value().get_array(), table,
                  std::string_view(change.unescaped_key()) == "added" ? 1 : 0);
    } else if (key == "hypervolume" && !table.finished.empty() &&
               !field.value().is_null().value()) {
      table.finished.back().hypervolume = field.value().get_double();
    }
  }
}

std::uint32_t index_of_reason(StudyTable& table, std::string_view text) {
  // The latest first: failures come in rows of the same.
  const auto found = std::find(table.reasons.rbegin(), table.reasons.rend(), text);
  if (found != table.reasons.rend())
    return static_cast<std::uint32_t>(table.reasons.rend() - found - 1);
  table.reasons.emplace_back(text);
  return static_cast<std::uint32_t>(table.reasons.size() - 1);
}

}  // namespace

struct TableFold::Parser {
  ondemand::parser parser;
  std::string text;  // with the bytes behind it that simdjson may read

  ondemand::document read(std::string_view data) {
    text.assign(data);
    text.resize(data.size() + simdjson::SIMDJSON_PADDING, ' ');
    return parser.iterate(text.data(), data.size(), text.size());
  }
};

TableFold::TableFold() : parser_(std::make_unique<Parser>()) {}
TableFold::~TableFold() = default;

namespace {

// {"number":17,...
std::size_t number_of(std::string_view data) {
  constexpr std::string_view kStart = "{\"number\":";
  std::size_t number = 0;
  const bool starts = data.starts_with(kStart);
  if (!starts ||
      std::from_chars(data.data() + kStart.size(), data.data() + data.size(), number).ec !=
          std::errc())
    throw std::runtime_error("the log holds an event of a trial without its number");
  return number;
}

void read_finished(ondemand::document& document, StudyTable& table, std::size_t trial) {
  FinishedStep step{.trial = static_cast<std::uint32_t>(trial)};
  for (auto field : document.get_object()) {
    const std::string_view key = field.unescaped_key();
    if (key == "state")
      table.state[trial] = trial_state(std::string(field.value().get_string().value()));
    else if (key == "genome")
      read_genome(field.value().get_array(), table, trial);
    else if (key == "metrics")
      read_metrics(field.value().get_object(), table, trial);
    else if (key == "origin")
      read_predicted(field.value().get_object(), table, trial);
    else if (key == "reason")
      table.reason[trial] = index_of_reason(table, field.value().get_string());
    else if (key == "front")
      read_front(field.value().get_object(), table, trial);
    else if (key == "elapsed_s")
      step.elapsed_s = field.value().get_double();
    else if (key == "hypervolume" && !field.value().is_null().value())
      step.hypervolume = field.value().get_double();
  }
  table.finished.push_back(step);
}

}  // namespace

void TableFold::add(StudyTable& table, const EventLine& line) {
  try {
    if (line.type == "trial.created") {
      const std::size_t trial = number_of(line.data);
      grow(table, trial + 1);
      table.created_ms[trial] = milliseconds_of(line.at);
    } else if (line.type == "trial.finished") {
      ondemand::document document = parser_->read(line.data);
      const std::size_t trial = number_of(line.data);
      grow(table, trial + 1);
      table.finished_ms[trial] = milliseconds_of(line.at);
      read_finished(document, table, trial);
    } else if (line.type == "trial.tested") {
      ondemand::document document = parser_->read(line.data);
      const std::uint64_t trial = document["number"].get_uint64();
      if (trial < table.size()) read_metrics(document["metrics"].get_object(), table, trial);
    } else if (line.type == "study.confirmed") {
      ondemand::document document = parser_->read(line.data);
      read_confirmed(document, table);
    }
  } catch (const simdjson::simdjson_error& error) {
    throw std::runtime_error("event " + std::to_string(line.sequence) +
                             " of the log cannot be read: " + error.what());
  }
  table.sequence = line.sequence;
}

std::shared_ptr<StudyTables::Entry> StudyTables::entry(const std::string& study) {
  const std::scoped_lock lock(mutex_);
  const auto found =
      std::ranges::find(entries_, study, [](const auto& pair) { return pair.first; });
  if (found != entries_.end()) {
    std::rotate(found, found + 1, entries_.end());
  } else {
    if (entries_.size() == kTablesKept) entries_.erase(entries_.begin());
    entries_.emplace_back(study, std::make_shared<Entry>());
  }
  return entries_.back().second;
}

void StudyTables::forget(const std::string& study) {
  const std::scoped_lock lock(mutex_);
  std::erase_if(entries_, [&](const auto& entry) { return entry.first == study; });
}

StudyTables::Reading StudyTables::read(const std::string& study) {
  std::shared_ptr<Entry> found = entry(study);
  {
    const std::unique_lock lock(found->mutex);
    scan_.scan(study, found->table.sequence,
               [&](const EventLine& line) { found->fold.add(found->table, line); });
  }
  return Reading(std::move(found));
}

}  // namespace quarry::server
