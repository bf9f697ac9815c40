#include "evaluators/imports/csv.hpp"

#include <catch2/catch.hpp>

namespace quarry::evaluators {
namespace {

// One record a line: its line, its cells in brackets, its problem.
std::string transcript(std::string_view text, char separator = ',') {
  CsvReader reader(text, separator);
  CsvRecord record;
  std::string lines;
  while (reader.next(record)) {
    lines += std::to_string(record.line);
    for (const std::string& cell : record.cells) lines += " [" + cell + "]";
    if (!record.problem.empty()) lines += " " + record.problem;
    lines += "\n";
  }
  return lines;
}

TEST_CASE("quotes, quotes within quotes and separators within quotes are one cell") {
  CHECK(transcript("a,\"b,c\",\"say \"\"no\"\"\"\n") == "1 [a] [b,c] [say \"no\"]\n");
  CHECK(transcript(",\"\",\n") == "1 [] [] []\n");
  CHECK(transcript("a\"b,c\n") == "1 [a\"b] [c]\n");
}

TEST_CASE("CRLF, LF, CR, empty lines and a missing last line end are all the same") {
  CHECK(transcript("a,b\r\n1,2\r\n\r\n3,4") == "1 [a] [b]\n2 [1] [2]\n4 [3] [4]\n");
  CHECK(transcript("a\rb\nc") == "1 [a]\n2 [b]\n3 [c]\n");
}

TEST_CASE("a line end within quotes belongs to the cell, and the lines behind are counted on") {
  CHECK(transcript("\"a\nb\",1\nc,2\n") == "1 [a\nb] [1]\n3 [c] [2]\n");
}

TEST_CASE("a byte order mark is no part of the first name") {
  CHECK(transcript("\xEF\xBB\xBF"
                   "a,b\n") == "1 [a] [b]\n");
  CHECK(transcript("\xEF\xBB\xBF\"a\"\n") == "1 [a]\n");
}

TEST_CASE("a quote that is never closed and text behind one are problems of their record") {
  CHECK(transcript("a,b\n\"x,y\nz\n") ==
        "1 [a] [b]\n2 [x,y\nz\n] opens a quote that is never closed: all that follows is in it\n");
  CHECK(transcript("\"x\"y,z\n1,2\n") == "1 [x] [z] has text behind a closing quote\n2 [1] [2]\n");
}

TEST_CASE("cells and records have bounds") {
  CsvRecord record;
  const std::string commas(CsvReader::kMaxCells, ',');
  CsvReader wide(commas);
  REQUIRE(wide.next(record));
  CHECK(record.cells.size() == CsvReader::kMaxCells);
  CHECK(record.problem == "has more than 4096 cells");
  const std::string letters(CsvReader::kMaxCellBytes + 1, 'x');
  CsvReader lengthy(letters);
  REQUIRE(lengthy.next(record));
  CHECK(record.cells[0].size() == CsvReader::kMaxCellBytes);
  CHECK(record.problem == "has a cell of more than 262144 bytes");
}

TEST_CASE("the separator is the one that the head holds most of, outside quotes") {
  CHECK(csv_separator("a,b;c,d\n;;;;") == ',');
  CHECK(csv_separator("a;b;\"c,d,e,f\"") == ';');
  CHECK(csv_separator("a\tb\n") == '\t');
  CHECK(csv_separator("") == ',');
  CHECK(transcript("a;b\n1;2\n", ';') == "1 [a] [b]\n2 [1] [2]\n");
}

}  // namespace
}  // namespace quarry::evaluators
