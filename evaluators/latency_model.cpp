// Tested by tests/evaluators/latency_model_test.cpp.
#include "evaluators/latency_model.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

namespace quarry::evaluators {
namespace {

using nlohmann::json;

// Least squares for three numbers that are drawn to what is believed of them beforehand: rows are
// added with a weight, beliefs with the inverse of their variance. Solved by elimination.
class SmallRidge {
 public:
  using Vector = std::array<double, 3>;

  void add(const Vector& x, double y, double weight) {
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t j = 0; j < 3; ++j) a_[i][j] += weight * x[i] * x[j];
      b_[i] += weight * x[i] * y;
    }
  }
  void believe(std::size_t i, double value, double deviation) {
    Vector x{};
    x[i] = 1.0;
    add(x, value, 1.0 / (deviation * deviation));
  }

  // Precondition: something was believed of each number.
  Vector solve() const {
    auto a = a_;
    Vector b = b_;
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t row = i + 1; row < 3; ++row) {
        const double factor = a[row][i] / a[i][i];
        for (std::size_t k = i; k < 3; ++k) a[row][k] -= factor * a[i][k];
        b[row] -= factor * b[i];
      }
    }
    Vector x{};
    for (std::size_t i = 3; i-- > 0;) {
      double rest = b[i];
      for (std::size_t k = i + 1; k < 3; ++k) rest -= a[i][k] * x[k];
      x[i] = rest / a[i][i];
    }
    return x;
  }

 private:
  std::array<Vector, 3> a_{};
  Vector b_{};
};

// ------------------------------------------------------------------ steps that were never timed

// "linear u8*s8->f32 bias scales gelu", then "linear u8*s8->f32", then "linear", then anything.
bool related(const std::string& kind, const std::string& other, int distance) {
  if (distance == 0) return kind == other;
  std::size_t end = 0;
  for (int words = distance == 1 ? 2 : distance == 2 ? 1 : 0; words > 0; --words)
    end = std::min(kind.find(' ', end == 0 ? 0 : end + 1), kind.size());
  return other.compare(0, end, kind, 0, end) == 0;
}

double log_of(double size) { return std::log(std::max(size, 1.0)); }

// log ms = base + a log macs + b log bytes, near the step: what is nearer in size counts more.
// Drawn to a = .8 and b = .2 where there is something to multiply, else to b = 1.
StepEstimate regress(const CompiledStep& step, std::span<const StepRow* const> relatives) {
  const double macs = log_of(static_cast<double>(step.macs));
  const double bytes = log_of(static_cast<double>(step.bytes));
  const auto weight_of = [&](const StepRow& row) {
    const double away_macs = log_of(static_cast<double>(row.macs)) - macs;
    const double away_bytes = log_of(static_cast<double>(row.bytes)) - bytes;
    return 1.0 / (0.1 + away_macs * away_macs + away_bytes * away_bytes);
  };
  constexpr double kFree = 1e3;
  constexpr double kExponentDeviation = 0.3;
  constexpr double kNoise = 0.05;  // of a row
  SmallRidge fit;
  fit.believe(0, 0.0, kFree);
  fit.believe(1, step.macs > 0 ? 0.8 : 0.0, kExponentDeviation);
  fit.believe(2, step.macs > 0 ? 0.2 : 1.0, kExponentDeviation);
  const auto distances = [&](const StepRow& row) -> SmallRidge::Vector {
    return {1.0, log_of(static_cast<double>(row.macs)) - macs,
            log_of(static_cast<double>(row.bytes)) - bytes};
  };
  for (const StepRow* row : relatives)
    fit.add(distances(*row), std::log(row->ms), weight_of(*row) / (kNoise * kNoise));
  const SmallRidge::Vector found = fit.solve();
  double squares = 0.0;
  double weights = 0.0;
  for (const StepRow* row : relatives) {
    const SmallRidge::Vector x = distances(*row);
    const double error = std::log(row->ms) - found[0] - found[1] * x[1] - found[2] * x[2];
    squares += weight_of(*row) * error * error;
    weights += weight_of(*row);
  }
  const double ms = std::exp(found[0]);
  return {.ms = ms, .deviation_ms = ms * std::sqrt(squares / weights), .estimated = true};
}

// ------------------------------------------------------------------ fitting

StepRow row_of(const StepTime& time) {
  constexpr double kOnce = 0.05;  // share by which a single measurement may be off
  StepRow row{.kind = time.kind,
              .shape = time.shape,
              .macs = time.macs,
              .bytes = time.bytes,
              .networks = time.networks,
              .ms = time.median_ms()};
  std::vector<double> away;
  for (const double ms : time.recent_ms) away.push_back(std::abs(ms - row.ms));
  std::ranges::sort(away);
  // 1.4826 makes a median deviation a standard one, 1.2533 a mean's error a median's.
  const double spread = std::max(1.4826 * away[away.size() / 2], kOnce * row.ms);
  row.deviation_ms = 1.2533 * spread / std::sqrt(static_cast<double>(away.size()));
  return row;
}

