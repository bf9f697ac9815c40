// Tested by tests/server/trial_api_test.cpp.
#include "server/storage/trial_note_store.hpp"

#include "server/storage/database.hpp"

namespace quarry::server {

std::string TrialNoteStore::find(const std::string& study, std::int64_t trial) {
  const std::scoped_lock lock(database_->read_mutex);
  Query query(database_->reader, "SELECT notes FROM trial_notes WHERE study = ? AND trial = ?");
  query.bind(study).bind(trial);
  return query.next() ? query.text(0) : "";
}

void TrialNoteStore::save(const std::string& study, std::int64_t trial, const std::string& notes) {
  const std::scoped_lock lock(database_->write_mutex);
  if (notes.empty()) {
    Query(database_->writer, "DELETE FROM trial_notes WHERE study = ? AND trial = ?")
        .bind(study)
        .bind(trial)
        .run();
    return;
  }
  Query(database_->writer, "INSERT OR REPLACE INTO trial_notes VALUES (?, ?, ?)")
      .bind(study)
      .bind(trial)
      .bind(notes)
      .run();
}

}  // namespace quarry::server
