// How many operations a second this processor does at most, by loops that only multiply and add in
// registers: what a product can be compared with.
#pragma once

#include <optional>
#include <string>

namespace quarry::bench {

enum class PeakKind { kF32, kBf16, kInt8 };

struct Peak {
  double operations_per_second = 0.0;  // a multiplication and an addition are two
  std::string instruction;             // "vfmadd231ps zmm"
};

// Nothing where the processor has no such instruction. Runs for about `seconds` on so many threads,
// in stretches of a millisecond or less; each thread's best counts, as others may use the machine.
std::optional<Peak> measure_peak(PeakKind kind, int threads, double seconds);

}  // namespace quarry::bench
