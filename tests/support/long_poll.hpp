// What the server's session does with an answer that has to be waited for.
#pragma once

#include "server/http/message.hpp"
#include "tests/support/wakes.hpp"

namespace quarry::test {

inline server::Response wait_for(const server::Response& response) {
  if (!response.later) return response;
  const Wakes wakes;
  const server::LongPoll poll = *response.later;
  const auto subscription = poll.subscribe(wakes.waker());
  while (true) {
    if (auto answer = poll.attempt()) return *answer;
    wakes.wait();
  }
}

}  // namespace quarry::test
