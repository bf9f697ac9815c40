// Waits until a study has ended, is in a certain state or fulfils another condition, woken by its
// events: no polling, no sleep.
#pragma once

#include <functional>
#include <string>

#include "server/events/event_hub.hpp"
#include "server/storage/store.hpp"
#include "server/studies/study_state.hpp"
#include "tests/support/wakes.hpp"

namespace quarry::test {

// The condition is asked now and after every event of the study.
template <typename Condition>
void wait_until(server::EventHub& hub, const std::string& study, const Condition& condition) {
  try_at_wakes([&](std::function<void()> wake) { return hub.subscribe(study, std::move(wake)); },
               condition);
}

inline void wait_for_state(server::Store& store, server::EventHub& hub, const std::string& study,
                           const std::string& state) {
  wait_until(hub, study, [&] { return store.study(study)->state == state; });
}

inline void wait_for_end(server::Store& store, server::EventHub& hub, const std::string& study) {
  wait_until(hub, study, [&] { return server::has_ended(store.study(study)->state); });
}

}  // namespace quarry::test
