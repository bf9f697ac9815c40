// What a user asks of a study: read from JSON with every mistake at once, shown back with every
// default filled in.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "evaluators/resources.hpp"
#include "evaluators/supernet_library.hpp"
#include "predictors/options.hpp"
#include "search/core/objective.hpp"
#include "search/core/subspace.hpp"
#include "search/network/network.hpp"
#include "search/supernets/field_error.hpp"
#include "server/studies/retry_policy.hpp"
#include "server/studies/seeds.hpp"

namespace quarry::server {

// How one metric is obtained.
struct MetricPlan {
  std::string metric;  // "latency_ms", or at a place of its own: "latency_ms@phone"
  std::string evaluator;
  OptionValues options;
  std::vector<std::string> tags;  // of the workers that measure it
  std::string machine = {};       // fingerprint id of the only one that may; both empty: this one
  bool operator==(const MetricPlan&) const = default;
};

// By this server's own threads, so that it can be said before the start whether it will work.
bool is_measured_here(const MetricPlan& plan);

struct StudySpec {
  std::string name;
  std::string supernet;
  std::vector<search::Objective> objectives;
  std::vector<search::Constraint> constraints;
  std::vector<MetricPlan>
      metrics;  // of every objective and constraint, in that order, then those only asked for
  std::string algorithm;
  OptionValues algorithm_options;
  std::vector<search::Precision> precisions;  // that the search may choose from
  // Of "symmetric" and "asymmetric", the same; empty where the supernet has no such genes.
  std::vector<std::string> weight_schemes;
  std::map<std::string, search::Value> fixed;  // by name, genes that are not searched
  std::int64_t max_trials = 250;
  std::optional<double> max_seconds;
  std::uint64_t seed = 42;
  bool baselines = true;  // measure the manifest's baselines first
  Seeds seeds;            // and then these
  bool final_test =
      true;  // measure the final front's accuracy on the official test set, where there is one
  // Of what this machine knows of operators: "none", the id of a model, or "auto": the one that it
  // knows when the study is created, which then stands here.
  std::string latency_model = "auto";
  std::int64_t in_flight = 16;  // trials under way at most
  RetryPolicy retries;
  bool operator==(const StudySpec&) const = default;
};

// Whether it is an id.
bool names_latency_model(const StudySpec& spec);

// Checks what can be checked before anything runs, evaluators' availability on this machine
// included. On any mistake: nothing, and every mistake in `errors`. The fronts of other studies
// that the document names are looked up in `fronts`; what to_json made names none. What evaluators
// work from (tables) is looked up in `resources`.
std::optional<StudySpec> parse_study_spec(
    const nlohmann::json& document, const evaluators::SupernetLibrary& supernets,
    search::FieldErrors& errors, const FrontSource& fronts = nullptr,
    const evaluators::Resources& resources = evaluators::kNoResources);

// The same of a spec that is only to be replayed, where nothing is measured: what this machine can
// measure is not asked.
std::optional<StudySpec> parse_spec_for_replay(const nlohmann::json& document,
                                               const evaluators::SupernetLibrary& supernets,
                                               search::FieldErrors& errors,
                                               const evaluators::Resources& resources);

// What parse_study_spec reads back to an equal spec.
nlohmann::json to_json(const StudySpec& spec);

// What of its supernet's space a study searches: its precisions and weight schemes, but for the
// genes that it fixes. The space outlives it.
search::Subspace study_subspace(const search::SearchSpace& space, const StudySpec& spec);

}  // namespace quarry::server