// What a network is composed of, as the correction sees it.
struct Composition {
  double sum_ms = 0.0;
  double steps = 0.0;
  double reorders = 0.0;
};

double apply(const LatencyCorrection& correction, const Composition& of) {
  return correction.per_ms * of.sum_ms + correction.per_step * of.steps +
         correction.per_reorder * of.reorders;
}

LatencyCorrection fit_correction(std::span<const std::pair<Composition, double>> networks) {
  constexpr double kNoise = 0.01;  // of a measured network, as a share
  constexpr double kPerMsDeviation = 0.05;
  constexpr double kPerStepDeviation = 5e-4;
  SmallRidge fit;
  fit.believe(0, 1.0, kPerMsDeviation);
  fit.believe(1, 0.0, kPerStepDeviation);
  fit.believe(2, 0.0, kPerStepDeviation);
  for (const auto& [of, ms] : networks)
    fit.add({of.sum_ms / ms, of.steps / ms, of.reorders / ms}, 1.0, 1.0 / (kNoise * kNoise));
  const SmallRidge::Vector found = fit.solve();
  LatencyCorrection correction{.per_ms = found[0],
                               .per_step = found[1],
                               .per_reorder = found[2],
                               .networks = static_cast<std::int64_t>(networks.size())};
  // The deviation before any network was seen counts as much as four of them.
  constexpr double kWeightBefore = 4.0;
  double squares = kWeightBefore * correction.deviation * correction.deviation;
  for (const auto& [of, ms] : networks) {
    const double error = apply(correction, of) / ms - 1.0;
    squares += error * error;
  }
  correction.deviation =
      std::sqrt(squares / (kWeightBefore + static_cast<double>(networks.size())));
  return correction;
}

}  // namespace

StepEstimate LatencyModel::step(const CompiledStep& step) const {
  if (const auto row = steps.find(step_key(step.kind, step.shape)); row != steps.end())
    return {.ms = row->second.ms, .deviation_ms = row->second.deviation_ms};
  // How far the estimate may be off at least, as a share, by how distant the relatives are.
  constexpr std::array kAtLeast = {0.1, 0.2, 0.4, 1.0};
  for (int distance = 0; distance < static_cast<int>(kAtLeast.size()); ++distance) {
    std::vector<const StepRow*> relatives;
    for (const auto& [key, row] : steps) {
      if (row.ms > 0.0 && related(step.kind, row.kind, distance)) relatives.push_back(&row);
    }
    if (relatives.empty()) continue;
    StepEstimate estimate = regress(step, relatives);
    estimate.deviation_ms = std::max(estimate.deviation_ms,
                                     kAtLeast.at(static_cast<std::size_t>(distance)) * estimate.ms);
    return estimate;
  }
  return {.estimated = true};
}

LatencyPrediction LatencyModel::predict(std::span<const CompiledStep> network,
                                        std::size_t rows) const {
  Memory memory;
  return predict(network, rows, memory);
}

LatencyPrediction LatencyModel::predict(std::span<const CompiledStep> network, std::size_t rows,
                                        Memory& memory) const {
  LatencyPrediction prediction{.steps = network.size()};
  Composition composition{.steps = static_cast<double>(network.size())};
  std::vector<double> deviations;  // of each key, all its steps together
  double guessed = 0.0;            // of steps that were never timed
  for (const CompiledStep& one : network) {
    const auto [entry, is_new] = memory.try_emplace(step_key(one.kind, one.shape));
    if (is_new) entry->second = {.estimate = step(one), .number = memory.size() - 1};
    const auto& [estimate, number] = entry->second;
    composition.sum_ms += estimate.ms;
    composition.reorders += one.is_reorder ? 1.0 : 0.0;
    if (estimate.estimated) {
      ++prediction.estimated;
      prediction.estimated_ms += estimate.ms;
      guessed += estimate.deviation_ms;
      continue;
    }
    if (number >= deviations.size()) deviations.resize(memory.size());
    deviations[number] += estimate.deviation_ms;
  }
  const auto found = corrections.find(rows);
  const LatencyCorrection correction =
      found == corrections.end() ? LatencyCorrection{} : found->second;
  prediction.sum_ms = composition.sum_ms;
  prediction.mean_ms = std::max(apply(correction, composition), 0.0);
  // Steps of one key are off together, those of different keys each on its own; estimates are all
  // off in the same direction.
  double variance = std::pow(correction.deviation * prediction.mean_ms, 2) + guessed * guessed;
  for (const double deviation : deviations) variance += deviation * deviation;
  prediction.deviation_ms = std::sqrt(variance);
  return prediction;
}

