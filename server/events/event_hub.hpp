// Tells readers of a study's events that there is something new in the store. It carries no events:
// a reader always reads the store, so a slow one costs nothing and can miss nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace quarry::server {

// Thread-safe. A callback runs on the publisher's thread and must return at once; it may still run
// once while its subscription ends.
class EventHub {
 public:
  // Ends when it is destroyed. The hub must outlive it.
  class Subscription {
   public:
    Subscription(EventHub& hub, std::string study, std::uint64_t id)
        : hub_(hub), study_(std::move(study)), id_(id) {}
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;
    ~Subscription() { hub_.end(study_, id_); }

   private:
    EventHub& hub_;
    std::string study_;
    std::uint64_t id_;
  };

  // wake is called from any thread, and may be once more while its subscription ends: what it uses
  // it must own.
  std::unique_ptr<Subscription> subscribe(const std::string& study, std::function<void()> wake);

  // Call after the events are stored.
  void publish(const std::string& study);

 private:
  void end(const std::string& study, std::uint64_t id);

  std::mutex mutex_;
  std::uint64_t next_id_ = 0;
  std::map<std::string, std::map<std::uint64_t, std::function<void()>>> wakes_;
};

}  // namespace quarry::server
