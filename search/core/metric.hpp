// The metrics that mean the same for every supernet. A metric is a named number whose unit is in
// its name.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace quarry::search {

enum class Goal { kMinimize, kMaximize };

struct Metric {
  std::string name;
  std::string summary;
  Goal better = Goal::kMinimize;
  double ideal =
      0.0;  // the value that no network can beat: 0 for costs, 1 for accuracy, 100 for bleu
};

std::span<const Metric> known_metrics();

// nullptr when there is none of that name.
const Metric* find_metric(std::string_view name);

}  // namespace quarry::search
