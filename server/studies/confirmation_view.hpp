// The latest confirmation of a study as the API shows it, read from its log.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "server/storage/store.hpp"
#include "server/studies/confirmation.hpp"

namespace quarry::server {

// {number, state, budget, pairs, members, reason, sentence}; nothing where there was none.
std::optional<nlohmann::json> confirmation_view(Store& store, const StudyRecord& study);

// The same of one that has not begun.
nlohmann::json planned_view(const ConfirmRequest& request, const std::string& state,
                            const std::string& sentence);

}  // namespace quarry::server
