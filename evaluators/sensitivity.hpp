// Where a network is sensitive to quantization: what changes when one operator alone leaves f32.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "evaluators/network_pool.hpp"
#include "search/network/network.hpp"

namespace quarry::evaluators {

struct SensitivityRow {
  std::string operator_name;
  search::Precision precision = search::Precision::kF32;
  double top1_change = 0.0;  // accuracy with only this operator changed, less that of all f32
  double loss_change = 0.0;  // cross-entropy, nats
  double kl = 0.0;           // mean KL from the f32 network's probabilities, nats
  std::int64_t bytes_saved = 0;
};

struct SensitivityTable {
  double top1 = 0.0;  // of the f32 network
  double loss = 0.0;
  std::size_t images = 0;
  std::vector<search::Precision> precisions;  // tried beside f32: those that run on this machine
  std::vector<SensitivityRow> rows;  // by operator in order of execution, then by precision
  std::string failure;               // why it could not be made; empty when it could
};

// Tries every quantizable operator of the sub-network alone at every precision that runs here,
// over the first `images` validation images. progress(done, total) is called after each.
SensitivityTable measure_sensitivity(const LoadedSupernet& supernet, const search::Genome& genome,
                                     std::size_t images,
                                     const std::function<void(std::size_t, std::size_t)>& progress);

}  // namespace quarry::evaluators
