#include "evaluators/imports/column_mapping.hpp"

#include <catch2/catch.hpp>

#include "tests/support/manifests.hpp"

namespace quarry::evaluators {
namespace {

using Names = std::vector<std::string>;

const search::Supernet& small() {
  static const search::Supernet kSmall = test::load(test::small_manifest());
  return kSmall;
}

// What each column is, one a line, then the mistakes.
std::string mapped(const Names& names, const Names& rules = {}, bool dynast = false) {
  search::FieldErrors errors;
  std::string text;
  for (const Column& column : map_columns(names, rules, small().space, dynast, errors)) {
    text += column.name + ": " + to_text(column);
    if (!column.suggestion.empty()) text += " (" + column.suggestion + "?)";
    text += "\n";
  }
  return text + test::transcript(errors);
}

TEST_CASE("DyNAS-T's columns are known by their names") {
  CHECK(mapped({"Sub-network", "Date", "Model Parameters", "Latency (ms)", "MACs", "Top-1 Acc (%)"},
               {}, true) ==
        "Sub-network: config\nDate: ignore\nModel Parameters: params\nLatency (ms): latency_ms\n"
        "MACs: macs\nTop-1 Acc (%): accuracy*0.01\n");
  CHECK(is_dynast_head(Names{"Sub-network", "Date", "Model Parameters"}));
  CHECK(is_dynast_head(Names{"config", "date", "params", "lat", "macs", "acc"}));
  CHECK_FALSE(is_dynast_head(Names{"config", "accuracy", "date"}));
}

TEST_CASE("elsewhere only names of metrics and genes are known, the others suggested") {
  CHECK(mapped({"config", "accuracy", "Latency (ms)", "note"}) ==
        "config: config\naccuracy: accuracy\n"
        "Latency (ms): ignore (Latency (ms)=latency_ms?)\nnote: ignore\n");
  CHECK(mapped({"config", "metrics.accuracy.value"}) ==
        "config: config\nmetrics.accuracy.value: accuracy\n");
}

TEST_CASE("a rule goes before a name, and may scale and shift a metric") {
  CHECK(mapped({"config", "acc", "t"}, {"acc=accuracy*0.01", "t = latency_ms / 1000 + 2"}) ==
        "config: config\nacc: accuracy*0.01\nt: latency_ms*0.001+2\n");
  CHECK(mapped({"a=b", "accuracy"}, {"a=b=config"}) == "a=b: config\naccuracy: accuracy\n");
  CHECK(mapped({"config", "accuracy", "macs"}, {"macs=ignore"}) ==
        "config: config\naccuracy: accuracy\nmacs: ignore\n");
}

TEST_CASE("genes may have a column each, or a list one for all its members") {
  CHECK(mapped({"depth", "heads[0]", "heads[1]", "precision", "accuracy"}) ==
        "depth: depth\nheads[0]: heads[0]\nheads[1]: heads[1]\nprecision: precision\n"
        "accuracy: accuracy\n");
  CHECK(mapped({"d", "heads", "precision", "accuracy"}, {"d=depth"}) ==
        "d: depth\nheads: heads\nprecision: precision\naccuracy: accuracy\n");
}

TEST_CASE("beside a configuration, genes and indices of the same network are not read") {
  CHECK(mapped({"genome", "config", "depth", "accuracy"}) ==
        "genome: ignore\nconfig: config\ndepth: ignore\naccuracy: accuracy\n");
}

TEST_CASE("every mistaken rule is told, with what it may have meant") {
  search::FieldErrors errors;
  const Names rules = {"acc", "acx=accuracy", "acc=acuracy", "acc=accuracy*", "acc=accuracy*0"};
  map_columns(Names{"config", "acc"}, rules, small().space, false, errors);
  REQUIRE(errors.size() == 5);
  CHECK(errors[0].detail == "must be COLUMN=TARGET, got \"acc\"");
  CHECK(errors[1].pointer == "/columns/1");
  CHECK(errors[1].detail ==
        "there is no column \"acx\" (did you mean \"acc\"?); the columns are config or acc");
  CHECK(errors[2].detail.starts_with(
      "unknown target \"acuracy\" (did you mean \"accuracy\"?); a column is accuracy"));
  CHECK(errors[3].detail == "\"accuracy*\" is not METRIC, METRIC*NUMBER or METRIC*NUMBER+NUMBER");
  CHECK(errors[4].pointer == "/columns/4");
}

TEST_CASE("columns that make no file of results are refused with what could be meant") {
  CHECK(mapped({"arch", "top1"}) ==
        "arch: ignore (arch=config?)\ntop1: ignore (top1=accuracy*0.01?)\n"
        "/columns no column is a metric: say which with COLUMN=METRIC; perhaps \"arch=config\"; "
        "perhaps \"top1=accuracy*0.01\"\n"
        "/columns no column is the configuration: say which with COLUMN=config, or give every "
        "gene a column; perhaps \"arch=config\"; perhaps \"top1=accuracy*0.01\"\n");
  CHECK(mapped({"depth", "heads[0]", "precision", "accuracy"}) ==
        "depth: depth\nheads[0]: heads[0]\nprecision: precision\naccuracy: accuracy\n"
        "/columns no column is the gene heads[1]\n");
  CHECK(mapped({"config", "a", "b"}, {"a=accuracy", "b=accuracy"}) ==
        "config: config\na: accuracy\nb: accuracy\n"
        "/columns \"a\" and \"b\" are both accuracy: set one of them to ignore\n");
}

TEST_CASE("a head and rules have bounds, and a long list of columns is not repeated whole") {
  CHECK(mapped({"config", std::string(201, 'x')}) ==
        "/text must name its columns in at most 200 bytes each; is the first line a head?\n");
  CHECK(mapped(Names(1025, "x")) == "/text must have at most 1024 columns, got 1025\n");
  CHECK(mapped({"config"}, {std::string(501, 'x')}) ==
        "/columns must be at most 1024 rules of at most 500 bytes\n");
  search::FieldErrors errors;
  map_columns(Names(30, "x"), Names{"qqqqqqqq=ignore"}, small().space, false, errors);
  CHECK(errors.at(0).detail.ends_with("x or x and 10 more"));
}

}  // namespace
}  // namespace quarry::evaluators
