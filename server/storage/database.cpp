// Opening the database, its schema and the steps from older ones. Tested by
// tests/server/store_test.cpp.
#include "server/storage/database.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "server/storage/open_database.hpp"

namespace quarry::server {
namespace {

constexpr int kApplicationId = 0x51725279;  // "QrRy"
constexpr int kSchemaVersion = 10;
constexpr int kFirstSchema = 2;  // what kSchema makes

// Rows hold what one line of the file measured: {"accuracy": 0.754}.
constexpr const char* kImportsSchema = R"(
CREATE TABLE imports (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, supernet TEXT NOT NULL, supernet_version TEXT NOT NULL,
  file TEXT NOT NULL, identity TEXT NOT NULL UNIQUE, fingerprint TEXT NOT NULL, created_at TEXT NOT NULL, rows INTEGER NOT NULL,
  metrics TEXT NOT NULL, report TEXT NOT NULL
);
CREATE TABLE imported_rows (
  import INTEGER NOT NULL REFERENCES imports(number), line INTEGER NOT NULL, genome TEXT NOT NULL, metrics TEXT NOT NULL,
  PRIMARY KEY (import, line)
);
CREATE INDEX imported_rows_by_genome ON imported_rows (import, genome);
)";

constexpr const char* kAccessTables = R"(
CREATE TABLE tokens (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, scope TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, created_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE answers (
  key TEXT PRIMARY KEY, request_hash TEXT NOT NULL, status INTEGER NOT NULL, content_type TEXT NOT NULL,
  location TEXT NOT NULL, body TEXT NOT NULL, kept_at INTEGER NOT NULL
);
CREATE INDEX answers_by_age ON answers (kept_at);
)";

// Of version 2. What came later is made by the migrations, in a new database too, so that there is
// one way to each version.
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

// The version of a name is never given twice: the last one outlives its predictor.
constexpr const char* kPredictorTables = R"(
CREATE TABLE IF NOT EXISTS predictors (
  number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, version INTEGER NOT NULL,
  supernet TEXT NOT NULL, metric TEXT NOT NULL, created_at TEXT NOT NULL, summary TEXT NOT NULL, document TEXT NOT NULL,
  UNIQUE (name, version)
);
CREATE TABLE IF NOT EXISTS predictor_names (name TEXT PRIMARY KEY, last_version INTEGER NOT NULL) WITHOUT ROWID;
)";

// What operator_time_store.cpp keeps.
constexpr const char* kOperatorTimeTables = R"(
CREATE TABLE IF NOT EXISTS operator_times (
  fingerprint TEXT NOT NULL, kind TEXT NOT NULL, shape TEXT NOT NULL, macs INTEGER NOT NULL, bytes INTEGER NOT NULL,
  is_reorder INTEGER NOT NULL, networks INTEGER NOT NULL, recent_ms TEXT NOT NULL,
  PRIMARY KEY (fingerprint, kind, shape)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS operator_networks (
  id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL, input_rows INTEGER NOT NULL, ms REAL NOT NULL, steps TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS operator_networks_by_fingerprint ON operator_networks (fingerprint, id);
CREATE TABLE IF NOT EXISTS latency_models (id TEXT PRIMARY KEY, model TEXT NOT NULL) WITHOUT ROWID;
)";

// Studies that can be extended, sorted and deleted; leases, each with what came of it.
constexpr const char* kLifeSchema = R"(
ALTER TABLE studies ADD COLUMN budget TEXT NOT NULL DEFAULT '';
ALTER TABLE studies ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
ALTER TABLE studies ADD COLUMN notes TEXT NOT NULL DEFAULT '';
ALTER TABLE studies ADD COLUMN priority INTEGER NOT NULL DEFAULT 1;
CREATE INDEX events_of_state ON events (study, type, sequence) WHERE type = 'study.state';
CREATE TABLE leases (
  token INTEGER PRIMARY KEY AUTOINCREMENT, task TEXT NOT NULL, study TEXT NOT NULL REFERENCES studies(id), trial INTEGER NOT NULL,
  evaluator TEXT NOT NULL, metrics TEXT NOT NULL, worker TEXT NOT NULL, machine TEXT NOT NULL, seconds REAL NOT NULL, state TEXT NOT NULL, outcome TEXT NOT NULL
);
CREATE INDEX leases_by_task ON leases (task, token);
CREATE INDEX leases_by_study ON leases (study);
CREATE INDEX leases_held ON leases (token) WHERE state = 'held';
)";

// Notes on trials, which go with their study; the peaks of machines.
constexpr const char* kTrialPageTables = R"(
CREATE TABLE trial_notes (
  study TEXT NOT NULL REFERENCES studies(id), trial INTEGER NOT NULL, notes TEXT NOT NULL,
  PRIMARY KEY (study, trial)
) WITHOUT ROWID;
CREATE TABLE machine_peaks (
  fingerprint TEXT NOT NULL, what TEXT NOT NULL, per_ms REAL NOT NULL, PRIMARY KEY (fingerprint, what)
) WITHOUT ROWID;
)";

// What trials are listed by: a narrow index, and the metrics of finished trials, which the database
// itself takes out of each trial's document, so that the two can never disagree.
constexpr const char* kTrialLists = R"(
CREATE INDEX trials_in_brief ON trials (study, number, state, on_front, is_baseline);
CREATE TABLE trial_metrics (
  study TEXT NOT NULL, metric TEXT NOT NULL, number INTEGER NOT NULL, value REAL,
  PRIMARY KEY (study, metric, number)
) WITHOUT ROWID;
INSERT INTO trial_metrics
  SELECT study, m.key, number, json_extract(m.value, '$.value') FROM trials, json_each(data, '$.metrics') AS m
  WHERE state <> 'queued';
