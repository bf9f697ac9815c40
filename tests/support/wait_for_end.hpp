// Waits until a study has ended or is in a certain state, woken by its events: no polling, no
// sleep.
#pragma once

#include <semaphore>
#include <string>

#include "server/events/event_hub.hpp"
#include "server/storage/store.hpp"
#include "server/studies/study_state.hpp"

namespace quarry::test {

inline void wait_for_state(server::Store& store, server::EventHub& hub, const std::string& study,
                           const std::string& state) {
  std::counting_semaphore<> wakes(0);
  const auto subscription = hub.subscribe(study, [&] { wakes.release(); });
  while (store.study(study)->state != state) wakes.acquire();
}

inline void wait_for_end(server::Store& store, server::EventHub& hub, const std::string& study) {
  std::counting_semaphore<> wakes(0);
  const auto subscription = hub.subscribe(study, [&] { wakes.release(); });
  while (!server::has_ended(store.study(study)->state)) wakes.acquire();
}

}  // namespace quarry::test
