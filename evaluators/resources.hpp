// What a server keeps by name and an evaluator works from: measurements that a user imported,
// predictors that were trained. An evaluator names one in its options; a process without a server
// has none.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "search/core/genome.hpp"

namespace quarry::evaluators {

// Measurements of networks by their canonical genomes. Never changes; thread-safe.
class MeasurementTable {
 public:
  struct Facts {
    std::string name;  // what the user calls it
    std::string supernet;
    std::string supernet_version;
    std::vector<std::string> metrics;  // those it has a value of
    std::string fingerprint_id;        // of the machine that it was measured on; both empty where
    std::string fingerprint;           // the user did not say
  };

  virtual ~MeasurementTable() = default;
  virtual const Facts& facts() const = 0;

  // Every measured value, in the order of the user's file; none: the table lacks the network.
  virtual std::vector<double> values(const search::Genome& canonical,
                                     std::string_view metric) const = 0;
};

struct StoredPredictor;

// Thread-safe. Each gives nullptr when there is nothing of that name.
struct Resources {
  std::function<std::shared_ptr<const MeasurementTable>(const std::string& id)> table =
      [](const std::string&) { return nullptr; };
  // By id, name (its newest version) or name@version.
  std::function<std::shared_ptr<const StoredPredictor>(const std::string& reference)> predictor =
      [](const std::string&) { return nullptr; };
};

// For a process without a server.
inline const Resources kNoResources{};

}  // namespace quarry::evaluators
