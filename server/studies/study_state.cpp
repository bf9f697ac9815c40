// Tested by tests/server/study_state_test.cpp.
#include "server/studies/study_state.hpp"

#include <algorithm>

namespace quarry::server {
namespace {

struct Row {
  std::string state;
  std::vector<std::string> verbs;
};

const std::vector<Row>& table() {
  static const std::vector<Row> kTable = {
      {"draft", {"resume", "cancel", "extend", "enqueue", "clone"}},
      {"queued", {"pause", "stop", "cancel", "extend", "enqueue", "clone"}},
      {"running", {"pause", "stop", "cancel", "extend", "enqueue", "clone"}},
      {"pausing", {"resume", "stop", "cancel", "extend", "enqueue", "clone"}},
      {"paused", {"resume", "stop", "cancel", "extend", "enqueue", "clone"}},
      {"stopping", {"cancel", "clone"}},
      {"completed", {"extend", "confirm", "clone", "delete"}},
      {"failed", {"resume", "clone", "delete"}},
      {"cancelled", {"clone", "delete"}},
  };
  return kTable;
}

}  // namespace

std::span<const std::string> study_states() {
  static const std::vector<std::string> kStates = [] {
    std::vector<std::string> states;
    for (const Row& row : table()) states.push_back(row.state);
    return states;
  }();
  return kStates;
}

bool has_ended(std::string_view state) {
  return state == "completed" || state == "failed" || state == "cancelled";
}

bool is_conducted(std::string_view state) {
  return state == "queued" || state == "running" || state == "pausing" || state == "stopping";
}

std::span<const std::string> allowed_verbs(std::string_view state) {
  const auto found = std::ranges::find(table(), state, &Row::state);
  return found == table().end() ? std::span<const std::string>() : found->verbs;
}

bool allows(std::string_view state, std::string_view verb) {
  return std::ranges::find(allowed_verbs(state), verb) != allowed_verbs(state).end();
}

}  // namespace quarry::server
