// The Store in SQLite. Tested by tests/server/store_test.cpp.
#include <map>
#include <nlohmann/json.hpp>

#include "server/storage/database.hpp"
#include "server/storage/store.hpp"

namespace quarry::server {
namespace {

StudyRecord read_study(const Query& query) {
  StudyRecord study{.id = query.text(0),
                    .name = query.text(1),
                    .spec = query.text(2),
                    .state = query.text(3),
                    .reason = query.text(4),
                    .created_at = query.text(5),
                    .elapsed_seconds = query.number(6),
                    .trials = query.integer(7)};
  if (!query.is_null(8)) study.hypervolume = query.number(8);
  study.budget = query.text(9);
  nlohmann::json::parse(query.text(10)).get_to(study.tags);
  study.notes = query.text(11);
  study.priority = query.integer(12);
  return study;
}

class SqliteStore final : public Store {
 public:
  explicit SqliteStore(std::shared_ptr<Database> database)
      : database_(std::move(database)),
        writer_(database_->writer),
        reader_(database_->reader),
        write_mutex_(database_->write_mutex),
        read_mutex_(database_->read_mutex) {}

  std::int64_t commit(const Commit& change) override {
    std::int64_t sequence = 0;
    const std::thread::id who = std::this_thread::get_id();  // another thread may commit it
    database_->group.write([&] { sequence = write(change, who); });
    return sequence;
  }

  std::vector<StudyRecord> studies() override {
    const std::scoped_lock lock(read_mutex_);
    std::vector<StudyRecord> found;
    Query query(reader_,
                "SELECT * FROM studies WHERE state <> 'deleted' ORDER BY created_at DESC, id DESC");
    while (query.next()) found.push_back(read_study(query));
    return found;
  }

  std::optional<StudyRecord> study(const std::string& id) override {
    const std::scoped_lock lock(read_mutex_);
    Query query(reader_, "SELECT * FROM studies WHERE id = ? AND state <> 'deleted'");
    query.bind(id);
    if (!query.next()) return std::nullopt;
    return read_study(query);
  }

  void set_labels(const std::string& study, const StudyLabels& labels) override {
    const std::scoped_lock lock(write_mutex_);
    Transaction transaction(writer_);
    Query(writer_, "UPDATE studies SET name = ?, tags = ?, notes = ?, priority = ? WHERE id = ?")
        .bind(labels.name)
        .bind(nlohmann::json(labels.tags).dump())
        .bind(labels.notes)
        .bind(labels.priority)
        .bind(study)
        .run();
    transaction.commit();
  }

  // The row stays, empty and unseen: measurements refer to it.
  void remove(const std::string& study) override {
    const std::scoped_lock lock(write_mutex_);
    Transaction transaction(writer_);
    Query(writer_, "DELETE FROM events WHERE study = ?").bind(study).run();
    Query(writer_, "DELETE FROM trials WHERE study = ?").bind(study).run();
    Query(writer_, "DELETE FROM trial_metrics WHERE study = ?").bind(study).run();
    Query(writer_, "DELETE FROM leases WHERE study = ?").bind(study).run();
    Query(writer_, "DELETE FROM trial_notes WHERE study = ?").bind(study).run();
    Query(writer_,
          "UPDATE studies SET state = 'deleted', name = '', spec = '{}', reason = '', notes = '', "
          "tags = '[]', budget = '' WHERE id = ?")
        .bind(study)
        .run();
    transaction.commit();
  }

  std::vector<EventRecord> state_history(const std::string& study) override {
    const std::scoped_lock lock(read_mutex_);
    std::vector<EventRecord> found;
    Query query(
        reader_,
        // Left to itself SQLite takes the primary key for the order, and reads the whole log.
        "SELECT sequence, type, at, data FROM events INDEXED BY events_of_state "
        "WHERE study = ? AND type = 'study.state' ORDER BY sequence");
    query.bind(study);
    while (query.next())
      found.push_back({query.integer(0), query.text(1), query.text(2), query.text(3)});
    return found;
  }

  std::vector<EventRecord> events(const std::string& study, std::int64_t after,
                                  std::size_t limit) override {
    const std::scoped_lock lock(read_mutex_);
    std::vector<EventRecord> found;
    Query query(reader_,
                "SELECT sequence, type, at, data FROM events WHERE study = ? AND sequence > ? "
                "ORDER BY sequence LIMIT ?");
    query.bind(study).bind(after).bind(static_cast<std::int64_t>(limit));
    while (query.next())
      found.push_back({query.integer(0), query.text(1), query.text(2), query.text(3)});
    return found;
  }

  std::vector<TrialRecord> trials(const std::string& study, const TrialQuery& wanted) override {
    const std::scoped_lock lock(read_mutex_);
    const char* sql =
        "SELECT number, state, on_front, is_baseline, data FROM trials WHERE study = ? AND number "
        "> ? ORDER BY number LIMIT ?";
    if (wanted.front_only) {
      sql =
          "SELECT number, state, on_front, is_baseline, data FROM trials WHERE study = ? AND "
          "number > ? AND on_front ORDER BY number LIMIT ?";
    } else if (wanted.baselines_only) {
      sql =
          "SELECT number, state, on_front, is_baseline, data FROM trials WHERE study = ? AND "
          "number > ? AND is_baseline ORDER BY number LIMIT ?";
    }
    std::vector<TrialRecord> found;
    Query query(reader_, sql);
    query.bind(study).bind(wanted.after).bind(static_cast<std::int64_t>(wanted.limit));
    while (query.next())
      found.push_back({query.integer(0), query.text(1), query.integer(2) != 0,
                       query.integer(3) != 0, query.text(4)});
    return found;
  }

