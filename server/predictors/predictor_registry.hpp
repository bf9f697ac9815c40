// The predictors of a server: made once, kept in its store, shared with every study that asks them.
#pragma once

#include <atomic>
#include <list>
#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "evaluators/stored_predictor.hpp"
#include "server/storage/predictor_store.hpp"
#include "server/storage/store.hpp"
#include "server/studies/clock.hpp"

namespace quarry::server {

// Thread-safe.
class PredictorRegistry {
 public:
  using Shared = std::shared_ptr<const evaluators::StoredPredictor>;

  // Both outlive it.
  PredictorRegistry(PredictorStore& predictors, Store& studies, Clock clock)
      : predictors_(predictors), studies_(studies), clock_(std::move(clock)) {}

  // By id, name (its newest version) or name@version; nullptr when there is none. Throws StoreError
  // for one that this version cannot read.
  Shared find(const std::string& reference);

  // Newest first, without their documents.
  std::vector<PredictorRecord> list(const PredictorQuery& query) { return predictors_.list(query); }

  // Gives it an id, the next version of its name and the time, and stores it.
  Shared add(evaluators::StoredPredictor trained);

  enum class ImportResult { kAdded, kThere, kTaken };
  // Keeps id, version and time as they are; under another name it becomes that name's next version
  // with an id of its own. kThere: the very same is there. kTaken: its id or version is another's,
  // which `holder` then names.
  std::pair<ImportResult, Shared> import(evaluators::StoredPredictor predictor,
                                         const std::optional<std::string>& other_name,
                                         std::string& holder);

  // Taken away unless a study that has not ended asks it: its id, then.
  std::optional<std::string> remove(const evaluators::StoredPredictor& predictor);

  // Held while one is being trained; nothing when as many as may be are.
  std::shared_ptr<void> begin_training();

 private:
  Shared store(evaluators::StoredPredictor predictor);
  Shared remember(Shared predictor);
  Shared remembered(const std::string& id);

  PredictorStore& predictors_;
  Store& studies_;
  Clock clock_;
  std::shared_ptr<std::atomic<int>> training_ = std::make_shared<std::atomic<int>>(0);
  std::mutex mutex_;
  std::list<Shared> recent_;  // last used first
};

// The fields of a list's item: identity, and the summary as stored.
nlohmann::json predictor_item(const PredictorRecord& record);
nlohmann::json predictor_item(const evaluators::StoredPredictor& predictor);

}  // namespace quarry::server