std::optional<LatencyModel> fit_latency_model(const std::string& fingerprint,
                                              const OperatorTable& table) {
  LatencyModel model{.fingerprint = fingerprint};
  for (const auto& [key, time] : table.steps) {
    if (!time.recent_ms.empty()) model.steps[key] = row_of(time);
  }
  if (model.steps.empty()) return std::nullopt;
  std::map<std::size_t, std::vector<std::pair<Composition, double>>> by_rows;
  for (const NetworkTime& network : table.networks) {
    Composition composition;
    for (const auto& [key, times] : network.steps) {
      const auto row = model.steps.find(key);
      if (row == model.steps.end()) continue;
      composition.sum_ms += times * row->second.ms;
      composition.steps += times;
      composition.reorders += table.steps.at(key).is_reorder ? times : 0;
    }
    if (network.ms > 0.0) by_rows[network.rows].emplace_back(composition, network.ms);
  }
  for (const auto& [rows, networks] : by_rows) model.corrections[rows] = fit_correction(networks);
  return model;
}

json to_json(const LatencyModel& model) {
  json steps = json::array();
  for (const auto& [key, row] : model.steps) {
    steps.push_back({{"kind", row.kind},
                     {"shape", row.shape},
                     {"macs", row.macs},
                     {"bytes", row.bytes},
                     {"networks", row.networks},
                     {"time_ms", row.ms},
                     {"deviation_ms", row.deviation_ms}});
  }
  json corrections = json::array();
  for (const auto& [rows, correction] : model.corrections) {
    corrections.push_back({{"rows", rows},
                           {"per_ms", correction.per_ms},
                           {"per_step_ms", correction.per_step},
                           {"per_reorder_ms", correction.per_reorder},
                           {"deviation", correction.deviation},
                           {"networks", correction.networks}});
  }
  return {{"fingerprint", model.fingerprint},
          {"steps", std::move(steps)},
          {"corrections", std::move(corrections)}};
}

LatencyModel model_from_json(const json& document) {
  LatencyModel model{.fingerprint = document.at("fingerprint").get<std::string>()};
  for (const json& step : document.at("steps")) {
    StepRow row{.kind = step.at("kind").get<std::string>(),
                .shape = step.at("shape").get<std::string>(),
                .macs = step.at("macs").get<std::int64_t>(),
                .bytes = step.at("bytes").get<std::size_t>(),
                .networks = step.at("networks").get<std::int64_t>(),
                .ms = step.at("time_ms").get<double>(),
                .deviation_ms = step.at("deviation_ms").get<double>()};
    std::string key = step_key(row.kind, row.shape);
    model.steps.emplace(std::move(key), std::move(row));
  }
  for (const json& entry : document.at("corrections")) {
    model.corrections[entry.at("rows").get<std::size_t>()] = {
        .per_ms = entry.at("per_ms").get<double>(),
        .per_step = entry.at("per_step_ms").get<double>(),
        .per_reorder = entry.at("per_reorder_ms").get<double>(),
        .deviation = entry.at("deviation").get<double>(),
        .networks = entry.at("networks").get<std::int64_t>()};
  }
  return model;
}

// ------------------------------------------------------------------ genomes

LatencyForecast::LatencyForecast(const LoadedSupernet& supernet, std::size_t batch, int threads,
                                 LatencyModel model)
    : supernet_(supernet), batch_(batch), model_(std::move(model)), planner_(threads) {}

// Phases add up, and so do their deviations, as if all erred in the same direction.
std::optional<LatencyPrediction> LatencyForecast::predict(const search::Genome& genome) {
  LatencyPrediction total;
  for (const search::Phase& phase : supernet_.supernet().phases(genome)) {
    const std::size_t rows = batch_ * phase.rows;
    const StepPlan plan = planner_.plan(phase.network, rows);
    if (!plan.failure.empty()) return std::nullopt;
    const LatencyPrediction one = model_.predict(plan.steps, rows, memory_);
    const auto repetitions = static_cast<double>(phase.repetitions);
    total.mean_ms += repetitions * one.mean_ms;
    total.deviation_ms += repetitions * one.deviation_ms;
    total.sum_ms += repetitions * one.sum_ms;
    total.estimated_ms += repetitions * one.estimated_ms;
    total.steps += phase.repetitions * one.steps;
    total.estimated += phase.repetitions * one.estimated;
  }
  return total;
}

}  // namespace quarry::evaluators
