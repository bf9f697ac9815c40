// MAPE and Kendall tau on rows that a model did not see, mean of random splits.
#include <fmt/format.h>

#include <optional>

#include "tests/bench/predictors/reference.hpp"
#include "tests/bench/predictors/sections.hpp"
#include "tests/bench/predictors/trial_split.hpp"

namespace quarry::bench {
namespace {

struct Target {
  double mape_percent = 0.0;
  double kendall_tau = 0.0;
};

struct Case {
  std::string key;
  std::optional<DataSet> (*read)();
  std::size_t rows = 100;
  Target target;
  Target reference;  // what ../shared/spec/reference.md, section 4, measured with as many rows
};

std::vector<Case> cases() {
  const auto xeon = [] { return hat_latency("xeon"); };
  const auto pi = [] { return hat_latency("raspberrypi"); };
  return {{"mobilenet", mobilenet_accuracy, 100, {.150, .930}, {.169, .917}},
          {"mobilenet", mobilenet_accuracy, 1000, {.055, .970}, {.062, .965}},
          {"bert", bert_accuracy, 100, {.32, .845}, {.332, .835}},
          {"resnet", resnet_accuracy, 100, {.150, .870}, {.169, .851}},
          {"resnet_latency", resnet_latency, 100, {7.5, .840}, {8.4, .815}},
          {"transformer", transformer_bleu, 100, {.60, .900}, {.615, .893}},
          {"hat_xeon", xeon, 500, {4.5, .900}, {5.1, .888}},
          {"hat_pi", pi, 500, {4.0, .890}, {4.5, .879}}};
}

struct Subject {
  const predictors::PredictorEntry& entry;
  bool derived;  // whether it sees the derived columns too

  std::string name() const { return entry.name + (derived ? ", derived columns" : ""); }
};

Score measure(const Subject& subject, const DataSet& data, const Case& one,
              const Arguments& arguments) {
  const DataSet seen = subject.derived ? data : with_columns(data, data.genes);
  Score total;
  for (std::size_t number = 0; number < arguments.splits; ++number) {
    const Split split = random_split(seen, arguments.rows > 0 ? arguments.rows : one.rows, number);
    total += score_on(subject.entry, seen.columns, split);
  }
  return total / static_cast<double>(arguments.splits);
}

// `peer`: the reference's own predictor on the same rows and splits.
void add(Report& report, const std::string& what, const Score& score, const Case& one,
         const std::optional<Score>& peer) {
  const auto judged = [&](bool holds) { return peer ? std::optional(holds) : std::nullopt; };
  const auto beside = [&](double published, double measured) {
    return fmt::format("reference {:g}{}", published,
                       peer ? fmt::format(", on these rows {:.4g}", measured) : "");
  };
  const Score measured = peer.value_or(Score());
  report.add({.figure = what + ", MAPE",
              .value = score.mape_percent,
              .unit = "%",
              .target = fmt::format("<= {:g}", one.target.mape_percent),
              .holds = judged(score.mape_percent <= one.target.mape_percent),
              .note = beside(one.reference.mape_percent, measured.mape_percent) +
                      fmt::format("; fit {:.2f} s", score.fit_seconds)});
  report.add({.figure = what + ", tau",
              .value = score.kendall_tau,
              .unit = "",
              .target = fmt::format(">= {:g}", one.target.kendall_tau),
              .holds = judged(score.kendall_tau >= one.target.kendall_tau),
              .note = beside(one.reference.kendall_tau, measured.kendall_tau)});
  if (!peer) return;  // it has no deviation
  report.add({.figure = what + ", in 90 % interval",
              .value = 100.0 * score.coverage,
              .unit = "%",
              .target = "85 to 95",
              .holds = judged(score.coverage >= 0.85 && score.coverage <= 0.95)});
}

void measure_case(Report& report, const Case& one, const Arguments& arguments) {
  const std::optional<DataSet> data = one.read();
  if (!data) {
    report.add({.figure = one.key, .note = "the published rows are not here"});
    return;
  }
  const auto figure = [&](const Subject& subject) {
    return fmt::format("{}, {} rows, {}", data->name,
                       arguments.rows > 0 ? arguments.rows : one.rows, subject.name());
  };
  const predictors::PredictorEntry krr = reference_krr();
  const Subject peer{krr, false};
  const Score reference = measure(peer, *data, one, arguments);
  add(report, figure(peer), reference, one, std::nullopt);
  for (const predictors::PredictorEntry& entry : predictors::predictor_registry()) {
    if (!arguments.wants_model(entry.name)) continue;
    for (const bool derived : {false, true}) {
      const Subject subject{entry, derived};
      add(report, figure(subject), measure(subject, *data, one, arguments), one, reference);
    }
  }
}

}  // namespace

void quality_section(Report& report, const Arguments& arguments) {
  for (const Case& one : cases()) {
    if (arguments.wants_data(one.key)) measure_case(report, one, arguments);
  }
}

}  // namespace quarry::bench
