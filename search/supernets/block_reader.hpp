// Reads a manifest's "network": the blocks in order, their repetitions, and for each parameter a
// constant, a list by repetition, or the genes it follows. Format: search/supernets/README.md.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "search/supernets/supernet.hpp"

namespace quarry::search {

// Only the sound blocks; every mistake in `errors`.
std::vector<BlockUse> read_blocks(const nlohmann::json& list, const std::string& pointer,
                                  const SearchSpace& space, FieldErrors& errors);

// Follows the shapes through the smallest and the largest network; at each block every choice of
// each of its genes is tried against what arrives there, so that no genome can build a network that
// does not fit together. Preconditions: the space and the blocks are sound.
void check_networks(const Supernet& supernet, const std::string& pointer, FieldErrors& errors);

}  // namespace quarry::search
