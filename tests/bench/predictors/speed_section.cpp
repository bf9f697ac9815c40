// What choosing a model and predicting with it costs on one thread: 500 rows of 151 genes, as many
// as the largest published table of a space with a policy has.
#include <fmt/format.h>

#include <chrono>

#include "search/core/features.hpp"
#include "search/core/rng.hpp"
#include "tests/bench/predictors/sections.hpp"
#include "tests/bench/predictors/trial_split.hpp"
#include "tests/support/manifests.hpp"

namespace quarry::bench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

predictors::Matrix random_rows(const search::SearchSpace& space, std::size_t count,
                               std::string_view purpose) {
  search::Rng rng = search::Rng(1).fork(purpose);
  predictors::Matrix x(count, space.size());
  for (std::size_t i = 0; i < count; ++i)
    search::write_gene_row(space, space.random(rng), x.row(i));
  return x;
}

// Falls with every gene's level, by more for the earlier ones, and saturates, as accuracy does.
std::vector<double> saturating(const predictors::Matrix& x) {
  std::vector<double> y;
  for (std::size_t i = 0; i < x.rows; ++i) {
    double sum = 0.0;
    for (std::size_t c = 0; c < x.columns; ++c)
      sum += (x.row(i)[c] + 1.0) / static_cast<double>(c + 5);
    y.push_back(80.0 - 10.0 / (1.0 + sum));
  }
  return y;
}

}  // namespace

void speed_section(Report& report, const Arguments& arguments) {
  constexpr std::size_t kRows = 500;
  constexpr std::size_t kPredicted = 20000;
  const search::Supernet supernet = test::builtin_supernet("inc_quantization_ofa_resnet50");
  const predictors::Columns columns = search::gene_columns(supernet.space);
  const predictors::Matrix train = random_rows(supernet.space, kRows, "train");
  const predictors::Matrix asked = random_rows(supernet.space, kPredicted, "asked");
  const std::vector<double> y = saturating(train);
  for (const predictors::PredictorEntry& entry : predictors::predictor_registry()) {
    if (!arguments.wants_model(entry.name)) continue;
    const bool judged = entry.name == "auto";
    const auto model = entry.make(OptionValues::defaults(entry.options), columns);
    Clock::time_point begin = Clock::now();
    model->fit(train, y);
    const double fit = seconds_since(begin);
    report.add({.figure = fmt::format("{}: fit 500 rows of 151 genes", entry.name),
                .value = fit,
                .unit = "s",
                .target = judged ? "< 2" : "",
                .holds = judged ? std::optional(fit < 2.0) : std::nullopt});
    begin = Clock::now();
    const predictors::Prediction prediction = model->predict(asked);
    const double predict_ms = 1000.0 * seconds_since(begin);
    report.add({.figure = fmt::format("{}: predict 20,000 genomes", entry.name),
                .value = predict_ms,
                .unit = "ms",
                .target = judged ? "< 20" : "",
                .holds = judged ? std::optional(predict_ms < 20.0) : std::nullopt,
                .note = fmt::format("the first is {:.3f}", prediction.mean.front())});
  }
}

}  // namespace quarry::bench
