// What a worker or a program of the user's reports of a task.
#include <cmath>
#include <nlohmann/json.hpp>

#include "server/api/task_documents.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace quarry;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  search::FieldErrors errors;
  const auto document = server::parse_report(std::string(fuzz::text_of(data, size)), errors);
  fuzz::require(document.has_value() == errors.empty(), "JSON is read, or its mistake is told");
  if (!document) return 0;
  const auto report = server::read_metrics_report(*document, {"accuracy", "latency_ms"},
                                                  search::Source::kReported, errors);
  fuzz::require(report.has_value() == errors.empty(), "a report is read, or its mistakes told");
  if (report) {
    fuzz::require(report->evaluation.metrics.size() == 2, "it brings what was asked for");
    for (const auto& [metric, measurement] : report->evaluation.metrics) {
      fuzz::require(std::isfinite(measurement.value), "finite");
      fuzz::require(std::isfinite(measurement.spread) && measurement.spread >= 0.0, "a spread");
    }
  }
  search::FieldErrors others;
  const auto failure = server::read_failure_report(*document, others);
  fuzz::require(failure.has_value() == others.empty(), "a failure is read, or its mistakes told");
  return 0;
}
