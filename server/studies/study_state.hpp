// What a study can be, and what may be done to it then: a table, nothing else.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace quarry::server {

// draft, queued, running, pausing, paused, stopping, completed, failed, cancelled.
std::span<const std::string> study_states();

// Nothing more will happen by itself: completed, failed or cancelled.
bool has_ended(std::string_view state);

// A conductor is at work on it, or has to be: queued, running, pausing or stopping.
bool is_conducted(std::string_view state);

// Of pause, resume, stop, cancel, extend, enqueue, confirm, clone and delete. Empty for an unknown
// state.
std::span<const std::string> allowed_verbs(std::string_view state);
bool allows(std::string_view state, std::string_view verb);

}  // namespace quarry::server
