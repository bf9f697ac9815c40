// Comma-separated values as RFC 4180 has them, and as spreadsheets write them: quotes, quotes
// within quotes, line ends within quotes, CRLF, LF, a byte order mark. One pass over any bytes,
// never back.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace quarry::evaluators {

struct CsvRecord {
  std::size_t line = 0;  // of the file, from 1, where it begins
  std::vector<std::string> cells;
  std::string problem;  // why the cells are not to be trusted; empty when they are
};

class CsvReader {
 public:
  static constexpr std::size_t kMaxCells = 4096;
  static constexpr std::size_t kMaxCellBytes = 256 * 1024;

  // The text outlives the reader.
  explicit CsvReader(std::string_view text, char separator = ',');

  // The next record that is no empty line; false at the end.
  bool next(CsvRecord& record);

 private:
  void read_record(CsvRecord& record);
  void read_quoted(CsvRecord& record, std::string& cell);
  bool at_line_end() const { return text_[at_] == '\n' || text_[at_] == '\r'; }
  void end_line();

  std::string_view text_;
  char separator_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

// Without the byte order mark that some programs put first.
std::string_view without_mark(std::string_view text);

// Of comma, semicolon and tab the one that the first line holds most of, outside quotes.
char csv_separator(std::string_view text);

}  // namespace quarry::evaluators
