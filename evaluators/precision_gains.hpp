// What leaving f32 gains on this machine, operator by operator: found by running the largest
// network once in every precision, not by a list. A depthwise convolution in INT8 gains nothing on
// most processors; a gene for it makes a search larger for nothing but the bytes.
#pragma once

#include <string>
#include <vector>

#include "evaluators/latency.hpp"
#include "evaluators/network_pool.hpp"
#include "evaluators/supernet_library.hpp"

namespace quarry::evaluators {

// A choice of a precision gene: the time of the operators that it decides on, in f32 and as chosen,
// conversions at their inputs included.
struct PrecisionGain {
  std::size_t gene = 0;
  search::Choice choice = 0;
  search::Precision precision = search::Precision::kF32;
  std::vector<std::string> operators;
  double f32_ms = 0.0;
  double ms = 0.0;

  // Not faster than f32 by more than timing can tell.
  bool is_idle() const { return ms > 0.97 * f32_ms; }
};

struct PrecisionGains {
  std::vector<PrecisionGain> gains;  // by gene, then choice; f32 itself left out
  std::string failure;               // why they could not be measured; empty when they could
};

// Of every choice of every precision gene that runs on this machine. Times the first phase of an
// encoder-decoder only.
PrecisionGains measure_precision_gains(const LoadedSupernet& supernet, NetworkPool& pool,
                                       const LatencyOptions& options, std::size_t batch);

}  // namespace quarry::evaluators
