// Tested by tests/server/task_api_test.cpp.
#include "server/api/task_documents.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <nlohmann/json.hpp>

#include "search/network/network.hpp"
#include "search/supernets/config.hpp"
#include "search/supernets/json_fields.hpp"
#include "server/studies/trial_log.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;
using search::Presence;

constexpr double kLargest = std::numeric_limits<double>::max();
constexpr std::size_t kMostDetails = 1024;
constexpr std::size_t kMostSamplesTold = 100'000;
constexpr std::size_t kMostBytes = 4096;

// The end of the number or bare word that starts at `begin`.
std::size_t word_end(const std::string& text, std::size_t begin) {
  const std::size_t end = text.find_first_of(" \t\r\n,:]}[{\"", begin);
  return end == std::string::npos ? text.size() : end;
}

bool is_no_finite_number(const std::string& word) {
  for (const char* name : {"NaN", "nan", "Infinity", "-Infinity", "inf", "-inf"}) {
    if (word == name) return true;
  }
  if (word.find_first_not_of("+-.0123456789eE") != std::string::npos) return false;
  return std::isinf(std::strtod(word.c_str(), nullptr));
}

// Puts quotes around what is no finite number.
std::string quoted(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    if (text[i] == '"') {
      std::size_t end = i + 1;
      while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
      end = std::min(end + 1, text.size());
      out.append(text, i, end - i);
      i = end;
    } else if (std::isalnum(static_cast<unsigned char>(text[i])) != 0 || text[i] == '-') {
      const std::size_t end = word_end(text, i);
      const std::string word = text.substr(i, end - i);
      out += is_no_finite_number(word) ? "\"" + word + "\"" : word;
      i = end;
    } else {
      out += text[i++];
    }
  }
  return out;
}

std::optional<double> finite(const json& value, const std::string& pointer,
                             search::FieldErrors& errors) {
  if (value.is_number() && std::isfinite(value.get<double>())) return value.get<double>();
  const std::string got =
      value.is_string() ? "\"" + value.get<std::string>() + "\"" : search::json_type(value);
  errors.push_back({pointer, "must be a finite number, got " + got});
  return std::nullopt;
}

// What is stored and shown with every trial stays short.
std::string text_of(search::ObjectReader& reader, const std::string& field, Presence presence) {
  std::string text = reader.text(field, presence).value_or("");
  if (text.size() > kMostBytes)
    reader.error(field, "must be at most " + std::to_string(kMostBytes) + " bytes, got " +
                            std::to_string(text.size()));
  return text;
}

// However many there are, in whatever order: what is kept of them is thinned.
std::vector<double> sample_values_of(const json& given, const std::string& pointer,
                                     search::FieldErrors& errors) {
  std::vector<double> values;
  if (given.size() > kMostSamplesTold) {
    errors.push_back({pointer, "must have at most " + std::to_string(kMostSamplesTold) +
                                   " numbers, got " + std::to_string(given.size())});
    return values;
  }
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (const auto value =
            finite(given[i], search::child_pointer(pointer, std::to_string(i)), errors))
      values.push_back(*value);
  }
  return search::thinned(std::move(values));
}

search::Measurement read_measurement(const json& given, const std::string& pointer,
                                     search::Source source, search::FieldErrors& errors) {
  search::Measurement measurement{.source = source};
  if (!given.is_object()) {
    measurement.value = finite(given, pointer, errors).value_or(0.0);
    return measurement;
  }
  search::ObjectReader reader(given, pointer, errors);
  const json* value = reader.any("value", Presence::kRequired);
  if (value != nullptr)
    measurement.value = finite(*value, reader.pointer("value"), errors).value_or(0.0);
  measurement.spread = reader.number("spread", Presence::kOptional, 0.0, kLargest).value_or(0.0);
  measurement.samples = reader.integer("samples", Presence::kOptional, 1, 9e15).value_or(1);
  measurement.fingerprint = text_of(reader, "fingerprint", Presence::kOptional);
  if (const json* detail = reader.object("detail", Presence::kOptional)) {
    if (detail->size() > kMostDetails) {
      reader.error("detail", "must have at most " + std::to_string(kMostDetails) +
                                 " numbers, got " + std::to_string(detail->size()));
      return measurement;
    }
    for (const auto& [name, number] : detail->items()) {
      const auto read =
          finite(number, search::child_pointer(reader.pointer("detail"), name), errors);
      if (read) measurement.detail[name] = *read;
    }
  }
  if (const json* values = reader.array("sample_values", Presence::kOptional))
    measurement.sample_values = sample_values_of(*values, reader.pointer("sample_values"), errors);
  reader.finish();
  return measurement;
}

}  // namespace

