// What can be said of a supernet before anything is searched: how large it is, and what its
// extremes cost.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "search/supernets/supernet.hpp"

namespace quarry::search {

// Every gene at its smallest or largest number; genes of texts (precisions) at their first choice.
// Canonical.
Genome extreme_genome(const SearchSpace& space, bool largest);

struct NetworkFacts {
  std::string name;  // "smallest", "largest" or a baseline's
  std::size_t operators = 0;
  std::int64_t macs = 0;
  std::int64_t params = 0;
  std::int64_t model_size_bytes = 0;
  std::int64_t peak_activation_bytes = 0;
};

struct SupernetFacts {
  std::size_t genes = 0;
  double raw_size = 0.0;
  std::optional<double> canonical_size;  // nothing where it takes too long to count
  std::vector<NetworkFacts> networks;    // smallest, largest, then the baselines
};

SupernetFacts facts_of(const Supernet& supernet);

}  // namespace quarry::search
