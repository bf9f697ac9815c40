// A fixed piece of work that stands beside every measurement: when it slows down, the machine did.
#pragma once

#include <memory>

#include "evaluators/onednn/compiled_network.hpp"

namespace quarry::evaluators {

// The feed-forward half of a transformer layer in f32: two products with a ReLU between them, the
// residual add, layer norm. It computes as candidates do and moves 1.4 MB, more than most L2 caches
// hold, so that it feels a lower clock, a busy sibling and a contended L3 alike. A few hundred
// microseconds.
std::unique_ptr<CompiledNetwork> make_reference_network(int threads);

}  // namespace quarry::evaluators
