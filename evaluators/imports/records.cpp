// Tested by tests/evaluators/result_file_test.cpp.
#include "evaluators/imports/records.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "evaluators/imports/column_mapping.hpp"
#include "evaluators/imports/csv.hpp"
#include "evaluators/imports/literal.hpp"

namespace quarry::evaluators {
namespace {

using nlohmann::json;

constexpr std::size_t kLinesForColumns = 1000;
constexpr std::size_t kMaxLineBytes = 1024 * 1024;
constexpr int kColumnDepth = 3;

class CsvRecords final : public RecordReader {
 public:
  explicit CsvRecords(std::string_view text) : reader_(text, csv_separator(text)) {
    CsvRecord head;
    if (reader_.next(head)) columns_ = std::move(head.cells);
  }

  const std::vector<std::string>& columns() const override { return columns_; }

  bool next(ResultRecord& record) override {
    if (!reader_.next(row_)) return false;
    record.line = row_.line;
    record.problem = row_.problem;
    if (record.problem.empty() && row_.cells.size() != columns_.size())
      record.problem = "has " + std::to_string(row_.cells.size()) + " cells, the head has " +
                       std::to_string(columns_.size());
    record.cells.assign(columns_.size(), nullptr);
    if (!record.problem.empty()) return true;
    for (std::size_t i = 0; i < columns_.size(); ++i) record.cells[i] = std::move(row_.cells[i]);
    return true;
  }

 private:
  CsvReader reader_;
  CsvRecord row_;
  std::vector<std::string> columns_;
};

class JsonLines final : public RecordReader {
 public:
  explicit JsonLines(std::string_view text) : text_(without_mark(text)) {
    std::string problem;
    for (std::size_t i = 0; i < kLinesForColumns; ++i) {
      const auto line = take_line();
      if (!line) break;
      const auto object = parse_line(*line, problem);
      if (object) collect(*object, "", 0);
    }
    at_ = 0;
    line_ = 0;
  }

  const std::vector<std::string>& columns() const override { return columns_; }

  bool next(ResultRecord& record) override {
    const auto line = take_line();
    if (!line) return false;
    record.line = line_;
    record.problem.clear();
    record.cells.assign(columns_.size(), nullptr);
    auto object = parse_line(*line, record.problem);
    if (object) place(*object, "", 0, record);
    return true;
  }

 private:
  // The next line that is not empty.
  std::optional<std::string_view> take_line() {
    while (at_ < text_.size()) {
      const std::size_t end = std::min(text_.find('\n', at_), text_.size());
      const std::string_view line = text_.substr(at_, end - at_);
      at_ = end + 1;
      ++line_;
      if (line.find_first_not_of(" \t\r") != std::string_view::npos) return line;
    }
    return std::nullopt;
  }

  static std::optional<json> parse_line(std::string_view line, std::string& problem) {
    if (line.size() > kMaxLineBytes) {
      problem = "is longer than " + std::to_string(kMaxLineBytes) + " bytes";
      return std::nullopt;
    }
    std::string why;
    auto value = parse_literal(line, why);
    if (!value) {
      problem = "is not JSON: " + why;
    } else if (!value->is_object()) {
      problem = "must be a JSON object";
      value.reset();
    }
    return value;
  }

  void collect(const json& object, const std::string& prefix, int depth) {
    for (const auto& [key, value] : object.items()) {
      if (columns_.size() >= kMaxColumns || key.size() > kMaxColumnName) continue;
      const std::string name = prefix + key;
      // An object of the line itself may be its configuration.
      if ((!value.is_object() || depth == 0) && index_.try_emplace(name, columns_.size()).second)
        columns_.push_back(name);
      if (value.is_object() && depth + 1 < kColumnDepth) collect(value, name + ".", depth + 1);
    }
  }

  // An object is a cell, and so are its members.
  void place(json& object, const std::string& prefix, int depth, ResultRecord& record) {
    for (auto& [key, value] : object.items()) {
      const std::string name = prefix + key;
      const auto found = index_.find(name);
      if (found != index_.end()) record.cells[found->second] = value;
      if (value.is_object() && depth + 1 < kColumnDepth)
        place(value, name + ".", depth + 1, record);
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 0;
  std::vector<std::string> columns_;
  std::map<std::string, std::size_t> index_;
};

}  // namespace

std::string to_text(ResultFormat format) {
  return format == ResultFormat::kDynast ? "dynast"
         : format == ResultFormat::kCsv  ? "csv"
                                         : "jsonl";
}

ResultFormat detect_format(std::string_view text) {
  const std::size_t first = text.find_first_not_of("\xEF\xBB\xBF \t\r\n");
  if (first != std::string_view::npos && text[first] == '{') return ResultFormat::kJsonLines;
  const CsvRecords records(text);
  return is_dynast_head(records.columns()) ? ResultFormat::kDynast : ResultFormat::kCsv;
}

std::unique_ptr<RecordReader> read_records(std::string_view text, ResultFormat format) {
  if (format == ResultFormat::kJsonLines) return std::make_unique<JsonLines>(text);
  return std::make_unique<CsvRecords>(text);
}

}  // namespace quarry::evaluators
