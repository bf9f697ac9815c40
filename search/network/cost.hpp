// The metrics of a Network that have a closed formula. Exact integers; nothing is measured here.
#pragma once

#include <cstdint>

#include "search/network/network.hpp"

namespace quarry::search {

struct Cost {
  std::int64_t macs = 0;              // multiply-accumulates of one image
  std::int64_t params = 0;            // stored numbers, whatever their precision
  std::int64_t model_size_bytes = 0;  // of all parameters under the operator's precision
};

// macs follow the fvcore convention: linear and attention products count, everything else is 0.
// model_size_bytes of a linear operator: f32 4 and bf16 2 bytes a weight, bias f32;
//   int8    1 byte a weight, one f32 scale per output channel, f32 scale and int32 zero point of
//   its input, bias f32; int8_w4 the same with two weights to a byte, each output channel's row
//   padded to a whole byte.
// Norms and embeddings stay f32.
Cost cost_of(const Operator& op);
Cost cost_of(const Network& network);

}  // namespace quarry::search
