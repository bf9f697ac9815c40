// Tested by tests/server/predictor_store_test.cpp.
#include "server/storage/predictor_store.hpp"

#include <algorithm>
#include <charconv>

#include "server/storage/database.hpp"

namespace quarry::server {
namespace {

// number, id, name, version, supernet, metric, created_at, summary
PredictorRecord read_record(const Query& query) {
  return {.id = query.text(1),
          .name = query.text(2),
          .version = query.integer(3),
          .supernet = query.text(4),
          .metric = query.text(5),
          .created_at = query.text(6),
          .summary = query.text(7),
          .number = query.integer(0)};
}

struct Reference {
  std::string name;
  std::int64_t version = 0;  // 0: the newest
};

// What follows the last '@' is a version if it is a number; else the whole is a name.
Reference parse_reference(const std::string& text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string::npos) return {text};
  std::int64_t version = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data() + at + 1, end, version);
  if (error != std::errc() || rest != end || version < 1) return {text};
  return {text.substr(0, at), version};
}

class SqlitePredictorStore final : public PredictorStore {
 public:
  explicit SqlitePredictorStore(std::shared_ptr<Database> database)
      : database_(std::move(database)),
        writer_(database_->writer),
        reader_(database_->reader),
        write_mutex_(database_->write_mutex),
        read_mutex_(database_->read_mutex) {}

  std::optional<PredictorRecord> add(PredictorRecord record) override {
    const std::scoped_lock lock(write_mutex_);
    Transaction transaction(writer_);
    const std::int64_t last = last_version(record.name);
    if (record.version == 0) record.version = last + 1;
    if (is_taken(record)) return std::nullopt;
    Query(writer_, "INSERT INTO predictors VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(record.id)
        .bind(record.name)
        .bind(record.version)
        .bind(record.supernet)
        .bind(record.metric)
        .bind(record.created_at)
        .bind(record.summary)
        .bind(record.document)
        .run();
    {
      Query query(writer_, "SELECT last_insert_rowid()");
      if (query.next()) record.number = query.integer(0);
    }
    Query(writer_, "INSERT OR REPLACE INTO predictor_names VALUES (?, ?)")
        .bind(record.name)
        .bind(std::max(last, record.version))
        .run();
    mark_act_done(*database_, "/v1/predictors/" + record.id, 201);
    transaction.commit();
    return record;
  }

  bool remove(const std::string& id) override {
    const std::scoped_lock lock(write_mutex_);
    Transaction transaction(writer_);
    Query query(writer_, "DELETE FROM predictors WHERE id = ? RETURNING number");
    query.bind(id);
    const bool found = query.next();
    query.run();
    transaction.commit();
    return found;
  }

  std::optional<PredictorRecord> find(const std::string& reference) override {
    const std::scoped_lock lock(read_mutex_);
    const auto [name, version] = parse_reference(reference);
    Query query(reader_,
                "SELECT number, id, name, version, supernet, metric, created_at, summary, document "
                "FROM predictors WHERE id = ?1 OR (name = ?2 AND (?3 = 0 OR version = ?3)) "
                "ORDER BY id = ?1 DESC, version DESC LIMIT 1");
    query.bind(reference).bind(name).bind(version);
    if (!query.next()) return std::nullopt;
    PredictorRecord record = read_record(query);
    record.document = query.text(8);
    return record;
  }

  std::vector<PredictorRecord> list(const PredictorQuery& wanted) override {
    const std::scoped_lock lock(read_mutex_);
    Query query(reader_,
                "SELECT number, id, name, version, supernet, metric, created_at, summary FROM "
                "predictors WHERE (?1 = '' OR supernet = ?1) AND (?2 = '' OR metric = ?2) AND "
                "(?3 = '' OR name = ?3) AND (?4 < 0 OR number < ?4) ORDER BY number DESC LIMIT ?5");
    query.bind(wanted.supernet)
        .bind(wanted.metric)
        .bind(wanted.name)
        .bind(wanted.before.value_or(-1))
        .bind(static_cast<std::int64_t>(wanted.limit));
    std::vector<PredictorRecord> found;
    while (query.next()) found.push_back(read_record(query));
    return found;
  }

 private:
  std::int64_t last_version(const std::string& name) {
    Query query(writer_, "SELECT last_version FROM predictor_names WHERE name = ?");
    query.bind(name);
    return query.next() ? query.integer(0) : 0;
  }

  bool is_taken(const PredictorRecord& record) {
    Query query(writer_, "SELECT 1 FROM predictors WHERE id = ? OR (name = ? AND version = ?)");
    query.bind(record.id).bind(record.name).bind(record.version);
    return query.next();
  }

  std::shared_ptr<Database> database_;
  Connection& writer_;
  Connection& reader_;
  std::mutex& write_mutex_;
  std::mutex& read_mutex_;
};

}  // namespace

std::unique_ptr<PredictorStore> open_predictor_store(std::shared_ptr<Database> database) {
  return std::make_unique<SqlitePredictorStore>(std::move(database));
}

}  // namespace quarry::server
