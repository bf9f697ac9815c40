// Tested by tests/server/study_report_test.cpp.
#include "server/cli/study_report.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

namespace quarry::server {
std::string duration(double seconds) {
  const auto whole = std::lround(seconds);
  return whole >= 3600 ? fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60)
                       : fmt::format("{}:{:02}", whole / 60, whole % 60);
}

namespace {

using nlohmann::json;

std::string joined(const json& words, const char* between = ",") {
  std::string text;
  for (const json& word : words) text += (text.empty() ? "" : between) + word.get<std::string>();
  return text;
}

std::string line(const char* name, const std::string& text) {
  return text.empty() ? "" : fmt::format("  {:<12}{}\n", name, text);
}

std::string objectives_of(const json& spec) {
  std::string text;
  for (const json& objective : spec.at("objectives"))
    text += (text.empty() ? "" : ", ") + objective.value("goal", "minimize") + " " +
            objective.at("metric").get<std::string>();
  return text;
}

std::string progress_of(const json& study) {
  const json& progress = study.at("progress");
  std::string text = fmt::format("{} of {} trials in {}", progress.at("trials").get<std::int64_t>(),
                                 progress.at("budget").at("trials").get<std::int64_t>(),
                                 duration(progress.at("elapsed_s").get<double>()));
  if (progress.value("eta_s", json()).is_number())
    text += ", ETA " + duration(progress["eta_s"].get<double>());
  return text;
}

// Columns as wide as what is in them; numbers stand at the right.
std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    std::string shown;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool is_number = !row[i].empty() && (std::isdigit(row[i][0]) != 0 || row[i][0] == '-');
      shown += (i == 0 ? "" : "  ") + (is_number ? fmt::format("{:>{}}", row[i], widths[i])
                                                 : fmt::format("{:<{}}", row[i], widths[i]));
    }
    text += shown.substr(0, shown.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

std::string number(const json& value) {
  if (value.is_number_integer()) return std::to_string(value.get<std::int64_t>());
  return value.is_number() ? fmt::format("{:.6g}", value.get<double>()) : "";
}

}  // namespace

std::string study_table(const json& studies) {
  std::string text;
  for (const json& study : studies) {
    const json& progress = study.at("progress");
    text +=
        fmt::format("{}  {:<9}  {:>6}/{:<6}  {}", study.at("id").get<std::string>(),
                    study.at("state").get<std::string>(), progress.at("trials").get<std::int64_t>(),
                    progress.at("budget").at("trials").get<std::int64_t>(),
                    study.at("name").get<std::string>());
    if (!study.at("tags").empty()) text += "  [" + joined(study["tags"]) + "]";
    text += "\n";
  }
  return text;
}

std::string study_report(const json& study) {
  const json& spec = study.at("spec");
  const std::string reason = study.value("reason", "");
  std::string text =
      study.at("id").get<std::string>() + "  " + study.at("name").get<std::string>() + "\n";
  text +=
      line("state", study.at("state").get<std::string>() + (reason.empty() ? "" : ": " + reason));
  text += line("supernet", spec.value("supernet", ""));
  text += line("objectives", objectives_of(spec));
  text += line("algorithm", spec.value("algorithm", json::object()).value("name", ""));
  text += line("progress", progress_of(study));
  text += line("hypervolume", number(study.value("hypervolume", json())));
  text += line("tags", joined(study.value("tags", json::array()), ", "));
  text += line("notes", study.value("notes", ""));
  text += line("allowed", joined(study.value("allowed", json::array()), ", "));
  for (const json& entry : study.value("history", json::array())) {
    const std::string why = entry.value("reason", "");
    text += "  " + entry.at("at").get<std::string>() + "  " + entry.at("state").get<std::string>() +
            (why.empty() ? "" : ": " + why) + "\n";
  }
  return text;
}

std::string trial_table(const json& trials) {
  std::set<std::string> metrics;
  for (const json& trial : trials) {
    for (const auto& [name, measurement] : trial.at("metrics").items()) metrics.insert(name);
  }
  std::vector<std::vector<std::string>> rows = {{"trial", "state"}};
  rows[0].insert(rows[0].end(), metrics.begin(), metrics.end());
  rows[0].emplace_back("origin");
  for (const json& trial : trials) {
    std::vector<std::string> row = {number(trial.at("number")), trial.at("state")};
    for (const std::string& metric : metrics)
      row.push_back(trial["metrics"].contains(metric) ? number(trial["metrics"][metric].at("value"))
                                                      : "");
    row.push_back(trial.at("origin").value("how", ""));
    rows.push_back(std::move(row));
  }
  return table(rows);
}

std::string measurement_table(const json& measurements) {
  std::vector<std::vector<std::string>> rows = {
      {"id", "metric", "value", "spread", "source", "supernet", "evaluator", "fingerprint"}};
  for (const json& one : measurements)
    rows.push_back({number(one.at("id")), one.at("metric"), number(one.at("value")),
                    number(one.at("spread")), one.at("source"), one.at("supernet"),
                    one.at("evaluator"), one.value("fingerprint", "")});
  return table(rows);
}

std::string machine_table(const json& machines) {
  std::vector<std::vector<std::string>> rows = {{"fingerprint", "measurements", "machine"}};
  for (const json& machine : machines)
    rows.push_back({machine.at("id"), number(machine.at("measurements")), machine.at("text")});
  return table(rows);
}

std::string worker_table(const json& workers) {
  std::vector<std::vector<std::string>> rows = {{"worker", "kind", "silent", "tags", "tasks"}};
  for (const json& worker : workers) {
    std::string tasks;
    for (const json& task : worker.at("tasks"))
      tasks += (tasks.empty() ? "" : ", ") + task.at("id").get<std::string>();
    rows.push_back({worker.at("name"), worker.at("kind"),
                    worker.contains("silent_s") ? duration(worker["silent_s"].get<double>()) : "",
                    joined(worker.value("tags", json::array())), tasks});
  }
  return table(rows);
}

}  // namespace quarry::server
