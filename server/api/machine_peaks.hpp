// How fast a machine is at most, as the API shows it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

#include "evaluators/machine_peaks.hpp"

namespace quarry::server {

// {macs_per_ms: {precision: number}, bytes_per_ms}; null where none were measured.
nlohmann::json peaks_view(const std::optional<evaluators::MachinePeaks>& peaks);

}  // namespace quarry::server
