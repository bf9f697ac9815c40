// Targets shifted and scaled to mean 0 and deviation 1, and back.
#pragma once

#include <cmath>
#include <span>
#include <stdexcept>
#include <vector>

#include "predictors/model_state.hpp"

namespace quarry::predictors {

struct TargetScale {
  double mean = 0.0;
  double deviation = 0.0;  // 0 = constant but for rounding: there is nothing to learn

  static TargetScale of(std::span<const double> y) {
    TargetScale scale;
    const auto count = static_cast<double>(y.size());
    for (const double value : y) scale.mean += value / count;
    double square = 0.0;
    for (const double value : y) square += (value - scale.mean) * (value - scale.mean) / count;
    const double deviation = std::sqrt(square);
    if (deviation > 1e-12 * std::abs(scale.mean)) scale.deviation = deviation;
    return scale;
  }

  bool constant() const { return !(deviation > 0.0); }
  double scaled(double y) const { return (y - mean) / deviation; }
  double unscaled(double value) const { return mean + deviation * value; }

  std::vector<double> scaled(std::span<const double> y) const {
    std::vector<double> values;
    for (const double value : y) values.push_back(scaled(value));
    return values;
  }

  void save(ModelState& state) const { state.numbers["target_scale"] = {mean, deviation}; }

  // Throws std::invalid_argument where the state has none.
  static TargetScale restored(const ModelState& state) {
    const std::vector<double>& saved = saved_numbers(state, "target_scale", 2);
    if (saved[1] < 0.0)
      throw std::invalid_argument("the stored state of '" + state.kind +
                                  "' has a negative target deviation");
    return {saved[0], saved[1]};
  }
};

}  // namespace quarry::predictors
