// Tested by tests/server/front_report_test.cpp.
#include "server/cli/front_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "search/core/metric_name.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

std::optional<double> value_of(const json& trial, const std::string& metric) {
  const json& metrics = trial.at("metrics");
  if (!metrics.contains(metric)) return std::nullopt;
  return metrics[metric].at("value").get<double>();
}

// Whether a trial has the metric as a predictor's guess only.
bool is_predicted(const json& trial, const std::string& metric) {
  const json& metrics = trial.at("metrics");
  return metrics.contains(metric) && metrics[metric].value("source", "") == "predicted";
}

bool any_predicted(const json& front, const std::string& metric) {
  const auto predicted = [&](const json& trial) { return is_predicted(trial, metric); };
  return std::ranges::any_of(front.at("items"), predicted) ||
         std::ranges::any_of(front.value("baselines", json::array()), predicted);
}

std::string cell(const json& trial, const std::string& name) {
  const auto value = value_of(trial, name);
  if (!value) return "-";
  const double spread = trial["metrics"][name].value("spread", 0.0);
  const std::string_view metric = search::metric_of(name);
  if (metric.ends_with("accuracy")) return fmt::format("{:.2f} %", *value * 100);
  if (metric == "latency_ms") return fmt::format("{:.3f} ± {:.3f}", *value, spread);
  if (metric == "model_size_bytes") return fmt::format("{:.1f} KB", *value / 1000);
  if (metric == "macs" || metric == "params") return fmt::format("{:.2f} M", *value / 1e6);
  return fmt::format("{:.6g}", *value);
}

std::string heading(const std::string& metric) {
  if (metric == "model_size_bytes") return "size";
  if (metric == "test_accuracy") return "on test set";
  if (metric == "latency_ms") return "latency, ms";
  if (metric.starts_with("latency_ms@"))
    return "latency, ms, " + std::string(search::place_of(metric));
  return metric;
}

// "depth 4": the parameters that are single numbers.
std::string shape_of(const json& trial) {
  std::string text;
  for (const auto& [name, value] : trial.at("config").items()) {
    if (value.is_number()) text += (text.empty() ? "" : ", ") + name + " " + value.dump();
  }
  return text;
}

// "int8 x 9, bf16 x 2": how many quantizable operators have each precision.
std::string precisions_of(const json& trial) {
  std::map<std::string, int> counts;
  for (const auto& [name, precision] : trial.at("policy").items())
    ++counts[precision.get<std::string>()];
  std::string text;
  for (const char* precision : {"f32", "bf16", "int8", "int8_w4"}) {
    if (counts[precision] > 0)
      text += fmt::format("{}{} x {}", text.empty() ? "" : ", ", precision, counts[precision]);
  }
  return text;
}

