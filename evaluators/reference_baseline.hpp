// The reference's baseline, shared by the processes of one user on one machine, so that all of them
// correct drift towards the same level.
#pragma once

#include <cstdint>
#include <string>

namespace quarry::evaluators {

// What this process found, or what an earlier one found and kept in the file: that one stands for a
// day unless this one is quicker by more than 2 %, which says that the other was made on a
// disturbed machine. The file is only a convenience: one that cannot be read or written is passed
// over.
double shared_baseline_ms(const std::string& path, double found_ms, std::int64_t unix_seconds);

}  // namespace quarry::evaluators
