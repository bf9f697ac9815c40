// Tested by tests/server/event_pages_test.cpp.
#include "server/studies/event_pages.hpp"

#include <algorithm>

namespace quarry::server {

EventPages::Page EventPages::read(Store& store, const std::string& study, std::int64_t after,
                                  std::size_t limit) {
  {
    const std::scoped_lock lock(mutex_);
    const auto kept = std::ranges::find_if(entries_, [&](const Entry& entry) {
      return entry.after == after && entry.limit == limit && entry.study == study;
    });
    if (kept != entries_.end()) return kept->page;
  }
  Page page = std::make_shared<const std::vector<EventRecord>>(store.events(study, after, limit));
  if (page->empty()) return page;
  const std::scoped_lock lock(mutex_);
  entries_.push_front({study, after, limit, page});
  if (entries_.size() > kKept) entries_.pop_back();
  return page;
}

void EventPages::forget(const std::string& study) {
  const std::scoped_lock lock(mutex_);
  std::erase_if(entries_, [&](const Entry& entry) { return entry.study == study; });
}

}  // namespace quarry::server
