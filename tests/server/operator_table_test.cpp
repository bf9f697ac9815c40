#include "server/cli/operator_table.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace quarry::server {
namespace {

// Two operators in three steps: fc quantizes its input and multiplies, norm normalises.
OperatorTable small_table() {
  const search::Network network{
      .input = {{4, 8}},
      .operators = {
          {.name = "fc",
           .kind = search::Linear{.in_features = 8,
                                  .out_features = 2,
                                  .weight = {"w", {{{0, 2}}, {{0, 8}}}},
                                  .bias = {"b", {{{0, 2}}}}},
           .inputs = {search::kNetworkInput},
           .output = {{4, 2}},
           .precision = search::Precision::kInt8},
          {.name = "norm",
           .kind = search::LayerNorm{.scale = {"s", {{{0, 2}}}}, .shift = {"t", {{{0, 2}}}}},
           .inputs = {0},
           .output = {{4, 2}}}}};
  const std::vector<evaluators::CompiledStep> steps = {
      {.operator_name = "fc",
       .part = "to u8",
       .implementation = "jit:reorder",
       .bytes = 160,
       .is_reorder = true},
      {.operator_name = "fc", .part = "product", .implementation = "brgemm", .bytes = 96},
      {.operator_name = "norm", .part = "normalise", .implementation = "jit:norm", .bytes = 80}};
  return operator_table(network, steps, {.step_ms = {0.25, 1.0, 0.5}, .whole_ms = 2.0}, 2);
}

TEST_CASE("an operator's row is the sum of its steps, named after the longest") {
  const OperatorTable table = small_table();
  REQUIRE(table.rows.size() == 2);
  CHECK(table.rows[0].ms == 1.25);
  CHECK(table.rows[0].precision == "int8");
  CHECK(table.rows[0].implementation == "brgemm");
  CHECK(table.rows[0].bytes == 256);
  CHECK(table.rows[0].macs == 128);  // 4 x 8 x 2, twice
  CHECK(table.rows[0].reorders == 1);
  CHECK(table.rows[1].macs == 0);
}

TEST_CASE("the table adds up to the whole") {
  CHECK(
      to_text(small_table(), false) ==
      "operator                     ms      %  precision  KB moved  MACs/byte  reorders  "
      "implementation\n"
      "fc                       1.2500   62.5  int8            0.3       0.50         1  brgemm\n"
      "norm                     0.5000   25.0  f32             0.1       0.00         0  jit:norm\n"
      "sum of operators         1.7500   87.5                  0.3                    1\n"
      "between operators        0.2500   12.5\n"
      "whole                    2.0000  100.0\n");
  const nlohmann::ordered_json table = to_json(small_table());
  CHECK(table.at("sum_ms").get<double>() + table.at("between_ms").get<double>() ==
        table.at("whole_ms").get<double>());
  CHECK(table.at("operators").at(0).at("steps").at(1).at("time_ms") == 1.0);
}

TEST_CASE("the steps of an operator stand below it when asked for") {
  const std::string text = to_text(small_table(), true);
  CHECK(text.find("  to u8                  0.2500   12.5") != std::string::npos);
  CHECK(text.find("jit:reorder") != std::string::npos);
}

}  // namespace
}  // namespace quarry::server
