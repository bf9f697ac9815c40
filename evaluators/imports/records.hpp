// The rows of a file of results, whatever its format: CSV with a head, or one JSON object a line.
#pragma once

#include <cstddef>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace quarry::evaluators {

enum class ResultFormat { kDynast, kCsv, kJsonLines };

std::string to_text(ResultFormat format);

struct ResultRecord {
  std::size_t line = 0;  // of the file, from 1
  // One per column; texts of CSV, any value of JSON lines, null for what is not there.
  std::vector<nlohmann::json> cells;
  std::string problem;  // why the line cannot be used; empty when it can
};

// One pass over any bytes.
class RecordReader {
 public:
  virtual ~RecordReader() = default;
  virtual const std::vector<std::string>& columns() const = 0;
  // False at the end.
  virtual bool next(ResultRecord& record) = 0;
};

// What the text looks like: JSON lines begin with a brace, DyNAS-T's files have a head of theirs.
ResultFormat detect_format(std::string_view text);

// The text outlives the reader. Columns of JSON lines are the members of the first thousand lines;
// those of objects within are called "metrics.accuracy".
std::unique_ptr<RecordReader> read_records(std::string_view text, ResultFormat format);

}  // namespace quarry::evaluators
