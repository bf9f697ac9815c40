// Waits until a study has ended, woken by its events: no polling, no sleep.
#pragma once

#include <semaphore>
#include <string>

#include "server/events/event_hub.hpp"
#include "server/storage/store.hpp"

namespace quarry::test {

inline void wait_for_end(server::Store& store, server::EventHub& hub, const std::string& study) {
  std::counting_semaphore<> wakes(0);
  const auto subscription = hub.subscribe(study, [&] { wakes.release(); });
  while (store.study(study)->state != "completed" && store.study(study)->state != "failed")
    wakes.acquire();
}

}  // namespace quarry::test
