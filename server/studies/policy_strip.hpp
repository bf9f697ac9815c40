// Networks side by side, layer by layer: in which precision each operator with weights computes and
// how large it is. What the policy strip of the dashboard is drawn from. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "search/core/genome.hpp"
#include "search/supernets/supernet.hpp"

namespace quarry::server {

struct StripCell {
  std::size_t column = 0;  // of PolicyStrip::operators
  search::Precision precision = search::Precision::kF32;
  std::int64_t params = 0;
  std::size_t width = 0;  // features or channels that it gives
  bool operator==(const StripCell&) const = default;
};

struct PolicyStrip {
  std::vector<std::string> operators;  // of all networks, in the order in which they run
  std::vector<std::int64_t> most;      // parameters of the largest in each column
  std::vector<std::vector<StripCell>>
      rows;  // as the genomes; an operator that is not there has no cell
};

PolicyStrip policy_strip(const search::Supernet& supernet, std::span<const search::Genome> genomes);

}  // namespace quarry::server
