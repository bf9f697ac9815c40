// The members of a stored front as choices among them see them.
#pragma once

#include <string>
#include <vector>

#include "server/storage/store.hpp"
#include "server/studies/front_choice.hpp"
#include "server/studies/study_spec.hpp"

namespace quarry::server {

std::vector<FrontMember> front_members(Store& store, const std::string& study);

// The names of all metrics that a member has, and of every objective.
std::vector<std::string> metrics_of(const std::vector<FrontMember>& members, const StudySpec& spec);

// A front has at most a few thousand members; more than this are not looked at.
inline constexpr std::size_t kLargestFront = 100000;

}  // namespace quarry::server
