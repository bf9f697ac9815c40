// The metrics of a Network that have a closed formula. Exact integers; nothing is measured here.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "search/network/network.hpp"

namespace quarry::search {

struct Cost {
  std::int64_t macs = 0;              // multiply-accumulates of one image in products
  std::int64_t elementwise_macs = 0;  // what torchprofile counts besides
  std::int64_t params = 0;            // stored numbers, whatever their precision
  std::int64_t model_size_bytes = 0;  // of all parameters under the operator's precision

  Cost& operator+=(const Cost& other);
  bool operator==(const Cost&) const = default;
};

// Two ways to count that the field's papers and tools use; they differ by a few per cent. fvcore:
// convolutions, linear and attention products. torchprofile adds layer norms, means and
// multiplications element by element (hard swish, gates, scaled queries and embeddings).
enum class MacConvention { kFvcore, kTorchprofile };

std::string_view to_text(MacConvention convention);
std::int64_t macs(const Cost& cost, MacConvention convention);

// params: a batch norm has a scale and a shift per channel; its running mean and variance are
// statistics, not parameters.
// model_size_bytes of a product: f32 4 and bf16 2 bytes a weight; int8 1 byte a weight, an f32
// scale for each output channel (or one of all), an int32 zero point for each scale where weights
// are asymmetric, f32 scale and int32 zero point of its input; int8_w4 the same with two weights to
// a byte, each output channel's row padded to a whole byte. Biases are f32; a folded batch norm is
// a bias. Norms and embeddings stay f32.
Cost cost_of(const Operator& op, const Network& network);
// What several f32 operators read of one tensor is counted once, as with tied embeddings; exact
// where one of them reads all of it.
Cost cost_of(const Network& network);
// The same of these operators only.
Cost cost_of(const Network& network, const std::function<bool(const Operator&)>& counted);

// Bytes of activations that an executor needs at least: the largest sum, over the steps in order,
// of what has been made and will still be read; one image, in the types that operators compute in.
std::int64_t peak_activation_bytes(const Network& network);

// Of the multiply-accumulates of quantizable operators, the share that is made of integers; 0 where
// there is none.
double int8_share(const Network& network);

}  // namespace quarry::search