  std::optional<search::Measurement> find_measurement(const MeasurementKey& key) override {
    const std::scoped_lock lock(read_mutex_);
    Query query(
        reader_,
        "SELECT value, spread, samples, source, detail, sample_values FROM measurements WHERE "
        "supernet = ? AND genome = ? AND metric = ? AND evaluator = ? AND "
        "fingerprint = ? ORDER BY id DESC LIMIT 1");
    query.bind(key.supernet)
        .bind(key.genome)
        .bind(key.metric)
        .bind(key.evaluator)
        .bind(key.fingerprint);
    if (!query.next()) return std::nullopt;
    return search::Measurement{.value = query.number(0),
                               .spread = query.number(1),
                               .samples = query.integer(2),
                               .source = static_cast<search::Source>(query.integer(3)),
                               .fingerprint = key.fingerprint,
                               .detail = nlohmann::json::parse(query.text(4)),
                               .sample_values = nlohmann::json::parse(query.text(5))};
  }

  std::string fingerprint(const std::string& id) override {
    const std::scoped_lock lock(read_mutex_);
    Query query(reader_, "SELECT text FROM fingerprints WHERE id = ?");
    query.bind(id);
    return query.next() ? query.text(0) : "";
  }

 private:
  // Gives the last event's sequence number.
  std::int64_t write(const Commit& change, std::thread::id who) {
    write_study(change.study);
    const std::string& id = change.study.id;
    std::int64_t sequence = last_sequence(id);
    for (const EventRecord& event : change.events) {
      Query(writer_, "INSERT INTO events VALUES (?, ?, ?, ?, ?)")
          .bind(id)
          .bind(++sequence)
          .bind(event.type)
          .bind(event.at)
          .bind(event.data)
          .run();
    }
    for (const std::int64_t number : change.left_front) {
      Query(writer_, "UPDATE trials SET on_front = 0 WHERE study = ? AND number = ?")
          .bind(id)
          .bind(number)
          .run();
    }
    for (const TrialRecord& trial : change.trials) {
      Query(writer_, "INSERT OR REPLACE INTO trials VALUES (?, ?, ?, ?, ?, ?)")
          .bind(id)
          .bind(trial.number)
          .bind(trial.state)
          .bind(std::int64_t{trial.on_front})
          .bind(std::int64_t{trial.is_baseline})
          .bind(trial.data)
          .run();
    }
    for (const MeasurementRecord& record : change.measurements) write_measurement(id, record);
    for (const auto& [fingerprint_id, text] : change.fingerprints) {
      Query(writer_, "INSERT OR IGNORE INTO fingerprints VALUES (?, ?)")
          .bind(fingerprint_id)
          .bind(text)
          .run();
    }
    const bool is_new = sequence == static_cast<std::int64_t>(change.events.size());
    mark_act_done(*database_, "/v1/studies/" + id, is_new ? 201 : 202, who);
    return sequence;
  }

  std::int64_t last_sequence(const std::string& id) {
    Query query(writer_, "SELECT max(sequence) FROM events WHERE study = ?");
    query.bind(id);
    return query.next() ? query.integer(0) : 0;
  }

  void write_study(const StudyRecord& study) {
    Query(writer_,
          "INSERT INTO studies VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO "
          "UPDATE SET spec = excluded.spec, "
          "state = excluded.state, reason = excluded.reason, elapsed_seconds = "
          "excluded.elapsed_seconds, trials = excluded.trials, "
          "hypervolume = excluded.hypervolume, budget = excluded.budget")
        .bind(study.id)
        .bind(study.name)
        .bind(study.spec)
        .bind(study.state)
        .bind(study.reason)
        .bind(study.created_at)
        .bind(study.elapsed_seconds)
        .bind(study.trials)
        .bind(study.hypervolume)
        .bind(study.budget)
        .bind(nlohmann::json(study.tags).dump())
        .bind(study.notes)
        .bind(study.priority)
        .run();
  }

  void write_measurement(const std::string& study, const MeasurementRecord& record) {
    Query(writer_, "INSERT INTO measurements VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(record.key.supernet)
        .bind(record.key.genome)
        .bind(record.key.metric)
        .bind(record.key.evaluator)
        .bind(record.key.fingerprint)
        .bind(record.measurement.value)
        .bind(record.measurement.spread)
        .bind(record.measurement.samples)
        .bind(static_cast<std::int64_t>(record.measurement.source))
        .bind(study)
        .bind(record.trial)
        .bind(nlohmann::json(record.measurement.detail).dump())
        .bind(nlohmann::json(record.measurement.sample_values).dump())
        .run();
  }

  std::shared_ptr<Database> database_;
  Connection& writer_;
  Connection& reader_;
  std::mutex& write_mutex_;
  std::mutex& read_mutex_;
};

}  // namespace

std::unique_ptr<Store> open_sqlite_store(std::shared_ptr<Database> database) {
  return std::make_unique<SqliteStore>(std::move(database));
}

std::unique_ptr<Store> open_sqlite_store(const std::string& folder) {
  return open_sqlite_store(open_database(folder));
}

}  // namespace quarry::server
