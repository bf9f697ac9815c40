// Tested by tests/server/predictor_report_test.cpp.
#include "server/cli/predictor_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

namespace quarry::server {
namespace {

using nlohmann::json;

std::string number_text(const json& number, const char* format = "{:.4g}") {
  return number.is_number() ? fmt::format(fmt::runtime(format), number.get<double>()) : "-";
}

std::string percent_text(const json& share) {
  return share.is_number() ? fmt::format("{:.3g} %", share.get<double>() * 100.0) : "-";
}

std::string reference_of(const json& predictor) {
  return fmt::format("{}@{}", predictor.at("name").get<std::string>(),
                     predictor.at("version").get<std::int64_t>());
}

std::string sources_text(const json& sources) {
  std::string text;
  for (const json& study : sources.value("studies", json::array()))
    text += fmt::format(", {} of {}", study.at("rows").get<std::int64_t>(),
                        study.at("id").get<std::string>());
  for (const json& import : sources.value("imports", json::array()))
    text += fmt::format(", {} of {}", import.at("rows").get<std::int64_t>(),
                        import.at("id").get<std::string>());
  if (const auto rows = sources.value("rows", std::int64_t{0}); rows > 0)
    text += fmt::format(", {} given", rows);
  if (const auto repeated = sources.value("repeated", std::int64_t{0}); repeated > 0)
    text += fmt::format(", {} of them repeated", repeated);
  return text.empty() ? "nobody says" : text.substr(2);
}

std::string features_text(const json& features) {
  std::string text = fmt::format("{} genes", features.at("genes").size());
  for (const json& derived : features.at("derived")) text += ", " + derived.get<std::string>();
  return text;
}

struct Range {
  double low = 0.0;
  double high = 0.0;
  // The cell of a value among so many.
  std::size_t cell(double value, std::size_t cells) const {
    const double share = high > low ? (value - low) / (high - low) : 0.5;
    return static_cast<std::size_t>(std::lround(share * static_cast<double>(cells - 1)));
  }
};

Range range_of(const json& parity) {
  Range range{INFINITY, -INFINITY};
  for (const json& row : parity) {
    for (const char* side : {"measured", "predicted"}) {
      range.low = std::min(range.low, row.at(side).get<double>());
      range.high = std::max(range.high, row.at(side).get<double>());
    }
  }
  return range;
}

}  // namespace

std::string predictor_table(const json& items) {
  if (items.empty()) return "no predictors; 'quarry predictors train' makes one\n";
  std::string text =
      fmt::format("{:<32} {:<30} {:<28} {:<12} {:<17} {:>5} {:>8} {:>6} {:>8}\n", "predictor", "id",
                  "supernet", "metric", "model", "rows", "MAPE", "tau", "coverage");
  for (const json& item : items) {
    const json& quality = item.at("quality");
    text += fmt::format(
        "{:<32} {:<30} {:<28} {:<12} {:<17} {:>5} {:>8} {:>6} {:>8}\n", reference_of(item),
        item.at("id").get<std::string>(), item.at("supernet").get<std::string>(),
        item.at("metric").get<std::string>(), item.at("model").get<std::string>(),
        item.at("rows").get<std::int64_t>(), percent_text(quality.at("mape")),
        number_text(quality.at("kendall_tau"), "{:.3f}"), percent_text(quality.at("coverage")));
  }
  return text;
}

std::string parity_plot(const json& parity) {
  constexpr std::size_t kColumns = 60;
  constexpr std::size_t kRows = 20;
  const Range range = range_of(parity);
  std::vector<std::string> lines(kRows, std::string(kColumns, ' '));
  for (std::size_t column = 0; column < kColumns; ++column) {
    const std::size_t row = column * (kRows - 1) / (kColumns - 1);
    lines[kRows - 1 - row][column] = '.';
  }
  for (const json& point : parity) {
    const std::size_t column = range.cell(point.at("measured").get<double>(), kColumns);
    const std::size_t row = range.cell(point.at("predicted").get<double>(), kRows);
    char& cell = lines[kRows - 1 - row][column];
    cell = cell == '*' || cell == '#' ? '#' : '*';
  }
  std::string text = "  predicted\n";
  for (std::size_t i = 0; i < kRows; ++i) {
    const bool labelled = i == 0 || i == kRows - 1;
    const std::string label =
        labelled ? fmt::format("{:.4g}", i == 0 ? range.high : range.low) : "";
    std::string line = fmt::format("  {:>10} |{}", label, lines[i]);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  text += fmt::format("  {:>10} +{}\n", "", std::string(kColumns, '-'));
  return text + fmt::format("  {:>10}  {:<{}}{:.4g}  measured\n", "",
                            fmt::format("{:.4g}", range.low), kColumns - 6, range.high);
}

std::string quality_report(const json& quality) {
  const auto folds = quality.at("folds").get<std::int64_t>();
  std::string text =
      folds > 0 ? fmt::format(
                      "quality on {} networks, each predicted by a model that did not see "
                      "it ({} folds)\n",
                      quality.at("rows").get<std::int64_t>(), folds)
                : fmt::format("quality on {} networks\n", quality.at("rows").get<std::int64_t>());
  text += fmt::format("  MAPE         {}\n", percent_text(quality.at("mape")));
  text += fmt::format("  RMSE         {}\n", number_text(quality.at("rmse")));
  text += fmt::format("  Kendall tau  {}\n", number_text(quality.at("kendall_tau"), "{:.3f}"));
  text += fmt::format("  Spearman     {}\n", number_text(quality.at("spearman"), "{:.3f}"));
  text += fmt::format("  R2           {}\n", number_text(quality.at("r2"), "{:.3f}"));
  text +=
      fmt::format("  coverage     {} of the networks lie within their {} interval\n",
                  percent_text(quality.at("coverage")), percent_text(quality.at("interval_level")));
  text += "residuals (measured - predicted)\n";
  std::string shares = "  quantile  ";
  std::string residuals = "  residual  ";
  for (const json& quantile : quality.at("residual_quantiles")) {
    shares += fmt::format(" {:>10}", percent_text(quantile.at("share")));
    residuals += fmt::format(" {:>10}", number_text(quantile.at("residual"), "{:+.3g}"));
  }
  return text + shares + "\n" + residuals + "\n" + parity_plot(quality.at("parity"));
}

std::string predictor_report(const json& predictor) {
  const json& training = predictor.at("training");
  json options = predictor.at("model");
  const std::string model = options.at("name");
  options.erase("name");
  std::string text =
      fmt::format("{}  {}\n", reference_of(predictor), predictor.at("id").get<std::string>());
  const auto line = [&](const char* what, const std::string& value) {
    text += fmt::format("  {:<12} {}\n", what, value);
  };
  line("predicts", predictor.at("metric").get<std::string>() + " of " +
                       predictor.at("supernet").get<std::string>());
  line("learned from", fmt::format("{} networks: {}", training.at("rows").get<std::int64_t>(),
                                   sources_text(training.at("sources"))));
  const std::string machine = training.at("fingerprint").at("id");
  if (!machine.empty())
    line("measured on", machine + " " + training.at("fingerprint").at("text").get<std::string>());
  if (!training.at("evaluator").is_null()) line("measured by", training.at("evaluator").dump());
  line("features", features_text(predictor.at("features")));
  line("model", model + (options.empty() ? "" : " " + options.dump()));
  line("made at", predictor.at("created_at").get<std::string>());
  line("rows' hash", training.at("hash").get<std::string>());
  return text + quality_report(predictor.at("quality"));
}

std::string prediction_table(const json& answer) {
  std::string text =
      fmt::format("{} of {} networks, predicted by {}\n{:>8} {:>12} {:>12}   {} interval\n",
                  answer.at("metric").get<std::string>(), answer.at("items").size(),
                  answer.at("predictor").get<std::string>(), "network", "mean", "deviation",
                  percent_text(answer.at("interval_level")));
  for (std::size_t i = 0; i < answer.at("items").size(); ++i) {
    const json& item = answer["items"][i];
    text +=
        fmt::format("{:>8} {:>12} {:>12}   {} to {}\n", i, number_text(item.at("mean"), "{:.6g}"),
                    number_text(item.at("standard_deviation"), "{:.3g}"),
                    number_text(item.at("interval").at(0), "{:.6g}"),
                    number_text(item.at("interval").at(1), "{:.6g}"));
  }
  return text;
}

}  // namespace quarry::server
