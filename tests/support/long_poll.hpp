// What the server's session does with an answer that has to be waited for.
#pragma once

#include "server/http/message.hpp"
#include "tests/support/wakes.hpp"

namespace quarry::test {

inline server::Response wait_for(const server::Response& response) {
  if (!response.later) return response;
  const server::LongPoll poll = *response.later;
  return *try_at_wakes(poll.subscribe, poll.attempt);
}

}  // namespace quarry::test
