// Tested by tests/server/import_store_test.cpp.
#include "server/storage/import_store.hpp"

#include "server/storage/database.hpp"

namespace quarry::server {
namespace {

ImportRecord read_import(const Query& query) {
  return {.id = query.text(1),
          .name = query.text(2),
          .supernet = query.text(3),
          .supernet_version = query.text(4),
          .file = query.text(5),
          .identity = query.text(6),
          .fingerprint = query.text(7),
          .created_at = query.text(8),
          .rows = query.integer(9),
          .metrics = query.text(10),
          .report = query.text(11)};
}

std::optional<ImportRecord> find_in(Connection& connection, const std::string& identity) {
  Query query(connection, "SELECT * FROM imports WHERE identity = ?");
  query.bind(identity);
  if (!query.next()) return std::nullopt;
  return read_import(query);
}

std::int64_t insert_import(Connection& writer, const ImportRecord& import) {
  Query(writer, "INSERT INTO imports VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .bind(import.id)
      .bind(import.name)
      .bind(import.supernet)
      .bind(import.supernet_version)
      .bind(import.file)
      .bind(import.identity)
      .bind(import.fingerprint)
      .bind(import.created_at)
      .bind(import.rows)
      .bind(import.metrics)
      .bind(import.report)
      .run();
  Query number(writer, "SELECT number FROM imports WHERE id = ?");
  number.bind(import.id);
  number.next();
  return number.integer(0);
}

std::vector<ImportedRow> read_rows(Query& query) {
  std::vector<ImportedRow> rows;
  while (query.next()) rows.push_back({query.integer(0), query.text(1), query.text(2)});
  return rows;
}

}  // namespace

ImportRecord ImportStore::add(const ImportRecord& import, std::span<const ImportedRow> rows) {
  const std::scoped_lock lock(database_->write_mutex);
  Connection& writer = database_->writer;
  Transaction transaction(writer);
  if (auto known = find_in(writer, import.identity)) return *known;
  const std::int64_t number = insert_import(writer, import);
  for (const ImportedRow& row : rows) {
    Query(writer, "INSERT INTO imported_rows VALUES (?, ?, ?, ?)")
        .bind(number)
        .bind(row.line)
        .bind(row.genome)
        .bind(row.metrics)
        .run();
  }
  mark_act_done(*database_, "/v1/imports/" + import.id, 201);
  transaction.commit();
  return import;
}

std::vector<ImportRecord> ImportStore::imports() {
  const std::scoped_lock lock(database_->read_mutex);
  std::vector<ImportRecord> found;
  Query query(database_->reader, "SELECT * FROM imports ORDER BY number DESC");
  while (query.next()) found.push_back(read_import(query));
  return found;
}

std::optional<ImportRecord> ImportStore::import(const std::string& id) {
  const std::scoped_lock lock(database_->read_mutex);
  Query query(database_->reader, "SELECT * FROM imports WHERE id = ?");
  query.bind(id);
  if (!query.next()) return std::nullopt;
  return read_import(query);
}

std::optional<ImportRecord> ImportStore::find(const std::string& identity) {
  const std::scoped_lock lock(database_->read_mutex);
  return find_in(database_->reader, identity);
}

std::vector<ImportedRow> ImportStore::rows(const std::string& id, std::int64_t after,
                                           std::size_t limit) {
  const std::scoped_lock lock(database_->read_mutex);
  Query query(database_->reader,
              "SELECT line, genome, imported_rows.metrics FROM imported_rows JOIN imports ON "
              "number = import WHERE id = ? AND line > ? ORDER BY line LIMIT ?");
  query.bind(id).bind(after).bind(static_cast<std::int64_t>(limit));
  return read_rows(query);
}

std::vector<ImportedRow> ImportStore::rows_of(const std::string& id, const std::string& genome) {
  const std::scoped_lock lock(database_->read_mutex);
  Query query(database_->reader,
              "SELECT line, genome, imported_rows.metrics FROM imported_rows JOIN imports ON "
              "number = import WHERE id = ? AND genome = ? ORDER BY line");
  query.bind(id).bind(genome);
  return read_rows(query);
}

bool ImportStore::remove(const std::string& id) {
  const std::scoped_lock lock(database_->write_mutex);
  Connection& writer = database_->writer;
  Transaction transaction(writer);
  std::int64_t number = 0;
  {
    Query query(writer, "SELECT number FROM imports WHERE id = ?");
    query.bind(id);
    if (!query.next()) return false;
    number = query.integer(0);
  }
  Query(writer, "DELETE FROM imported_rows WHERE import = ?").bind(number).run();
  Query(writer, "DELETE FROM imports WHERE number = ?").bind(number).run();
  transaction.commit();
  return true;
}

}  // namespace quarry::server
