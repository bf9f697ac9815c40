// A genome as DyNAS-T writes it into its result files and reads it from a user: a Python dict of
// lists, with what it adds to the genes of the once-for-all supernets. The inverse of what
// row_reader.cpp reads.
#pragma once

#include <optional>
#include <string>

#include "search/core/genome.hpp"
#include "search/supernets/supernet.hpp"

namespace quarry::evaluators {

// "{'wid': None, 'ks': [3, ...], ..., 'r': [224]}"; nothing where DyNAS-T has no such supernet.
// Precondition: the space holds the genome.
std::optional<std::string> dynast_config(const search::Supernet& supernet,
                                         const search::Genome& genome);

}  // namespace quarry::evaluators