// Display width: bytes that do not continue a UTF-8 character.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string aligned(const std::vector<std::vector<std::string>>& rows,
                    std::size_t left_columns_from) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], width_of(row[c]));
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c) {
      const std::string padding(widths[c] - width_of(row[c]), ' ');
      const bool left = c == 0 || c >= left_columns_from;
      line += (c == 0 ? "" : "  ") + (left ? row[c] + padding : padding + row[c]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::vector<std::string> shown_metrics(const json& study, const json& front) {
  std::vector<std::string> metrics;
  for (const json& objective : study.at("spec").at("objectives"))
    metrics.push_back(objective.at("metric"));
  const auto has_test = [](const json& trial) {
    return trial.at("metrics").contains("test_accuracy");
  };
  const bool tested = std::ranges::any_of(front.at("items"), has_test) ||
                      std::ranges::any_of(front.at("baselines"), has_test);
  const auto accuracy = std::ranges::find(metrics, "accuracy");
  if (tested) metrics.insert(accuracy == metrics.end() ? accuracy : accuracy + 1, "test_accuracy");
  return metrics;
}

std::string gain_sentence(const json& front, const json& baseline) {
  constexpr double kHalfAPoint = 0.005;
  const std::string name = baseline.at("origin").at("baseline");
  const auto gain = [&](const json& trial, const char* metric) {
    const auto mine = value_of(trial, metric);
    const auto theirs = value_of(baseline, metric);
    return mine && theirs && *mine > 0.0 ? *theirs / *mine : 1.0;
  };
  const json* best = nullptr;
  for (const json& trial : front.at("items")) {
    const auto accuracy = value_of(trial, "accuracy");
    if (trial.at("number") == baseline.at("number") || !accuracy ||
        *accuracy < *value_of(baseline, "accuracy") - kHalfAPoint)
      continue;
    if (gain(trial, "latency_ms") < 1.0 || gain(trial, "model_size_bytes") < 1.0) continue;
    const auto merit = [&](const json& candidate) {
      return gain(candidate, "latency_ms") * gain(candidate, "model_size_bytes");
    };
    if (best == nullptr || merit(trial) > merit(*best)) best = &trial;
  }
  if (best == nullptr) {
    return fmt::format(
        "No network of the front is both faster and smaller than the {} network within half a "
        "point of its accuracy.",
        name);
  }
  std::string sentence = fmt::format("Trial {} is {:.2f} times faster",
                                     best->at("number").get<int>(), gain(*best, "latency_ms"));
  if (value_of(*best, "model_size_bytes"))
    sentence += fmt::format(" and {:.2f} times smaller", gain(*best, "model_size_bytes"));
  sentence += fmt::format(" than the {} network, with {} against {} on the validation images", name,
                          cell(*best, "accuracy"), cell(baseline, "accuracy"));
  if (value_of(*best, "test_accuracy") && value_of(baseline, "test_accuracy")) {
    sentence += fmt::format(" and {} against {} on the official test set",
                            cell(*best, "test_accuracy"), cell(baseline, "test_accuracy"));
  }
  return sentence + ".";
}

}  // namespace

std::string front_table(const json& study, const json& front, std::size_t limit) {
  const std::vector<std::string> metrics = shown_metrics(study, front);
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> head = {"network"};
  for (const std::string& metric : metrics)
    head.push_back(heading(metric) + (any_predicted(front, metric) ? " (predicted)" : ""));
  head.insert(head.end(), {"shape", "operators by precision"});
  rows.push_back(head);
  const auto add = [&](const std::string& label, const json& trial) {
    std::vector<std::string> row = {label};
    for (const std::string& metric : metrics) row.push_back(cell(trial, metric));
    row.push_back(shape_of(trial));
    row.push_back(precisions_of(trial));
    rows.push_back(row);
  };
  for (const json& trial : front.at("baselines"))
    add(trial.at("origin").value("baseline", ""), trial);

  std::vector<json> members(front.at("items").begin(), front.at("items").end());
  const json& first = study.at("spec").at("objectives").at(0);
  const std::string sorted_by = first.at("metric");
  const double sign = first.value("goal", "maximize") == "maximize" ? 1.0 : -1.0;
  std::ranges::stable_sort(members, std::ranges::greater{}, [&](const json& trial) {
    return sign * value_of(trial, sorted_by).value_or(0.0);
  });
  const std::size_t shown = std::min(limit, members.size());
  for (std::size_t i = 0; i < shown; ++i) {
    const std::size_t at = shown < 2 ? 0 : i * (members.size() - 1) / (shown - 1);
    add(fmt::format("trial {}", members[at].at("number").get<int>()), members[at]);
  }
  std::string text = aligned(rows, 1 + metrics.size());
  if (shown < members.size())
    text += fmt::format("... and {} more on the front\n", members.size() - shown);
  return text;
}

std::string front_csv(const json& front) {
  std::vector<std::string> metrics;
  for (const json& trial : front.at("items")) {
    for (const auto& [name, ignored] : trial.at("metrics").items()) {
      if (std::ranges::find(metrics, name) == metrics.end()) metrics.push_back(name);
    }
  }
  std::ranges::sort(metrics);
  std::string text = "trial";
  for (const std::string& metric : metrics) {
    text += "," + metric + "," + metric + "_spread";
    if (any_predicted(front, metric)) text += "," + metric + "_source";
  }
  text += ",config\n";
  for (const json& trial : front.at("items")) {
    text += trial.at("number").dump();
    for (const std::string& metric : metrics) {
      const bool there = trial.at("metrics").contains(metric);
      text += there ? "," + trial["metrics"][metric].at("value").dump() + "," +
                          trial["metrics"][metric].at("spread").dump()
                    : ",,";
      if (any_predicted(front, metric))
        text += there ? "," + trial["metrics"][metric].value("source", "") : ",";
    }
    std::string config;
    for (const char letter : trial.at("config").dump())
      config += letter == '"' ? std::string("\"\"") : std::string(1, letter);
    text += ",\"" + config + "\"\n";
  }
  return text;
}

std::vector<std::string> gain_sentences(const json& front) {
  std::optional<double> smallest;
  for (const json& baseline : front.at("baselines")) {
    const auto size = value_of(baseline, "model_size_bytes");
    if (size && (!smallest || *size < *smallest)) smallest = size;
  }
  std::vector<std::string> sentences;
  for (const json& baseline : front.at("baselines")) {
    if (!value_of(baseline, "accuracy") || !value_of(baseline, "latency_ms")) continue;
    // A gain is claimed of what was measured only.
    if (is_predicted(baseline, "accuracy") || is_predicted(baseline, "latency_ms")) continue;
    if (front["baselines"].size() > 1 && value_of(baseline, "model_size_bytes") == smallest)
      continue;
    sentences.push_back(gain_sentence(front, baseline));
  }
  return sentences;
}

}  // namespace quarry::server
