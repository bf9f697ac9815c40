// The Store in one SQLite file: write-ahead log, synchronous FULL, one writing connection with
// BEGIN IMMEDIATE, a second one for reading, so that readers never wait for a commit's fsync.
// Tested by tests/server/store_test.cpp.
#include <sqlite3.h>

#include <array>
#include <filesystem>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>

#include "server/storage/store.hpp"

namespace quarry::server {
namespace {

constexpr int kApplicationId = 0x51725279;  // "QrRy"
constexpr int kSchemaVersion = 2;

constexpr const char* kSchema = R"(
CREATE TABLE studies (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, spec TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL, created_at TEXT NOT NULL,
  elapsed_seconds REAL NOT NULL, trials INTEGER NOT NULL, hypervolume REAL
) WITHOUT ROWID;
CREATE TABLE events (
  study TEXT NOT NULL REFERENCES studies(id), sequence INTEGER NOT NULL, type TEXT NOT NULL, at TEXT NOT NULL, data TEXT NOT NULL,
  PRIMARY KEY (study, sequence)
) WITHOUT ROWID;
CREATE TABLE trials (
  study TEXT NOT NULL REFERENCES studies(id), number INTEGER NOT NULL, state TEXT NOT NULL, on_front INTEGER NOT NULL,
  is_baseline INTEGER NOT NULL, data TEXT NOT NULL,
  PRIMARY KEY (study, number)
) WITHOUT ROWID;
CREATE INDEX trials_on_front ON trials (study, number) WHERE on_front;
CREATE INDEX trials_baselines ON trials (study, number) WHERE is_baseline;
CREATE TABLE measurements (
  id INTEGER PRIMARY KEY, supernet TEXT NOT NULL, genome TEXT NOT NULL, metric TEXT NOT NULL, evaluator TEXT NOT NULL,
  fingerprint TEXT NOT NULL, value REAL NOT NULL, spread REAL NOT NULL, samples INTEGER NOT NULL, source INTEGER NOT NULL,
  study TEXT NOT NULL REFERENCES studies(id), trial INTEGER NOT NULL, detail TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX measurements_by_question ON measurements (supernet, genome, metric, evaluator, fingerprint);
CREATE TABLE fingerprints (id TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
)";

// From one version to the next, in order: kMigrations[0] makes a 1 a 2.
constexpr std::array kMigrations = {
    "ALTER TABLE measurements ADD COLUMN detail TEXT NOT NULL DEFAULT '{}'",
};
static_assert(kMigrations.size() + 1 == kSchemaVersion);

class Connection {
 public:
  explicit Connection(const std::string& path) : path_(path) {
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(path.c_str(), &database_, flags, nullptr) != SQLITE_OK) {
      const std::string why = database_ == nullptr ? "out of memory" : sqlite3_errmsg(database_);
      sqlite3_close(database_);
      throw StoreError("cannot open " + path + ": " + why);
    }
    sqlite3_busy_timeout(database_, 10000);
  }

  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  ~Connection() {
    for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
    sqlite3_close(database_);
  }

  void run(const char* sql) {
    if (sqlite3_exec(database_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail(sql);
  }

  // Prepared once; ready to bind.
  sqlite3_stmt* statement(const char* sql) {
    sqlite3_stmt*& prepared = statements_[sql];
    if (prepared == nullptr && sqlite3_prepare_v3(database_, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                                  &prepared, nullptr) != SQLITE_OK)
      fail(sql);
    return prepared;
  }

  [[noreturn]] void fail(const std::string& doing) const {
    throw StoreError(path_ + ": " + sqlite3_errmsg(database_) + " (" + doing.substr(0, 60) + ")");
  }

 private:
  std::string path_;
  sqlite3* database_ = nullptr;
  std::map<const char*, sqlite3_stmt*>
      statements_;  // by the literal's address: every call site has its own
};

// One use of a prepared statement; gives it back reset.
class Query {
 public:
  Query(Connection& connection, const char* sql)
      : connection_(connection), sql_(sql), statement_(connection.statement(sql)) {}
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  ~Query() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }

  Query& bind(const std::string& text) {
    check(sqlite3_bind_text(statement_, ++bound_, text.data(), static_cast<int>(text.size()),
                            SQLITE_TRANSIENT));
    return *this;
  }
  Query& bind(std::int64_t number) {
    check(sqlite3_bind_int64(statement_, ++bound_, number));
    return *this;
  }
  Query& bind(double number) {
    check(sqlite3_bind_double(statement_, ++bound_, number));
    return *this;
  }
  Query& bind(std::optional<double> number) {
    if (number) return bind(*number);
    check(sqlite3_bind_null(statement_, ++bound_));
    return *this;
  }

  // Moves to the next row; false at the end.
  bool next() {
    const int result = sqlite3_step(statement_);
    if (result != SQLITE_ROW && result != SQLITE_DONE) connection_.fail(sql_);
    return result == SQLITE_ROW;
  }
  void run() {
    while (next()) {
    }
  }

  std::string text(int column) const {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }
  std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
  double number(int column) const { return sqlite3_column_double(statement_, column); }
  bool is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

 private:
  void check(int result) const {
    if (result != SQLITE_OK) connection_.fail(sql_);
  }

  Connection& connection_;
  const char* sql_;
  sqlite3_stmt* statement_;
  int bound_ = 0;
};

class Transaction {
 public:
  explicit Transaction(Connection& connection) : connection_(connection) {
    connection.run("BEGIN IMMEDIATE");
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  ~Transaction() {
    if (open_) {
      try {
        connection_.run("ROLLBACK");
      } catch (const StoreError&) {  // the error that brought us here says more
      }
    }
  }
  void commit() {
    connection_.run("COMMIT");
    open_ = false;
  }

 private:
  Connection& connection_;
  bool open_ = true;
};

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
  return study;
}

class SqliteStore final : public Store {
 public:
  explicit SqliteStore(const std::string& path) : writer_(path), reader_(path) {
    prepare(path);
    reader_.run("PRAGMA query_only = ON");
  }

  std::int64_t commit(const Commit& change) override {
    const std::scoped_lock lock(write_mutex_);
    Transaction transaction(writer_);
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
    transaction.commit();
    return sequence;
  }

  std::vector<StudyRecord> studies() override {
    const std::scoped_lock lock(read_mutex_);
    std::vector<StudyRecord> found;
    Query query(reader_, "SELECT * FROM studies ORDER BY created_at DESC, id DESC");
    while (query.next()) found.push_back(read_study(query));
    return found;
  }

  std::optional<StudyRecord> study(const std::string& id) override {
    const std::scoped_lock lock(read_mutex_);
    Query query(reader_, "SELECT * FROM studies WHERE id = ?");
    query.bind(id);
    if (!query.next()) return std::nullopt;
    return read_study(query);
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
        "SELECT value, spread, samples, source, detail FROM measurements WHERE supernet = ? AND "
        "genome = ? AND metric = ? AND evaluator = ? AND "
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
                               .detail = nlohmann::json::parse(query.text(4))};
  }

  std::string fingerprint(const std::string& id) override {
    const std::scoped_lock lock(read_mutex_);
    Query query(reader_, "SELECT text FROM fingerprints WHERE id = ?");
    query.bind(id);
    return query.next() ? query.text(0) : "";
  }

 private:
  std::int64_t pragma(const char* sql) {
    Query query(writer_, sql);
    return query.next() ? query.integer(0) : 0;
  }

  void prepare(const std::string& path) {
    const std::int64_t application = pragma("PRAGMA application_id");
    const std::int64_t version = pragma("PRAGMA user_version");
    const std::int64_t tables = pragma("SELECT count(*) FROM sqlite_schema");
    if (tables > 0 && application != kApplicationId)
      throw StoreError(path + " is a database of another program; give --data another folder");
    if (version > kSchemaVersion) {
      throw StoreError(path + " was written by a newer Quarry (schema " + std::to_string(version) +
                       ", this one knows " + std::to_string(kSchemaVersion) +
                       "); use that version, or give --data another folder");
    }
    writer_.run("PRAGMA journal_mode = WAL");
    writer_.run("PRAGMA synchronous = FULL");
    writer_.run("PRAGMA foreign_keys = ON");
    if (tables > 0 && version == kSchemaVersion) return;
    Transaction transaction(writer_);
    if (tables == 0) {
      writer_.run(kSchema);
      writer_.run(("PRAGMA application_id = " + std::to_string(kApplicationId)).c_str());
    }
    for (std::int64_t from = tables == 0 ? kSchemaVersion : version; from < kSchemaVersion; ++from)
      writer_.run(kMigrations.at(static_cast<std::size_t>(from - 1)));
    writer_.run(("PRAGMA user_version = " + std::to_string(kSchemaVersion)).c_str());
    transaction.commit();
  }

  std::int64_t last_sequence(const std::string& id) {
    Query query(writer_, "SELECT max(sequence) FROM events WHERE study = ?");
    query.bind(id);
    return query.next() ? query.integer(0) : 0;
  }

  void write_study(const StudyRecord& study) {
    Query(writer_,
          "INSERT INTO studies VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
          "name = excluded.name, spec = excluded.spec, "
          "state = excluded.state, reason = excluded.reason, elapsed_seconds = "
          "excluded.elapsed_seconds, trials = excluded.trials, "
          "hypervolume = excluded.hypervolume")
        .bind(study.id)
        .bind(study.name)
        .bind(study.spec)
        .bind(study.state)
        .bind(study.reason)
        .bind(study.created_at)
        .bind(study.elapsed_seconds)
        .bind(study.trials)
        .bind(study.hypervolume)
        .run();
  }

  void write_measurement(const std::string& study, const MeasurementRecord& record) {
    Query(writer_, "INSERT INTO measurements VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
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
        .run();
  }

  std::mutex write_mutex_;
  std::mutex read_mutex_;
  Connection writer_;
  Connection reader_;
};

}  // namespace

std::unique_ptr<Store> open_sqlite_store(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    throw StoreError("cannot create the data folder " + folder + ": " + error.message() +
                     "; give --data a folder that can be written");
  return std::make_unique<SqliteStore>((std::filesystem::path(folder) / "quarry.db").string());
}

}  // namespace quarry::server
