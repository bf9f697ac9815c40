// Where the numbers of a network's weights come from: a trained file, or nowhere in particular, for
// networks of which only the latency is asked.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "search/network/network.hpp"

namespace quarry::evaluators {

// Immutable, so any number of threads may read.
class WeightSource {
 public:
  virtual ~WeightSource() = default;

  // The kept part of a tensor, row-major. Precondition: no mismatch.
  virtual std::vector<float> read(const search::WeightSlice& slice) const = 0;

  // Why the slice cannot be read ("tensor layer0.qkv.weight is missing"), nothing if it can.
  virtual std::optional<std::string> mismatch(const search::WeightSlice& slice) const = 0;

  // Sources of one identity hold the same numbers: packed weights of one serve the other.
  virtual std::uint64_t identity() const = 0;
};

// Numbers made up from the tensor's name and each number's place in it, so that every sub-network
// sees the same supernet: no file, no seconds, no memory but for what is read. Matrices and kernels
// are uniform with He's variance, 2 / fan-in (He et al. 2015); vectors are near 1, but for biases,
// shifts and means, near 0. Any network fits.
class PseudoRandomWeights final : public WeightSource {
 public:
  explicit PseudoRandomWeights(std::uint64_t seed = 1) : seed_(seed) {}
  std::vector<float> read(const search::WeightSlice& slice) const override;
  std::optional<std::string> mismatch(const search::WeightSlice& slice) const override;
  std::uint64_t identity() const override { return seed_; }

 private:
  std::uint64_t seed_;
};

}  // namespace quarry::evaluators
