// The manifest format as a JSON Schema (draft 2020-12), for editors and scripts. The blocks' part
// is made from the block registry, so it cannot say anything else than the loader does. What a
// schema cannot say (names that refer to genes, shapes that fit) load_manifest checks.
#pragma once

#include <nlohmann/json_fwd.hpp>

namespace quarry::search {

nlohmann::ordered_json manifest_schema();

}  // namespace quarry::search
