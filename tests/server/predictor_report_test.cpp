#include "server/cli/predictor_report.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace quarry::server {
namespace {

using nlohmann::json;

json point(double measured, double predicted) {
  return {{"measured", measured}, {"predicted", predicted}};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines(1);
  for (const char letter : text) {
    if (letter == '\n') {
      lines.emplace_back();
    } else {
      lines.back() += letter;
    }
  }
  return lines;
}

TEST_CASE("a parity plot has its extremes in its corners and the diagonal between them") {
  const auto lines = lines_of(parity_plot({point(1, 1), point(3, 3), point(1, 3), point(1, 3)}));
  REQUIRE(lines.size() == 24);
  CHECK(lines[0] == "  predicted");
  CHECK(lines[1] == "           3 |#" + std::string(58, ' ') + "*");
  CHECK(lines[20].starts_with("           1 |*"));
  CHECK(lines[11].find('.') != std::string::npos);
  CHECK(lines[22].find("1 ") == 14);
  CHECK(lines[22].ends_with("3  measured"));
}

TEST_CASE("a plot of equal values is one mark in the middle") {
  const std::string plot = parity_plot(json::array({point(2, 2)}));
  CHECK(std::count(plot.begin(), plot.end(), '*') == 1);
}

TEST_CASE("a list without predictors says how to make one") {
  CHECK(predictor_table(json::array()) == "no predictors; 'quarry predictors train' makes one\n");
}

TEST_CASE("figures that have no meaning are shown as such") {
  const std::string text =
      quality_report({{"folds", 0},
                      {"rows", 2},
                      {"mape", nullptr},
                      {"rmse", 0.25},
                      {"kendall_tau", nullptr},
                      {"spearman", nullptr},
                      {"r2", 0.5},
                      {"coverage", 1.0},
                      {"interval_level", 0.9},
                      {"residual_quantiles", {{{"share", 0.5}, {"residual", -0.125}}}},
                      {"parity", {point(0, 0.25), point(0, -0.25)}}});
  CHECK(
      text.starts_with("quality on 2 networks\n"
                       "  MAPE         -\n"
                       "  RMSE         0.25\n"
                       "  Kendall tau  -\n"
                       "  Spearman     -\n"
                       "  R2           0.500\n"
                       "  coverage     100 % of the networks lie within their 90 % interval\n"
                       "residuals (measured - predicted)\n"
                       "  quantile         50 %\n"
                       "  residual       -0.125\n"));
}

}  // namespace
}  // namespace quarry::server
