#include "evaluators/imports/literal.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace quarry::evaluators {
namespace {

// The value as JSON, or what was wrong.
std::string read(std::string_view text) {
  std::string problem;
  const auto value = parse_literal(text, problem);
  return value ? value->dump() : problem;
}

TEST_CASE("a Python dict is read with its lists, tuples, texts, None, True and False") {
  CHECK(read("{'d': [2, 3], 'mode': ['asymmetric', None], 't': (1, 2.5,), 'on': True}") ==
        R"({"d":[2,3],"mode":["asymmetric",null],"on":true,"t":[1,2.5]})");
  CHECK(read("  {}  ") == "{}");
  CHECK(read("{'a': {'b': [[1], [False]]}}") == R"({"a":{"b":[[1],[false]]}})");
}

TEST_CASE("JSON is read by the same rules") {
  CHECK(read(R"({"depth": 6, "heads": [4, -2], "x": null, "y": true, "z": 1e3})") ==
        R"({"depth":6,"heads":[4,-2],"x":null,"y":true,"z":1000.0})");
  CHECK(read(R"("caf\u00e9 \/ \"q\"")") == "\"caf\xC3\xA9 / \\\"q\\\"\"");
}

TEST_CASE("texts may hold the other kind of quote, and escapes") {
  CHECK(read(R"("it's")") == "\"it's\"");
  CHECK(read(R"('it\'s')") == "\"it's\"");
  CHECK(read(R"('a\x41\n')") == "\"aA\\n\"");
}

TEST_CASE("whole numbers stay whole, nan is null, too large ones are refused") {
  CHECK(read("12") == "12");
  CHECK(read("+12") == "12");
  CHECK(read("12.0") == "12.0");
  CHECK(read("nan") == "null");
  CHECK(read("99999999999999999999") == "expected a number that can be held at character 1");
  CHECK(read("1e999") == "expected a number that can be held at character 1");
}

TEST_CASE("a mistake says what was expected and where") {
  CHECK(read("") == "expected a value at character 1");
  CHECK(read("{'a': 1") == "expected ',' or '}' at character 8");
  CHECK(read("{'a' 1}") == "expected ':' at character 6");
  CHECK(read("{a: 1}") == "expected a key in quotes at character 2");
  CHECK(read("{'a': 1, 'a': 2}") == "expected every key once at character 14");
  CHECK(read("[1 2]") == "expected ',' or ']' at character 4");
  CHECK(read("[1] x") == "expected the end at character 5");
  CHECK(read("'abc") == "expected the closing quote at character 5");
  CHECK(read("open") == "expected a value at character 1");
  CHECK(read("--1") == "expected a number that can be held at character 1");
}

TEST_CASE("nesting has a bound, however deep the text goes") {
  CHECK(read(std::string(16, '[') + std::string(16, ']')) ==
        std::string(16, '[') + std::string(16, ']'));
  CHECK(read(std::string(100000, '[')) == "expected less nesting at character 18");
  CHECK(read(std::string(100000, '{')) == "expected a key in quotes at character 2");
}

TEST_CASE("bytes that are no text at all are refused, not trusted") {
  CHECK(read(std::string_view("\0\0", 2)) == "expected a value at character 1");
  CHECK(read("\xFF") == "expected a value at character 1");
  CHECK(read("'\\u12'") == "expected an escape such as \\n, \\' or \\u00e9 at character 6");
  CHECK(read("'\\") == "expected an escape such as \\n, \\' or \\u00e9 at character 3");
}

}  // namespace
}  // namespace quarry::evaluators
