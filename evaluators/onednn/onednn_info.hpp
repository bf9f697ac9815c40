// Which oneDNN this is and what it makes of this CPU, for those who may not see dnnl.hpp.
#pragma once

#include <string>

namespace quarry::evaluators {

std::string onednn_version();  // "2.6.3"
std::string onednn_isa();      // the instruction set it uses here: "avx512_core_bf16"

}  // namespace quarry::evaluators
