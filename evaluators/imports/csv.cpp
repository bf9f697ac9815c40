// Tested by tests/evaluators/csv_test.cpp.
#include "evaluators/imports/csv.hpp"

#include <algorithm>
#include <array>

namespace quarry::evaluators {
namespace {

// Remembers the first problem of a record.
void note(CsvRecord& record, const std::string& problem) {
  if (record.problem.empty()) record.problem = problem;
}

void append(CsvRecord& record, std::string& cell, char letter) {
  if (cell.size() < CsvReader::kMaxCellBytes) {
    cell += letter;
  } else {
    note(record, "has a cell of more than " + std::to_string(CsvReader::kMaxCellBytes) + " bytes");
  }
}

void close_cell(CsvRecord& record, std::string& cell) {
  if (record.cells.size() < CsvReader::kMaxCells) {
    record.cells.push_back(std::move(cell));
  } else {
    note(record, "has more than " + std::to_string(CsvReader::kMaxCells) + " cells");
  }
  cell.clear();
}

}  // namespace

CsvReader::CsvReader(std::string_view text, char separator)
    : text_(without_mark(text)), separator_(separator) {}

bool CsvReader::next(CsvRecord& record) {
  while (at_ < text_.size() && at_line_end()) end_line();
  if (at_ >= text_.size()) return false;
  record.line = line_;
  record.cells.clear();
  record.problem.clear();
  read_record(record);
  return true;
}

void CsvReader::read_record(CsvRecord& record) {
  std::string cell;
  bool quoted = false;  // what came so far of the cell
  while (at_ < text_.size() && !at_line_end()) {
    const char letter = text_[at_];
    if (letter == separator_) {
      close_cell(record, cell);
      quoted = false;
      ++at_;
    } else if (letter == '"' && cell.empty() && !quoted) {
      read_quoted(record, cell);
      quoted = true;
    } else {
      if (quoted && letter != ' ') note(record, "has text behind a closing quote");
      if (!quoted) append(record, cell, letter);
      ++at_;
    }
  }
  close_cell(record, cell);
  if (at_ < text_.size()) end_line();
}

// From the opening quote to behind the closing one.
void CsvReader::read_quoted(CsvRecord& record, std::string& cell) {
  for (++at_; at_ < text_.size(); ++at_) {
    if (text_[at_] == '"') {
      const bool doubled = at_ + 1 < text_.size() && text_[at_ + 1] == '"';
      if (!doubled) {
        ++at_;
        return;
      }
      ++at_;
    } else if (text_[at_] == '\n') {
      ++line_;
    }
    append(record, cell, text_[at_]);
  }
  note(record, "opens a quote that is never closed: all that follows is in it");
}

void CsvReader::end_line() {
  const bool crlf = text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n';
  at_ += crlf ? 2 : 1;
  ++line_;
}

std::string_view without_mark(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return text;
}

char csv_separator(std::string_view text) {
  constexpr std::array kSeparators = {',', ';', '\t'};
  std::array<std::size_t, kSeparators.size()> counts{};
  bool quoted = false;
  for (const char letter : without_mark(text)) {
    if (letter == '"') quoted = !quoted;
    if (quoted) continue;
    if (letter == '\n' || letter == '\r') break;
    for (std::size_t i = 0; i < kSeparators.size(); ++i)
      counts[i] += letter == kSeparators[i] ? 1 : 0;
  }
  const auto most = std::ranges::max_element(counts) - counts.begin();
  return kSeparators[static_cast<std::size_t>(most)];
}

}  // namespace quarry::evaluators
