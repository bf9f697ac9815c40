// What was predicted of trials when they were proposed, against what they then measured: the points
// and the error as the study went on. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "server/studies/study_table.hpp"

namespace quarry::server {

struct ParityError {
  std::size_t trials = 0;             // finished when the last of these was
  std::size_t count = 0;              // predictions
  double mean_absolute = 0.0;         // all in the metric's unit
  double bias = 0.0;                  // mean of measured - predicted
  double low = 0.0;                   // of measured - predicted: a twentieth lies below
  double high = 0.0;                  // a twentieth lies above, so nine of ten are between
  std::optional<double> kendall_tau;  // of the order; nothing where all are equal
};

struct Parity {
  std::vector<std::uint32_t> trials;  // in order of finishing, those with both numbers
  std::optional<ParityError>
      all;  // of the latest kLatestPredictions; nothing where there are no points
  std::vector<ParityError> over_time;  // of consecutive equal parts, 40 at most
};

// Of more, the overall figures are those of the latest: a rank correlation compares all pairs.
inline constexpr std::size_t kLatestPredictions = 5000;

Parity parity_of(const StudyTable& table, const std::string& metric);

}  // namespace quarry::server
