// A front as people read it: a table beside the baselines, CSV, and one sentence that says what was
// gained. Pure text from the API's JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace quarry::server {

// front: what GET .../front answers, all pages joined; study: what GET /v1/studies/{id} answers. Of
// more members than `limit`, as many are shown, evenly spread from the best to the worst in the
// first objective, and the last line counts the rest.
std::string front_table(const nlohmann::json& study, const nlohmann::json& front,
                        std::size_t limit = 1000000);

// One row per member: number, every metric and its spread, then the config as JSON.
std::string front_csv(const nlohmann::json& front);

// One sentence per baseline: the member that is fastest for its size among those whose accuracy is
// within half a point of the baseline's, or that there is none. Nothing for the smallest baseline,
// which is an end of the range and nothing to beat; nothing where accuracy and latency were not
// both measured.
std::vector<std::string> gain_sentences(const nlohmann::json& front);

}  // namespace quarry::server
