// Waits until a study has ended or is in a certain state, woken by its events: no polling, no
// sleep.
#pragma once

#include <string>

#include "server/events/event_hub.hpp"
#include "server/storage/store.hpp"
#include "server/studies/study_state.hpp"
#include "tests/support/wakes.hpp"

namespace quarry::test {

inline void wait_for_state(server::Store& store, server::EventHub& hub, const std::string& study,
                           const std::string& state) {
  const Wakes wakes;
  const auto subscription = hub.subscribe(study, wakes.waker());
  while (store.study(study)->state != state) wakes.wait();
}

inline void wait_for_end(server::Store& store, server::EventHub& hub, const std::string& study) {
  const Wakes wakes;
  const auto subscription = hub.subscribe(study, wakes.waker());
  while (!server::has_ended(store.study(study)->state)) wakes.wait();
}

}  // namespace quarry::test
