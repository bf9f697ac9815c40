// Which oneDNN this is and what it makes of this CPU, for those who may not see dnnl.hpp.
#pragma once

#include <span>
#include <string>

#include "search/network/network.hpp"

namespace quarry::evaluators {

std::string onednn_version();  // "2.6.3"
std::string onednn_isa();      // the instruction set it uses here: "avx512_core_bf16"

// The precisions whose products it can make here, found by asking it for one of each; f32 first.
std::span<const search::Precision> executable_precisions();

// How the weights of integer operators can be rounded here; what a network is made of by default
// first.
std::span<const search::WeightScheme> executable_weight_schemes();

// The largest code of an INT8 activation, found by multiplying: 255, or 127 where integer products
// saturate. Without VNNI two neighbouring u8 x s8 products are added in 16 bits; 255 * 127 * 2 does
// not fit there, 127 * 127 * 2 does.
int largest_activation_code();

}  // namespace quarry::evaluators
