// Tested by tests/server/gateway_test.cpp.
#include "server/storage/answer_store.hpp"

#include "server/storage/database.hpp"

namespace quarry::server {

std::optional<KeptAnswer> AnswerStore::find(const std::string& key) {
  const std::scoped_lock lock(database_->read_mutex);
  Query query(database_->reader,
              "SELECT request_hash, status, content_type, location, body FROM answers WHERE key = "
              "?");
  query.bind(key);
  if (!query.next()) return std::nullopt;
  return KeptAnswer{.request_hash = query.text(0),
                    .status = static_cast<unsigned>(query.integer(1)),
                    .content_type = query.text(2),
                    .location = query.text(3),
                    .body = query.text(4)};
}

void AnswerStore::keep(const std::string& key, const KeptAnswer& answer, std::int64_t now,
                       std::int64_t forget_before) {
  database_->group.write([&] {
    Query(database_->writer, "DELETE FROM answers WHERE kept_at < ?").bind(forget_before).run();
    Query(database_->writer, "INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?, ?)")
        .bind(key)
        .bind(answer.request_hash)
        .bind(static_cast<std::int64_t>(answer.status))
        .bind(answer.content_type)
        .bind(answer.location)
        .bind(answer.body)
        .bind(now)
        .run();
  });
}

AnswerStore::ActOnce::ActOnce(AnswerStore& answers, PendingAct act)
    : database_(*answers.database_) {
  const std::scoped_lock lock(database_.acts_mutex);
  database_.pending_acts[std::this_thread::get_id()] = std::move(act);
}

AnswerStore::ActOnce::~ActOnce() {
  const std::scoped_lock lock(database_.acts_mutex);
  database_.pending_acts.erase(std::this_thread::get_id());
}

void mark_act_done(Database& database, const std::string& location, unsigned status,
                   std::thread::id who) {
  PendingAct act;
  {
    const std::scoped_lock lock(database.acts_mutex);
    const auto pending = database.pending_acts.find(who);
    if (pending == database.pending_acts.end()) return;
    act = pending->second;
  }
  if (!location.starts_with(act.collection + "/")) return;
  // The first of several transactions has said it.
  Query(database.writer, "INSERT OR IGNORE INTO answers VALUES (?, ?, ?, '', ?, '', ?)")
      .bind(act.key)
      .bind(act.request_hash)
      .bind(static_cast<std::int64_t>(status))
      .bind(location)
      .bind(act.now)
      .run();
}

}  // namespace quarry::server
