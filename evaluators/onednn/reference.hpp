// A fixed piece of work that stands beside every measurement: when it slows down, the machine did.
#pragma once

#include <memory>

#include "evaluators/onednn/compiled_network.hpp"

namespace quarry::evaluators {

// A transformer layer in f32: attention, in which each thread reads what others wrote, two products
// with a ReLU between them, the residual add and a norm. It computes as candidates do and moves
// more than most L2 caches hold, so that it feels a lower clock, a busy sibling, a contended L3,
// and cores that a hypervisor has moved away from each other. Some hundred microseconds.
std::unique_ptr<CompiledNetwork> make_reference_network(int threads);

}  // namespace quarry::evaluators
