// How a registry entry's options are shown as JSON, to whoever has to fill them in.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>

#include "predictors/options.hpp"

namespace quarry::search {

// [{name, type, help, default, min, max, allowed}]; the last three where there is such a limit.
nlohmann::json option_specs_to_json(std::span<const OptionSpec> options);

}  // namespace quarry::search
