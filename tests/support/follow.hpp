// Listening to a study of a running server, as a script does that waits for its end.
#pragma once

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "server/http/client.hpp"

namespace quarry::test {

// Stops listening after `events` of its events. True when the study has ended.
inline bool follow(const std::string& url, const std::string& id, int events = 1000000) {
  bool ended = false;
  server::HttpClient(url).stream(
      "/v1/studies/" + id + "/events", 0,
      [&](const server::ServerSentEvent& event) {
        if (event.type == "study.state")
          ended = nlohmann::json::parse(event.data)["state"] == "completed";
        return !ended && --events > 0;
      },
      [](const server::Response& response) { FAIL(response.body); });
  return ended;
}

// Returns when the study is in this state for the nth time.
inline void follow_until(const std::string& url, const std::string& id, const std::string& state,
                         int times = 1) {
  server::HttpClient(url).stream(
      "/v1/studies/" + id + "/events", 0,
      [&](const server::ServerSentEvent& event) {
        if (event.type == "study.state" && nlohmann::json::parse(event.data)["state"] == state)
          --times;
        return times > 0;
      },
      [](const server::Response& response) { FAIL(response.body); });
}

}  // namespace quarry::test
