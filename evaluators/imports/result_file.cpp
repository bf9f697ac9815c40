// Tested by tests/evaluators/result_file_test.cpp and, on every published file, by
// tests/shared/imports_test.cpp.
#include "evaluators/imports/result_file.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "evaluators/imports/formula_check.hpp"
#include "evaluators/imports/row_reader.hpp"

namespace quarry::evaluators {
namespace {

class FileReader {
 public:
  FileReader(ResultFile& file, const search::Supernet& supernet)
      : file_(file),
        supernet_(supernet),
        row_reader_(file.columns, supernet, file.format == ResultFormat::kDynast) {
    for (std::size_t i = 0; i < file.columns.size(); ++i) {
      const Column& column = file.columns[i];
      if (column.kind != ColumnKind::kMetric) continue;
      if (has_formula(column.target)) {
        check_columns_.push_back(i);
        file.checks.push_back({.column = column.name, .metric = column.target});
      } else {
        value_columns_.push_back(i);
        file.metrics.push_back(column.target);
      }
    }
  }

  // Takes the row or says why not.
  void read(ResultRecord& record) {
    RowMistake mistake;
    if (!record.problem.empty()) return reject(record.line, {"", record.problem});
    const std::optional<search::Genome> genome = row_reader_.genome(record, mistake);
    if (!genome) return reject(record.line, mistake);
    ResultRow row{.line = record.line, .genome = *genome, .values = {}};
    mistake = {};
    bool measured = false;
    for (const std::size_t column : value_columns_) {
      const auto value = row_reader_.value(record, column, mistake);
      if (!mistake.reason.empty()) return reject(record.line, mistake);
      row.values.push_back(value.value_or(std::numeric_limits<double>::quiet_NaN()));
      measured = measured || value.has_value();
    }
    if (!check_formulas(record, *genome, mistake)) return reject(record.line, mistake);
    if (!measured) return reject(record.line, {"", "holds no measured value"});
    file_.rows.push_back(std::move(row));
  }

 private:
  void reject(std::size_t line, const RowMistake& mistake) {
    ++file_.rejected;
    if (file_.rejected_rows.size() < kListedRows)
      file_.rejected_rows.push_back({line, mistake.column, mistake.reason});
  }

  bool check_formulas(const ResultRecord& record, const search::Genome& genome,
                      RowMistake& mistake) {
    std::optional<NetworkFormulas> formulas;
    for (std::size_t i = 0; i < check_columns_.size(); ++i) {
      const Column& column = file_.columns[check_columns_[i]];
      RowMistake unreadable;
      const auto value = row_reader_.value(record, check_columns_[i], unreadable);
      if (!unreadable.reason.empty()) {
        mistake = unreadable;
        return false;
      }
      if (!value) continue;
      if (!formulas) formulas.emplace(supernet_, genome);
      if (!compare(*formulas, column, *value, file_.checks[i]) && mistake.reason.empty()) {
        mistake = {column.name, "is " + nlohmann::json(*value).dump() + ", but " + column.target +
                                    " of this network is " +
                                    nlohmann::json(formulas->value(column.target)).dump()};
      }
    }
    return mistake.reason.empty();
  }

  static bool compare(const NetworkFormulas& formulas, const Column& column, double value,
                      FormulaCheck& check) {
    ++check.compared;
    if (formulas.agrees(column, value)) {
      ++check.equal;
      return true;
    }
    if (check.compared - check.equal <= kListedRows) {
      for (const std::string& metric : formulas.agreeing(column, value)) ++check.others[metric];
    }
    return false;
  }

