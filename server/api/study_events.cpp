// /v1/studies/{id}/events: the study's log as server-sent events, replayed from Last-Event-ID, then
// live until the study has ended. A page that has asked for a study's charts goes on after the
// event that they end with, by `after`: a browser's EventSource can send no header.
#include <algorithm>
#include <charconv>
#include <memory>
#include <set>

#include "server/api/api.hpp"
#include "server/api/views.hpp"
#include "server/studies/study_state.hpp"

namespace quarry::server {
namespace {

// What nobody wants is passed over once, not again at every read: from here on to there.
struct Passed {
  std::int64_t after = -1;
  std::int64_t until = 0;
};

// ?types=trial.finished,study.state; none: all.
std::set<std::string> types_of(const Request& request) {
  std::set<std::string> types;
  const auto given = request.query.find("types");
  std::string rest = given == request.query.end() ? "" : given->second;
  while (!rest.empty()) {
    const std::size_t comma = rest.find(',');
    types.insert(rest.substr(0, comma));
    rest = comma == std::string::npos ? "" : rest.substr(comma + 1);
  }
  return types;
}

}  // namespace

Response stream_events(const ApiContext& context, const Request& request) {
  Response refusal;
  const auto record = find_study(context.store, request, refusal);
  if (!record) return refusal;
  EventSource source;
  if (const auto after = request.query.find("after"); after != request.query.end()) {
    const auto sequence = read_integer(after->second);
    if (!sequence || *sequence < 0)
      return problem(400, "after must be the id of an event, got \"" + after->second + "\"");
    source.after = *sequence;
  }
  if (const auto last = request.headers.find("last-event-id"); last != request.headers.end()) {
    const std::string& text = last->second;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), source.after);
    if (error != std::errc() || end != text.data() + text.size() || source.after < 0) {
      return problem(400, "Last-Event-ID must be the id of an event, got \"" + text + "\"");
    }
  }
  const std::string id = record->id;
  source.read = [&context, id, wanted = types_of(request), passed = std::make_shared<Passed>()](
                    std::int64_t after, std::size_t limit) {
    std::vector<ServerSentEvent> events;
    std::int64_t at = after == passed->after ? std::max(after, passed->until) : after;
    for (std::size_t read = limit; read == limit && events.empty();) {
      const EventPages::Page page = context.pages->read(context.store, id, at, limit);
      read = page->size();
      for (const EventRecord& event : *page) {
        at = event.sequence;
        if (wanted.empty() || wanted.contains(event.type))
          events.push_back({event.sequence, event.type, event.data});
      }
    }
    *passed = {events.empty() ? after : events.back().id, at};
    return events;
  };
  source.subscribe = [&hub = context.hub, id](std::function<void()> wake) {
    return std::shared_ptr<void>(hub.subscribe(id, std::move(wake)));
  };
  source.ended = [&store = context.store, id] {
    const auto study = store.study(id);
    return !study || has_ended(study->state);
  };
  return {.content_type = "text/event-stream", .events = std::move(source)};
}

}  // namespace quarry::server
