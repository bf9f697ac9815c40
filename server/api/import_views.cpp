// Tested by tests/server/imports_test.cpp.
#include "server/api/import_views.hpp"

#include <nlohmann/json.hpp>

namespace quarry::server {
namespace {

using nlohmann::ordered_json;

ordered_json columns_view(const std::vector<evaluators::Column>& columns) {
  ordered_json views = ordered_json::array();
  for (const evaluators::Column& column : columns) {
    ordered_json view = {{"column", column.name}, {"is", evaluators::to_text(column)}};
    if (!column.suggestion.empty()) view["suggestion"] = column.suggestion;
    views.push_back(std::move(view));
  }
  return views;
}

ordered_json ranges_view(const std::vector<evaluators::MetricRange>& ranges) {
  ordered_json views = ordered_json::object();
  for (const evaluators::MetricRange& range : ranges) {
    views[range.metric] = {{"values", range.values},
                           {"networks", range.networks},
                           {"min", range.min},
                           {"max", range.max},
                           {"mean", range.mean},
                           {"repeated", range.repeated},
                           {"largest_difference", range.largest_difference}};
  }
  return views;
}

ordered_json checks_view(const std::vector<evaluators::FormulaCheck>& checks) {
  ordered_json views = ordered_json::array();
  for (const evaluators::FormulaCheck& check : checks) {
    ordered_json view = {{"column", check.column},
                         {"metric", check.metric},
                         {"compared", check.compared},
                         {"equal", check.equal}};
    if (!check.others.empty()) view["equal_to_others"] = check.others;
    if (!check.suggestion.empty()) view["suggestion"] = check.suggestion;
    views.push_back(std::move(view));
  }
  return views;
}

}  // namespace

ordered_json report_view(const evaluators::ResultFile& file) {
  ordered_json rejected = ordered_json::array();
  for (const evaluators::RejectedRow& row : file.rejected_rows)
    rejected.push_back({{"line", row.line}, {"column", row.column}, {"reason", row.reason}});
  ordered_json repeated = ordered_json::array();
  for (const evaluators::RepeatedNetwork& network : file.repeated_networks)
    repeated.push_back(
        {{"genome", network.genome}, {"rows", network.rows}, {"lines", network.lines}});
  return {{"format", evaluators::to_text(file.format)},
          {"rows", file.rows.size() + file.rejected},
          {"taken", file.rows.size()},
          {"rejected", file.rejected},
          {"networks", file.networks},
          {"repeated", file.repeated},
          {"columns", columns_view(file.columns)},
          {"metrics", ranges_view(file.ranges)},
          {"checks", checks_view(file.checks)},
          {"rejected_rows", std::move(rejected)},
          {"repeated_networks", std::move(repeated)}};
}

ordered_json import_view(const ImportRecord& record, bool with_report) {
  ordered_json view = {{"id", record.id},
                       {"name", record.name},
                       {"supernet", record.supernet},
                       {"supernet_version", record.supernet_version},
                       {"file", record.file},
                       {"fingerprint", record.fingerprint},
                       {"created_at", record.created_at},
                       {"rows", record.rows},
                       {"metrics", ordered_json::parse(record.metrics)}};
  if (with_report) view["report"] = ordered_json::parse(record.report);
  return view;
}

}  // namespace quarry::server
