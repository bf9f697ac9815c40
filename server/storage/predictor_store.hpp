// The predictors that Quarry remembers: versions of names, each written once and never changed.
// What a predictor is made of is a document that this store does not look into.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/storage/store_error.hpp"

namespace quarry::server {

struct PredictorRecord {
  std::string id;
  std::string name;
  std::int64_t version = 0;  // 1, 2, 3, ... of the name
  std::string supernet;
  std::string metric;
  std::string created_at;   // RFC 3339, UTC
  std::string summary;      // a JSON object: what lists show
  std::string document;     // a JSON object: the whole of it; empty in lists
  std::int64_t number = 0;  // in the order of storing; given by the store
  bool operator==(const PredictorRecord&) const = default;
};

struct PredictorQuery {
  std::string supernet;  // empty: of any
  std::string metric;
  std::string name;
  std::optional<std::int64_t> before;  // numbers below this
  std::size_t limit = 50;
};

// Thread-safe. Every call may throw StoreError when the disk fails.
class PredictorStore {
 public:
  virtual ~PredictorStore() = default;

  // Durable when it returns. Version 0 becomes the next of its name, one that was never given
  // before; another is taken as it is. Gives the record as stored; nothing when its id, or this
  // version of this name, is there already.
  virtual std::optional<PredictorRecord> add(PredictorRecord record) = 0;

  // False when there is none of that id.
  virtual bool remove(const std::string& id) = 0;

  // By "ID", "NAME" (its newest version) or "NAME@VERSION".
  virtual std::optional<PredictorRecord> find(const std::string& reference) = 0;

  // Newest first, without their documents.
  virtual std::vector<PredictorRecord> list(const PredictorQuery& query) = 0;
};

struct Database;

std::unique_ptr<PredictorStore> open_predictor_store(std::shared_ptr<Database> database);

}  // namespace quarry::server