  ResultFile& file_;
  const search::Supernet& supernet_;
  RowReader row_reader_;
  std::vector<std::size_t> value_columns_;
  std::vector<std::size_t> check_columns_;
};

// What a column is whose values are another metric's in more than half of the rows that differ.
void suggest(ResultFile& file) {
  for (FormulaCheck& check : file.checks) {
    const std::size_t differing = std::min(check.compared - check.equal, kListedRows);
    for (const auto& [metric, count] : check.others) {
      if (count * 2 > differing) check.suggestion = check.column + "=" + metric;
    }
    if (check.suggestion.empty() && check.compared > 0 && check.equal == 0)
      check.suggestion = check.column + "=ignore";
  }
}

MetricRange range_of(const ResultFile& file, std::size_t metric,
                     const std::map<search::Genome, std::vector<std::size_t>>& rows_of) {
  MetricRange range{.metric = file.metrics[metric]};
  for (const auto& [genome, rows] : rows_of) {
    double least = std::numeric_limits<double>::infinity();
    double most = -least;
    std::size_t values = 0;
    for (const std::size_t row : rows) {
      const double value = file.rows[row].values[metric];
      if (std::isnan(value)) continue;
      least = std::min(least, value);
      most = std::max(most, value);
      range.mean += value;
      ++values;
    }
    if (values == 0) continue;
    range.min = range.networks == 0 ? least : std::min(range.min, least);
    range.max = range.networks == 0 ? most : std::max(range.max, most);
    ++range.networks;
    range.values += values;
    range.repeated += values > 1 ? 1 : 0;
    range.largest_difference = std::max(range.largest_difference, most - least);
  }
  if (range.values > 0) range.mean /= static_cast<double>(range.values);
  return range;
}

void summarise(ResultFile& file) {
  std::map<search::Genome, std::vector<std::size_t>> rows_of;
  for (std::size_t i = 0; i < file.rows.size(); ++i) rows_of[file.rows[i].genome].push_back(i);
  file.networks = rows_of.size();
  for (const auto& [genome, rows] : rows_of) {
    if (rows.size() < 2) continue;
    ++file.repeated;
    if (file.repeated_networks.size() >= kListedRows) continue;
    RepeatedNetwork repeated{.genome = genome, .rows = rows.size(), .lines = {}};
    for (std::size_t i = 0; i < rows.size() && i < kListedLines; ++i)
      repeated.lines.push_back(file.rows[rows[i]].line);
    file.repeated_networks.push_back(std::move(repeated));
  }
  for (std::size_t metric = 0; metric < file.metrics.size(); ++metric)
    file.ranges.push_back(range_of(file, metric, rows_of));
}

std::string why_nothing(const ResultFile& file) {
  if (file.rejected == 0) return "holds no row";
  std::string why = "none of the " + std::to_string(file.rejected) + " rows can be taken";
  for (const FormulaCheck& check : file.checks) {
    if (check.suggestion.empty()) continue;
    why += "; column \"" + check.column + "\" is not " + check.metric + " in " +
           std::to_string(check.compared - check.equal) + " of " + std::to_string(check.compared) +
           " rows: perhaps \"" + check.suggestion + "\"";
  }
  const RejectedRow& first = file.rejected_rows.front();
  return why + "; the first, line " + std::to_string(first.line) + ": " +
         (first.column.empty() ? "" : first.column + " ") + first.reason;
}

}  // namespace

ResultFile read_result_file(std::string_view text, std::optional<ResultFormat> format,
                            std::span<const std::string> rules, const search::Supernet& supernet,
                            search::FieldErrors& errors) {
  ResultFile file{.format = format.value_or(detect_format(text))};
  const std::unique_ptr<RecordReader> records = read_records(text, file.format);
  if (records->columns().empty()) {
    errors.push_back({"/text", "holds nothing: it needs a head of column names, or JSON lines"});
    return file;
  }
  const std::size_t before = errors.size();
  file.columns = map_columns(records->columns(), rules, supernet.space,
                             file.format == ResultFormat::kDynast, errors);
  if (errors.size() > before) return file;
  FileReader reader(file, supernet);
  ResultRecord record;
  while (records->next(record)) {
    if (file.rows.size() + file.rejected == kMaxResultRows) {
      errors.push_back(
          {"/text", "holds more than " + std::to_string(kMaxResultRows) + " rows: split it"});
      return file;
    }
    reader.read(record);
  }
  suggest(file);
  summarise(file);
  if (file.rows.empty()) errors.push_back({"/text", why_nothing(file)});
  return file;
}

}  // namespace quarry::evaluators
