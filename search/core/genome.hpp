// A genome: one choice index per gene of a SearchSpace, in the space's order. What an index means,
// the space knows.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace quarry::search {

using Choice = std::uint8_t;  // a gene has 1 to 256 choices
using Genome = std::vector<Choice>;

// "3,0,1,2": the form in which genomes are stored, hashed and compared across processes.
std::string to_text(const Genome& genome);

}  // namespace quarry::search
