// Files of a few rows, written by hand, of the small supernet: depth 1 or 2, heads [1 or 2] twice,
// precision f32 or int8.
#include "evaluators/imports/result_file.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "evaluators/evaluator.hpp"
#include "evaluators/imports/formula_check.hpp"
#include "tests/support/manifests.hpp"

namespace quarry::evaluators {
namespace {

const search::Supernet& small() {
  static const search::Supernet kSmall = test::load(test::small_manifest());
  return kSmall;
}

struct Outcome {
  ResultFile file;
  search::FieldErrors errors;
};

Outcome read(std::string_view text, const std::vector<std::string>& rules = {},
             std::optional<ResultFormat> format = std::nullopt) {
  Outcome outcome;
  outcome.file = read_result_file(text, format, rules, small(), outcome.errors);
  return outcome;
}

// Taken rows, then rejected ones, then what is wrong with the whole.
std::string transcript(const Outcome& outcome) {
  std::string text;
  for (const ResultRow& row : outcome.file.rows) {
    text += std::to_string(row.line) + " " + search::to_text(row.genome);
    for (std::size_t i = 0; i < row.values.size(); ++i) {
      if (!std::isnan(row.values[i]))
        text += " " + outcome.file.metrics[i] + " " + std::to_string(row.values[i]).substr(0, 5);
    }
    text += "\n";
  }
  for (const RejectedRow& row : outcome.file.rejected_rows)
    text += std::to_string(row.line) + (row.column.empty() ? "" : " " + row.column) + ": " +
            row.reason + "\n";
  return text + test::transcript(outcome.errors);
}

std::string params_of(const search::Genome& genome) {
  return std::to_string(small().reported_cost(genome, small().network(genome)).params);
}

TEST_CASE("a file of DyNAS-T's is read as it is: percent, 0 for not measured, lists of one") {
  const Outcome outcome = read(
      "Sub-network,Date,Model Parameters,Latency (ms),MACs,Top-1 Acc (%)\n"
      "\"{'wid': None, 'depth': [1], 'heads': [2, 1], 'precision': ['int8'], 'r': "
      "[8]}\",2022,0,0,0,75.4\n");
  CHECK(transcript(outcome) == "2 0,1,0,1 accuracy 0.754\n");
  CHECK(outcome.file.format == ResultFormat::kDynast);
}

TEST_CASE("another resolution than the supernet's is another network") {
  CHECK(transcript(read("Sub-network,Date,Top-1 Acc (%)\n"
                        "\"{'depth': 1, 'heads': 1, 'precision': 'f32', 'r': [16]}\",x,75\n"
                        "\"{'depth': 1, 'heads': 1, 'precision': 'f32', 'r': [8]}\",x,75\n")) ==
        "3 0,0,0,0 accuracy 0.75\n"
        "2 Sub-network: r: measured at another resolution than the supernet's 8\n");
}

TEST_CASE("CSV, a column per gene and JSON lines say the same") {
  const std::string expected = "2 1,1,0,0 accuracy 0.5\n";
  CHECK(transcript(read("config,accuracy\n"
                        "\"{\"\"depth\"\": 2, \"\"heads\"\": [2, 1], \"\"precision\"\": "
                        "\"\"f32\"\"}\",0.5\n")) == expected);
  CHECK(transcript(read("depth;heads[0];heads[1];precision;accuracy\n2;2;1;f32;0.5\n")) ==
        expected);
  CHECK(transcript(read("depth,heads,precision,accuracy\n2,\"[2, 1]\",f32,0.5\n")) == expected);
  CHECK(transcript(read("genome,accuracy\n\"[1,1,0,0]\",0.5\n")) == expected);
  CHECK(transcript(read("\n{\"config\": {\"depth\": 2, \"heads\": [2, 1], \"precision\": \"f32\"}, "
                        "\"accuracy\": 0.5}\n")) == expected);
  CHECK(transcript(read("\n{\"genome\": [1, 1, 0, 0], \"metrics\": {\"accuracy\": {\"value\": 0.5, "
                        "\"spread\": 0.1}}}\n")) == expected);
}

TEST_CASE("empty cells, null, None and nan are not measured, and 0 is a number outside DyNAS-T") {
  const std::string text =
      "depth,heads,precision,accuracy,latency_ms\n"
      "1,1,f32,,2.5\n1,1,f32,null,2.5\n1,1,f32,None,2.5\n1,1,f32,NaN,2.5\n1,1,f32,0,2.5\n"
      "1,1,f32,,nan\n";
  CHECK(transcript(read(text)) ==
        "2 0,0,0,0 latency_ms 2.500\n3 0,0,0,0 latency_ms 2.500\n4 0,0,0,0 latency_ms 2.500\n"
        "5 0,0,0,0 latency_ms 2.500\n6 0,0,0,0 accuracy 0.000 latency_ms 2.500\n"
        "7: holds no measured value\n");
}

TEST_CASE("each row that cannot be taken says where and why, the others are taken") {
  CHECK(transcript(read("config,accuracy\n"
                        "{'depth': 3},0.5\n"
                        "\"{'depth': 1, 'heads': [1, 1], 'precision': 'f32'}\",75.4\n"
                        "\"{'depth': 1, 'heads': [1, 1], 'precision': 'f32'}\",many\n"
                        "{'depth': ,0.5\n"
                        "x,0.5,extra\n"
                        "\"{'depth': 1, 'heads': [1, 1], 'precision': 'f32'}\",0.7\n")) ==
        "7 0,0,0,0 accuracy 0.700\n"
        "2 config: depth: must be 1 or 2, got 3; heads: is missing; precision: is missing\n"
        "3 accuracy: accuracy must lie between 0 and 1: if it is in per cent, the rule is "
        "COLUMN=accuracy*0.01, got 75.4\n"
        "4 accuracy: must be a number, got \"many\"\n"
        "5 config: expected a value at character 11\n"
        "6: has 3 cells, the head has 2\n");
}

TEST_CASE("parameters that are the supernet's own prove a file, others refuse their row") {
  const std::string right = params_of({1, 0, 1, 0});
  const Outcome outcome = read("depth,heads,precision,params,accuracy\n2,\"[1, 2]\",f32," + right +
                               ",0.5\n2,\"[1, 2]\",f32,12,0.6\n");
  CHECK(transcript(outcome) ==
        "2 1,0,1,0 accuracy 0.5\n3 params: is 12.0, but params of this "
        "network is " +
            right + ".0\n");
  CHECK(outcome.file.checks[0].compared == 2);
  CHECK(outcome.file.checks[0].equal == 1);
  CHECK(outcome.file.metrics == std::vector<std::string>{"accuracy"});
}

TEST_CASE("a column that holds another metric is refused with the rule that would be right") {
  const std::string params = params_of({0, 0, 0, 0});
  const Outcome outcome = read("depth,heads,precision,macs,accuracy\n1,1,f32," + params + ",0.5\n");
  REQUIRE(outcome.errors.size() == 1);
  CHECK(outcome.errors[0].pointer == "/text");
  CHECK(outcome.errors[0].detail.starts_with(
      "none of the 1 rows can be taken; column \"macs\" is not macs in 1 of 1 rows: perhaps "
      "\"macs=params\"; the first, line 2: macs is " +
      params));
  CHECK(outcome.file.checks[0].others == std::map<std::string, std::size_t>{{"params", 1}});
  CHECK(transcript(read("depth,heads,precision,macs,accuracy\n1,1,f32," + params + ",0.5\n",
                        {"macs=params"})) == "2 0,0,0,0 accuracy 0.5\n");
}

TEST_CASE("formulas are those of the analytic evaluator, for each of its metrics") {
  const search::Genome genome = {1, 1, 0, 1};
  const NetworkFormulas formulas(small(), genome);
  SupernetLibrary library;
  std::string problem;
  const LoadedSupernet* loaded = library.add(test::load(test::small_manifest()), "", problem);
  NetworkPool pool;
  const EvaluatorEntry& entry = *find_evaluator("analytic");
  const auto evaluation = entry.make({*loaded, pool}, OptionValues::defaults(entry.options))
                              ->evaluate(std::span(&genome, 1), {})
                              .front();
  for (const auto& [metric, measurement] : evaluation.metrics) {
    INFO(metric);
    CHECK(has_formula(metric));
    CHECK(formulas.value(metric) == measurement.value);
  }
  CHECK_FALSE(has_formula("accuracy"));
}

TEST_CASE("rows of one network, written differently, are kept and told as repeated") {
  // At depth 1 the second head is dead: both rows are the same network.
  const Outcome outcome = read(
      "depth,heads,precision,accuracy\n1,\"[2, 1]\",f32,0.5\n1,\"[2, 2]\",f32,0.75\n"
      "2,1,f32,0.25\n");
  CHECK(outcome.file.rows.size() == 3);
  CHECK(outcome.file.networks == 2);
  REQUIRE(outcome.file.repeated_networks.size() == 1);
  CHECK(outcome.file.repeated_networks[0].genome == search::Genome{0, 1, 0, 0});
  CHECK(outcome.file.repeated_networks[0].lines == std::vector<std::size_t>{2, 3});
  const MetricRange& range = outcome.file.ranges.at(0);
  CHECK(range.values == 3);
  CHECK(range.networks == 2);
  CHECK(range.min == 0.25);
  CHECK(range.max == 0.75);
  CHECK(range.mean == 0.5);
  CHECK(range.repeated == 1);
  CHECK(range.largest_difference == 0.25);
}

TEST_CASE("a file with nothing in it is refused, whatever kind of nothing") {
  CHECK(transcript(read("")) ==
        "/text holds nothing: it needs a head of column names, or JSON lines\n");
  CHECK(transcript(read("\n\n")) ==
        "/text holds nothing: it needs a head of column names, or JSON lines\n");
  CHECK(transcript(read("config,accuracy\n")) == "/text holds no row\n");
  CHECK(transcript(read("{\n")) ==
        "/text holds nothing: it needs a head of column names, or JSON lines\n");
  CHECK(read(std::string(3, '\0')).errors.size() == 2);
}

TEST_CASE("a line of JSON that is none is told, the others are taken") {
  CHECK(transcript(read("{\"genome\": [0, 0, 0, 0], \"accuracy\": 0.5}\n[1]\n{\"genome\n"
                        "{\"genome\": [0, 0, 0], \"accuracy\": 0.5}\n"
                        "{\"genome\": [0, 9, 0, 0], \"accuracy\": \"high\"}\n")) ==
        "1 0,0,0,0 accuracy 0.5\n"
        "2: must be a JSON object\n"
        "3: is not JSON: expected the closing quote at character 9\n"
        "4 genome: must be a list of 4 choice indices, got 3 of them\n"
        "5 genome: 1: must be a whole number between 0 and 1: gene heads[0]\n");
}

}  // namespace
}  // namespace quarry::evaluators
