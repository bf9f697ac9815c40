// HAT's latency tables: a predictor of the Xeon and a few measurements of the Raspberry Pi, beside
// one that is trained on the Raspberry Pi alone.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "predictors/transfer.hpp"
#include "tests/bench/predictors/sections.hpp"
#include "tests/bench/predictors/trial_split.hpp"

namespace quarry::bench {
namespace {

constexpr const char* kModel = "robust_kernel";
constexpr std::size_t kSourceRows = 1000;
constexpr std::size_t kScratchRows = 100;

Rows first_rows(const Rows& rows, std::size_t count) {
  Rows first{.x = predictors::Matrix(count, rows.x.columns),
             .y = {rows.y.begin(), rows.y.begin() + static_cast<std::ptrdiff_t>(count)}};
  std::copy_n(rows.x.values.begin(), first.x.values.size(), first.x.values.begin());
  return first;
}

std::unique_ptr<predictors::Predictor> fitted(const predictors::Columns& columns,
                                              const Rows& rows) {
  const predictors::PredictorEntry& entry = *predictors::find_predictor(kModel);
  auto model = entry.make(OptionValues::defaults(entry.options), columns);
  model->fit(rows.x, rows.y);
  return model;
}

void add(Report& report, const std::string& what, const Score& score, std::string target = "",
         std::optional<bool> holds = std::nullopt) {
  report.add({.figure = "Xeon to Raspberry Pi: " + what + ", tau",
              .value = score.kendall_tau,
              .unit = "",
              .target = std::move(target),
              .holds = holds,
              .note = fmt::format("MAPE {:.2f} %, {:.1f} % in the 90 % interval",
                                  score.mape_percent, 100.0 * score.coverage)});
}

}  // namespace

void transfer_section(Report& report, const Arguments& arguments) {
  std::optional<DataSet> xeon = hat_latency("xeon");
  std::optional<DataSet> pi = hat_latency("raspberrypi");
  if (!xeon || !pi) {
    report.add({.figure = "Xeon to Raspberry Pi", .note = "the published rows are not here"});
    return;
  }
  const DataSet source = with_columns(*xeon, xeon->genes);
  const DataSet published = with_columns(*pi, pi->genes);
  const DataSet target = with_work(*pi);
  const predictors::TransferColumns columns{
      .all = target.columns, .source = source.columns.size(), .line = kWorkColumns};
  const auto splits = static_cast<double>(arguments.splits);
  Score scratch;
  Score plain_scratch;
  Score untouched;
  std::map<std::size_t, Score> transferred;
  for (std::size_t number = 0; number < arguments.splits; ++number) {
    const Split anchors = random_split(target, kScratchRows, number);
    const Rows source_rows = random_split(source, kSourceRows, number).train;
    scratch +=
        score_of(fitted(target.columns, anchors.train)->predict(anchors.test.x), anchors.test.y);
    const Split plain = random_split(published, kScratchRows, number);
    plain_scratch +=
        score_of(fitted(published.columns, plain.train)->predict(plain.test.x), plain.test.y);
    untouched += score_of(fitted(source.columns, source_rows)->predict(plain.test.x), plain.test.y);
    for (const std::size_t count : {10U, 20U, 30U}) {
      const Rows few = first_rows(anchors.train, count);
      const auto model = predictors::make_transfer(fitted(source.columns, source_rows), columns);
      model->fit(few.x, few.y);
      transferred[count] += score_of(model->predict(anchors.test.x), anchors.test.y);
    }
  }
  scratch = scratch / splits;
  add(report, fmt::format("{} trained on {} rows of the Pi", kModel, kScratchRows),
      plain_scratch / splits);
  add(report, "the same with what there is to do as columns", scratch);
  add(report, "the Xeon's predictor as it is", untouched / splits);
  for (const auto& [count, total] : transferred) {
    const Score score = total / splits;
    const bool judged = count == 20;
    add(report, fmt::format("transferred with {} rows", count), score,
        judged ? fmt::format(">= {:.4f}", scratch.kendall_tau) : "",
        judged ? std::optional(score.kendall_tau >= scratch.kendall_tau) : std::nullopt);
  }
}

}  // namespace quarry::bench
