#include "server/studies/study_state.hpp"

#include <catch2/catch.hpp>

namespace quarry::server {
namespace {

// The states that allow a verb, in the table's order.
std::string allowing(const std::string& verb) {
  std::string states;
  for (const std::string& state : study_states()) {
    if (allows(state, verb)) states += (states.empty() ? "" : " ") + state;
  }
  return states;
}

TEST_CASE("each verb is allowed where it means something") {
  CHECK(allowing("pause") == "queued running");
  CHECK(allowing("resume") == "draft pausing paused failed");
  CHECK(allowing("stop") == "queued running pausing paused");
  CHECK(allowing("cancel") == "draft queued running pausing paused stopping");
  CHECK(allowing("extend") == "draft queued running pausing paused completed");
  CHECK(allowing("enqueue") == "draft queued running pausing paused");
  CHECK(allowing("delete") == "completed failed cancelled");
  CHECK(allowing("clone") ==
        "draft queued running pausing paused stopping completed failed cancelled");
}

TEST_CASE("what has ended is neither conducted nor waiting, and what can be deleted has ended") {
  for (const std::string& state : study_states()) {
    CHECK_FALSE((has_ended(state) && is_conducted(state)));
    CHECK(allows(state, "delete") == has_ended(state));
  }
  CHECK(allowed_verbs("deleted").empty());
}

}  // namespace
}  // namespace quarry::server
