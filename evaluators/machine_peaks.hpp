// How fast this machine is at most: products by precision, and memory. Measured with oneDNN itself,
// so that it is a peak that networks can come near to (the roofline of Williams, Waterman and
// Patterson 2009).
#pragma once

#include <cstddef>
#include <map>

#include "search/network/network.hpp"

namespace quarry::evaluators {

struct MachinePeaks {
  std::map<search::Precision, double> macs_per_ms;  // of the precisions that run here
  double bytes_per_ms = 0.0;                        // read from memory
};

// The highest of some runs, each of a few milliseconds; takes less than a second.
MachinePeaks measure_peaks(int threads);

// Of the last level; 32 MiB where the system does not say.
std::size_t last_cache_bytes();

// The least time that a network can take on such a machine: all its products at the peak of their
// precisions, or all weights that no cache of `cache_bytes` holds read from memory, whichever is
// longer.
double roofline_ms(const search::Network& network, std::size_t batch, const MachinePeaks& peaks,
                   std::size_t cache_bytes);

}  // namespace quarry::evaluators
