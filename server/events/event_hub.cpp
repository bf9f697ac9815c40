// Tested by tests/server/event_hub_test.cpp.
#include "server/events/event_hub.hpp"

#include <vector>

namespace quarry::server {

std::unique_ptr<EventHub::Subscription> EventHub::subscribe(const std::string& study,
                                                            std::function<void()> wake) {
  const std::scoped_lock lock(mutex_);
  const std::uint64_t id = next_id_++;
  wakes_[study][id] = std::move(wake);
  return std::make_unique<Subscription>(*this, study, id);
}

void EventHub::publish(const std::string& study) {
  std::vector<std::function<void()>> wakes;
  {
    const std::scoped_lock lock(mutex_);
    if (const auto found = wakes_.find(study); found != wakes_.end()) {
      for (const auto& [id, wake] : found->second) wakes.push_back(wake);
    }
  }
  for (const auto& wake : wakes) wake();
}

void EventHub::end(const std::string& study, std::uint64_t id) {
  const std::scoped_lock lock(mutex_);
  const auto found = wakes_.find(study);
  if (found == wakes_.end()) return;
  found->second.erase(id);
  if (found->second.empty()) wakes_.erase(found);
}

}  // namespace quarry::server
