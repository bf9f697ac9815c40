// What users wrote about single trials. Beside the log: no result depends on it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "server/storage/store_error.hpp"

namespace quarry::server {

struct Database;

// Thread-safe. Every call may throw StoreError.
class TrialNoteStore {
 public:
  explicit TrialNoteStore(std::shared_ptr<Database> database) : database_(std::move(database)) {}

  // Empty where there is none.
  std::string find(const std::string& study, std::int64_t trial);
  // Durable when it returns; an empty text takes the note away. Notes go with their study.
  void save(const std::string& study, std::int64_t trial, const std::string& notes);

 private:
  std::shared_ptr<Database> database_;
};

}  // namespace quarry::server
