// Answers to requests that carried an Idempotency-Key, so that the same request sent again is
// answered the same and done once.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "server/storage/store_error.hpp"

namespace quarry::server {

struct Database;

// A POST that is being answered under an Idempotency-Key: see ActOnce below.
struct PendingAct {
  std::string key;
  std::string request_hash;
  std::string collection;  // what is made stands there: "/v1/studies"
  std::int64_t now = 0;
};

struct KeptAnswer {
  std::string request_hash;  // of method, path and body
  unsigned status = 0;
  std::string content_type;
  std::string location;  // of a 201; else empty
  std::string body;

  // The server died between the act and its answer: that it was done is known, and where what it
  // made can be read.
  bool is_mark() const { return content_type.empty() && body.empty() && !location.empty(); }
};

// Thread-safe. Every call may throw StoreError.
class AnswerStore {
 public:
  explicit AnswerStore(std::shared_ptr<Database> database) : database_(std::move(database)) {}

  std::optional<KeptAnswer> find(const std::string& key);
  // now and forget_before: seconds since 1970; what was kept before the latter goes.
  // Takes the place of a mark.
  void keep(const std::string& key, const KeptAnswer& answer, std::int64_t now,
            std::int64_t forget_before);

  // While it lives, the first transaction of this thread that stores something a user made or
  // changed also stores that the request was done (mark_act_done in database.hpp).
  class ActOnce {
   public:
    ActOnce(AnswerStore& answers, PendingAct act);
    ActOnce(const ActOnce&) = delete;
    ActOnce& operator=(const ActOnce&) = delete;
    ~ActOnce();

   private:
    Database& database_;
  };

 private:
  std::shared_ptr<Database> database_;
};

}  // namespace quarry::server
