// The seeds of a study: networks that are measured before its algorithm proposes any. First the
// manifest's baselines, then configurations that the user gave, then the fronts of earlier studies;
// of equal networks the first. Fronts are looked up once, when the study is created, and kept with
// it, so that nothing that becomes of the other study changes this one's search.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "search/core/subspace.hpp"
#include "search/network/network.hpp"
#include "search/supernets/field_error.hpp"
#include "search/supernets/supernet.hpp"
#include "server/storage/store.hpp"

namespace quarry::server {

struct SeedNetwork {
  search::Genome genome;  // canonical in the supernet's space
  std::string config;     // the same as a user sees it, JSON
  bool operator==(const SeedNetwork&) const = default;
};

struct SeedFront {
  std::string study;
  std::int64_t members = 0;           // of the front as it stood; those not in `networks` were
  std::int64_t outside = 0;           // not of the space that this study searches,
  std::int64_t repeated = 0;          // seeds already,
  std::int64_t over_budget = 0;       // or more than its budget had room for
  std::vector<SeedNetwork> networks;  // by the trial's number
  bool operator==(const SeedFront&) const = default;
};

struct Seeds {
  std::vector<SeedNetwork> configs;
  std::vector<SeedFront> studies;
  bool operator==(const Seeds&) const = default;
};

struct StoredFront {
  StudyRecord study;
  std::vector<TrialRecord> members;  // by number
};

// The front of a study as it stands; nothing when there is no such study.
using FrontSource = std::function<std::optional<StoredFront>(const std::string& study)>;
FrontSource fronts_of(Store& store);  // valid as long as the store

// What of a study its seeds are checked against. Without a subspace or a budget (they have mistakes
// of their own) what needs them is not checked.
struct SeedRules {
  const search::Supernet& supernet;
  const search::Subspace* subspace = nullptr;
  std::span<const search::Precision> precisions;  // of the study
  std::span<const search::Precision> runnable;    // where its trials are measured
  bool baselines = true;
  std::optional<std::int64_t> max_trials;
  const FrontSource& fronts;  // may be empty: then no study is known
};

// Reads {"configs": [CONFIG, ...], "studies": [ID or what to_json makes of a front, ...]}; every
// mistake goes to `errors`.
Seeds read_seeds(const nlohmann::json& given, const std::string& pointer, const SeedRules& rules,
                 search::FieldErrors& errors);

// What read_seeds reads back to equal seeds.
nlohmann::json to_json(const Seeds& seeds);

// Where a seed comes from; both empty for a baseline.
struct SeedPlace {
  std::string pointer;  // into the study's document: "/seeds/configs/3"
  std::string study;    // whose front it was on
};

// Distinct networks of a subspace in the order in which they are measured.
class SeedList {
 public:
  // The subspace outlives the list.
  explicit SeedList(const search::Subspace& subspace) : subspace_(subspace) {}

  enum class Result { kAdded, kRepeated, kOutside };
  // The genome is canonical in the full space.
  Result add(const search::Genome& genome, SeedPlace place = {});

  std::size_t size() const { return genomes_.size(); }
  // Canonical in the subspace.
  const std::vector<search::Genome>& genomes() const { return genomes_; }
  // nullptr for what is no seed. The genome is canonical in the full space.
  const SeedPlace* find(const search::Genome& genome) const;

 private:
  const search::Subspace& subspace_;
  std::vector<search::Genome> genomes_;
  std::map<search::Genome, SeedPlace> places_;  // by the full space's genome
};

// The seeds of a study whose document has been read.
SeedList list_seeds(const Seeds& seeds, bool baselines, const search::Supernet& supernet,
                    const search::Subspace& subspace);

}  // namespace quarry::server
