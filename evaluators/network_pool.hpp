// Compiled networks, compiled once per candidate: accuracy and latency of a trial use the same
// object. Keeps the most recent ones, the calibration of each architecture, and the packed weights
// that candidates share.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <string>

#include "evaluators/onednn/compiled_network.hpp"
#include "evaluators/onednn/weight_cache.hpp"
#include "evaluators/supernet_library.hpp"

namespace quarry::evaluators {

// Thread-safe. A network that is taken belongs to the taker until it is given back; taking it again
// meanwhile compiles another.
class NetworkPool {
 public:
  // Networks, calibrations and weights beyond the capacities are dropped, the longest unused first.
  explicit NetworkPool(std::size_t capacity = 32, std::size_t calibrations = 512,
                       std::size_t weight_bytes = std::size_t{1} << 30)
      : capacity_(capacity), calibration_capacity_(calibrations), weights_(weight_bytes) {}

  // Of a supernet without weights, a network with made-up ones: right for latency and nothing else.
  // phase: which of Supernet::phases(genome), for so many rows of it as `batch` inputs need.
  CompileResult take(const LoadedSupernet& supernet, const search::Genome& genome,
                     std::size_t batch, int threads, std::size_t phase = 0);
  void give_back(const LoadedSupernet& supernet, const search::Genome& genome,
                 std::unique_ptr<CompiledNetwork> network, std::size_t phase = 0);

 private:
  struct Kept {
    std::string key;
    std::unique_ptr<CompiledNetwork> network;
  };
  struct Ranges {
    std::string key;
    Calibration calibration;
  };

  Calibration calibration_of(const LoadedSupernet& supernet, const search::Network& network,
                             std::string& failure);

  std::mutex mutex_;
  std::size_t capacity_;
  std::size_t calibration_capacity_;
  std::list<Kept> kept_;      // the most recent first
  std::list<Ranges> ranges_;  // the most recent first
  WeightCache weights_;
  PseudoRandomWeights made_up_;
};

}  // namespace quarry::evaluators