CREATE TRIGGER trial_metrics_of AFTER INSERT ON trials WHEN new.state <> 'queued' BEGIN
  INSERT OR REPLACE INTO trial_metrics
    SELECT new.study, m.key, new.number, json_extract(m.value, '$.value') FROM json_each(new.data, '$.metrics') AS m;
END;
)";

// From one version to the next, in order: kMigrations[0] makes a 1 a 2.
constexpr std::array<const char*, 9> kMigrations = {
    "ALTER TABLE measurements ADD COLUMN detail TEXT NOT NULL DEFAULT '{}'",
    kAccessTables,
    kImportsSchema,
    kPredictorTables,
    kOperatorTimeTables,
    kLifeSchema,
    kTrialPageTables,
    kTrialLists,
    "ALTER TABLE measurements ADD COLUMN sample_values TEXT NOT NULL DEFAULT '[]'",
};
static_assert(kMigrations.size() + 1 == kSchemaVersion);

std::int64_t pragma(Connection& connection, const char* sql) {
  Query query(connection, sql);
  return query.next() ? query.integer(0) : 0;
}

void copy_into(Connection& connection, const std::string& file) {
  Query(connection, "VACUUM INTO ?").bind(file).run();
}

void refuse_read_only(Connection& connection, const std::string& path) {
  if (sqlite3_db_readonly(connection.handle(), "main") == 1)
    throw StoreError(path +
                     " can be read but not written: make the disk and the file writable, or give "
                     "--data another folder");
}

// What the user can do about an error of this kind.
std::string advice(int code) {
  switch (code) {
    case SQLITE_FULL:
      return "free space on its disk, then resume the studies that paused";
    case SQLITE_READONLY:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      return "mend its disk or make it writable, then resume the studies that paused";
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return "stop the server, keep the file, and put a backup in its place ('quarry backup' "
             "makes them)";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another program holds a lock on it: let that program end";
    default:
      return "";
  }
}

// ", Read-only file system": what the system last said, if that is a reason why a disk fails. (Of a
// failed COMMIT, sqlite3_system_errno does not tell.)
std::string system_cause(sqlite3* database) {
  constexpr std::array<int, 9> kCauses = {EIO,    EROFS, ENOSPC, EDQUOT, EFBIG,
                                          EACCES, EPERM, EMFILE, ENFILE};
  sqlite3_vfs* files = nullptr;
  sqlite3_file_control(database, "main", SQLITE_FCNTL_VFS_POINTER, &files);
  const int cause = files == nullptr ? 0 : files->xGetLastError(files, 0, nullptr);
  if (std::ranges::find(kCauses, cause) == kCauses.end()) return "";
  return std::string(", ") + std::strerror(cause);
}

void prepare(Connection& connection, const std::string& path) {
  refuse_read_only(connection, path);
  const std::int64_t application = pragma(connection, "PRAGMA application_id");
  const std::int64_t version = pragma(connection, "PRAGMA user_version");
  const std::int64_t tables = pragma(connection, "SELECT count(*) FROM sqlite_schema");
  if (tables > 0 && application != kApplicationId)
    throw StoreError(path + " is a database of another program; give --data another folder");
  if (version > kSchemaVersion) {
    throw StoreError(path + " was written by a newer Quarry (schema " + std::to_string(version) +
                     ", this one knows " + std::to_string(kSchemaVersion) +
                     "); use that version, or give --data another folder");
  }
  connection.run("PRAGMA journal_mode = WAL");
  connection.run("PRAGMA synchronous = FULL");
  connection.run("PRAGMA foreign_keys = ON");
  if (tables > 0 && version == kSchemaVersion) return;
  if (tables > 0) {
    // A step that went wrong must not be the end of what was measured.
    const std::string kept = path + ".schema-" + std::to_string(version);
    if (!std::filesystem::exists(kept)) copy_into(connection, kept);
  }
  Transaction transaction(connection);
  if (tables == 0) {
    connection.run(kSchema);
    connection.run(("PRAGMA application_id = " + std::to_string(kApplicationId)).c_str());
  }
  for (std::int64_t from = tables == 0 ? kFirstSchema : version; from < kSchemaVersion; ++from)
    connection.run(kMigrations.at(static_cast<std::size_t>(from - 1)));
  connection.run(("PRAGMA user_version = " + std::to_string(kSchemaVersion)).c_str());
  transaction.commit();
}

}  // namespace

void Connection::fail(const std::string& doing) const {
  const int code = sqlite3_errcode(database_) & 0xff;
  std::string text = path_ + ": " + sqlite3_errmsg(database_);
  if (code == SQLITE_IOERR || code == SQLITE_CANTOPEN) text += system_cause(database_);
  text += " (" + doing.substr(0, 60) + ")";
  const std::string what_to_do = advice(code);
  throw StoreError(what_to_do.empty() ? text : text + "; " + what_to_do);
}

Database::Database(const std::string& path) : writer(path), reader(path), scanner(path) {
  prepare(writer, path);
  reader.run("PRAGMA query_only = ON");
  scanner.run("PRAGMA query_only = ON");
}

void back_up(Database& database, const std::string& file) {
  const std::scoped_lock lock(database.write_mutex);
  Query check(database.writer, "PRAGMA quick_check(1)");
  if (check.next() && check.text(0) != "ok")
    throw StoreError("the database is damaged (" + check.text(0) + ") and was not copied");
  while (check.next()) {
  }
  copy_into(database.writer, file);
}

std::shared_ptr<Database> open_database(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    throw StoreError("cannot create the data folder " + folder + ": " + error.message() +
                     "; give --data a folder that can be written");
  return std::make_shared<Database>((std::filesystem::path(folder) / "quarry.db").string());
}

}  // namespace quarry::server