std::optional<json> parse_report(const std::string& text, search::FieldErrors& errors) {
  return search::parse_json(quoted(text), errors);
}

nlohmann::ordered_json lease_view(const Lease& lease, const evaluators::SupernetLibrary& supernets,
                                  const std::string& now) {
  const evaluators::Task& task = lease.task;
  nlohmann::ordered_json view = {{"id", task.id},
                                 {"token", lease.token},
                                 {"lease_s", lease.seconds},
                                 {"leased_at", now},
                                 {"worker", lease.worker},
                                 {"study", task.study},
                                 {"trial", task.trial},
                                 {"supernet", task.supernet},
                                 {"evaluator", task.evaluator},
                                 {"options", search::options_to_json(task.options)},
                                 {"metrics", task.metrics},
                                 {"tags", task.tags},
                                 {"genome", task.genome}};
  const evaluators::LoadedSupernet* loaded = supernets.find(task.supernet);
  if (loaded == nullptr) return view;  // taken away since; the worker will say so
  const search::Supernet& supernet = loaded->supernet();
  view["supernet_version"] = loaded->version();
  view["config"] = search::config_to_json(supernet.space, task.genome);
  nlohmann::ordered_json policy = nlohmann::ordered_json::object();
  for (const auto& [name, precision] : search::policy_of(supernet.network(task.genome)))
    policy[name] = search::to_text(precision);
  view["policy"] = std::move(policy);
  return view;
}

std::optional<Report> read_metrics_report(const json& document,
                                          const std::vector<std::string>& metrics,
                                          search::Source source, search::FieldErrors& errors) {
  const std::size_t before = errors.size();
  Report report;
  search::ObjectReader reader(document, "", errors);
  report.token = reader.integer("token", Presence::kRequired, 1, 9e15).value_or(0);
  const json* given = reader.object("metrics", Presence::kRequired);
  if (given != nullptr && report.token > 0) {
    for (const auto& [name, value] : given->items()) {
      const std::string pointer = search::child_pointer("/metrics", name);
      if (std::find(metrics.begin(), metrics.end(), name) == metrics.end()) {
        errors.push_back(
            {pointer, "is not asked for; this task brings " + search::one_of(metrics)});
      } else {
        report.evaluation.metrics[name] = read_measurement(value, pointer, source, errors);
      }
    }
    for (const std::string& metric : metrics) {
      if (!given->contains(metric))
        errors.push_back({search::child_pointer("/metrics", metric), "is missing"});
    }
  }
  if (const json* machine = reader.object("machine", Presence::kOptional)) {
    search::ObjectReader fields(*machine, "/machine", errors);
    report.evaluation.fingerprint.first = text_of(fields, "id", Presence::kRequired);
    report.evaluation.fingerprint.second = text_of(fields, "text", Presence::kRequired);
    fields.finish();
  }
  reader.finish();
  if (errors.size() > before) return std::nullopt;
  return report;
}

std::optional<Report> read_failure_report(const json& document, search::FieldErrors& errors) {
  const std::size_t before = errors.size();
  Report report;
  search::ObjectReader reader(document, "", errors);
  report.token = reader.integer("token", Presence::kRequired, 1, 9e15).value_or(0);
  report.evaluation.failure = text_of(reader, "reason", Presence::kRequired);
  if (report.evaluation.failure.empty() && errors.size() == before)
    reader.error("reason", "must say why");
  if (reader.flag("retryable", Presence::kOptional).value_or(false))
    report.evaluation.kind = evaluators::FailureKind::kRetryable;
  reader.finish();
  if (errors.size() > before) return std::nullopt;
  return report;
}

}  // namespace quarry::server
