#include "server/events/event_hub.hpp"

#include <catch2/catch.hpp>

namespace quarry::server {
namespace {

TEST_CASE(
    "readers of a study are woken by its events, others are not, and none after it has ended") {
  EventHub hub;
  int first = 0;
  int second = 0;
  auto one = hub.subscribe("a", [&] { ++first; });
  const auto two = hub.subscribe("b", [&] { ++second; });
  hub.publish("a");
  CHECK(first == 1);
  CHECK(second == 0);
  one.reset();
  hub.publish("a");
  hub.publish("b");
  CHECK(first == 1);
  CHECK(second == 1);
}

TEST_CASE("a reader may end its subscription while it is being woken") {
  EventHub hub;
  std::unique_ptr<EventHub::Subscription> subscription;
  subscription = hub.subscribe("a", [&] { subscription.reset(); });
  hub.publish("a");
  CHECK(subscription == nullptr);
}

}  // namespace
}  // namespace quarry::server
