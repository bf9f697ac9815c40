// Measurements that users imported. An import is stored whole or not at all, and never changes.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "server/storage/store_error.hpp"

namespace quarry::server {

struct Database;

struct ImportRecord {
  std::string id;  // "im_..."
  std::string name;
  std::string supernet;
  std::string supernet_version;
  std::string file;         // as the user calls it; may be empty
  std::string identity;     // of what was asked: the same file, read the same way, has the same
  std::string fingerprint;  // of the machine that measured, in the user's words; may be empty
  std::string created_at;   // RFC 3339, UTC
  std::int64_t rows = 0;    // taken
  std::string metrics;      // those measured, a JSON array
  std::string report;       // JSON: what was taken and what not
  bool operator==(const ImportRecord&) const = default;
};

struct ImportedRow {
  std::int64_t line = 0;  // of the file
  std::string genome;     // canonical, as text
  std::string metrics;    // a JSON object, name to value
  bool operator==(const ImportedRow&) const = default;
};

// Thread-safe. Every call may throw StoreError when the disk fails.
class ImportStore {
 public:
  explicit ImportStore(std::shared_ptr<Database> database) : database_(std::move(database)) {}

  // One transaction. An import of the same identity that is there already is given back instead.
  ImportRecord add(const ImportRecord& import, std::span<const ImportedRow> rows);

  // All, newest first.
  std::vector<ImportRecord> imports();
  std::optional<ImportRecord> import(const std::string& id);
  std::optional<ImportRecord> find(const std::string& identity);

  // By line, those after one.
  std::vector<ImportedRow> rows(const std::string& id, std::int64_t after, std::size_t limit);
  // Of one network, by line.
  std::vector<ImportedRow> rows_of(const std::string& id, const std::string& genome);

  // False when there is none of that id.
  bool remove(const std::string& id);

 private:
  std::shared_ptr<Database> database_;
};

}  // namespace quarry::server
