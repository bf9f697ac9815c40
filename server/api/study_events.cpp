// /v1/studies/{id}/events: the study's log as server-sent events, replayed from Last-Event-ID, then
// live until the study has ended.
#include <charconv>

#include "server/api/api.hpp"
#include "server/api/views.hpp"
#include "server/studies/study_state.hpp"

namespace quarry::server {

Response stream_events(const ApiContext& context, const Request& request) {
  Response refusal;
  const auto record = find_study(context.store, request, refusal);
  if (!record) return refusal;
  EventSource source;
  if (const auto last = request.headers.find("last-event-id"); last != request.headers.end()) {
    const std::string& text = last->second;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), source.after);
    if (error != std::errc() || end != text.data() + text.size() || source.after < 0) {
      return problem(400, "Last-Event-ID must be the id of an event, got \"" + text + "\"");
    }
  }
  const std::string id = record->id;
  source.read = [&context, id](std::int64_t after, std::size_t limit) {
    const EventPages::Page page = context.pages->read(context.store, id, after, limit);
    std::vector<ServerSentEvent> events;
    for (const EventRecord& event : *page)
      events.push_back({event.sequence, event.type, event.data});
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
