// What a spec means for its supernet: which tasks a trial needs, which metrics come at once (by
// formula, or from a stored predictor), and the problem that the search algorithm sees. Fixed for
// the life of a study.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "evaluators/evaluator.hpp"
#include "search/core/search_algorithm.hpp"
#include "search/core/subspace.hpp"
#include "server/studies/latency_prior.hpp"
#include "server/studies/study_spec.hpp"

namespace quarry::server {

// One task per trial: all metrics that one evaluator brings with the same options, from workers
// with the same tags.
struct TaskPlan {
  std::string evaluator;
  OptionValues options;
  std::vector<std::string> tags;
  std::string machine;  // the only one that may bring them, if the study says so; not this one
  std::vector<std::string> metrics;  // as the study calls them: "latency_ms@phone"
  std::vector<std::string> asked;    // as the evaluator does: "latency_ms"; same order
  std::string question;        // evaluator and options as text: what measurements are kept under
  std::string key;             // and tags: tells the plans of a study apart
  std::string fingerprint_id;  // of this machine; empty where it does not matter, or is another
  std::string fingerprint;     // as text

  // Workers of this server may not bring them.
  bool is_elsewhere() const { return !tags.empty() || !machine.empty(); }
  // What an evaluator brought, under the study's names; what was not asked for is left out.
  std::map<std::string, search::Measurement> named(
      const std::map<std::string, search::Measurement>& brought) const;
};

class StudyPlan {
 public:
  // The supernet and the pool outlive the plan. prior: what it expects of latency, if anything.
  // Throws std::runtime_error when the data set has gone.
  StudyPlan(const StudySpec& spec, const evaluators::LoadedSupernet& supernet,
            evaluators::NetworkPool& pool,
            const evaluators::Resources& resources = evaluators::kNoResources,
            std::unique_ptr<LatencyPrior> prior = nullptr);

  // A copy would leave the problem's functions pointing at the original.
  StudyPlan(const StudyPlan&) = delete;
  StudyPlan& operator=(const StudyPlan&) = delete;

  const search::Supernet& supernet() const { return supernet_.supernet(); }
  // Name and version: what measurements are kept under.
  std::string supernet_key() const;

  std::span<const TaskPlan> tasks() const { return tasks_; }
  // Accuracy on the official test set, for the final front; nothing when it is not wanted or not
  // there.
  const std::optional<TaskPlan>& final_test() const { return final_test_; }

  // The metrics with a closed formula, whether the study asked for them or not, and those that a
  // stored predictor stands for.
  std::map<std::string, search::Measurement> immediate_metrics(const search::Genome& genome) const;

  // The manifest's name for this genome, if the study measures baselines and it is one; else empty.
  std::string baseline_name(const search::Genome& genome) const;

  // Where a seed that is no baseline comes from; empty for every other genome.
  SeedPlace seed_place(const search::Genome& genome) const;

  // What of the supernet's space this study searches: the problem's genomes are this one's.
  const search::Subspace& subspace() const { return subspace_; }

  // Valid as long as the plan. Its functions are for one thread at a time.
  search::Problem problem() const;

 private:
  bool has_prior(const std::string& metric) const;

  // An evaluator that answers at once, with its last answer.
  struct Immediate {
    std::string key;  // evaluator and options as text
    std::unique_ptr<evaluators::Evaluator> evaluator;
    search::Genome genome;  // of the subspace
    std::map<std::string, search::Measurement> metrics;
  };

  bool is_immediate(const std::string& metric) const;
  // Its place in immediate_, once made.
  std::size_t add_immediate(const std::string& evaluator, const OptionValues& options,
                            const evaluators::EvaluatorContext& context);
  std::vector<search::Bound> bounds() const;
  // Of a genome of the subspace and a metric that is immediate.
  double immediate_value(const search::Genome& small, const std::string& metric) const;

  const StudySpec& spec_;
  const evaluators::LoadedSupernet& supernet_;
  search::Subspace subspace_;
  SeedList seeds_;
  mutable std::vector<Immediate> immediate_;         // the first is the analytic one
  std::map<std::string, std::size_t> immediate_of_;  // by metric of the spec
  std::vector<TaskPlan> tasks_;
  std::optional<TaskPlan> final_test_;
  std::unique_ptr<LatencyPrior> prior_;
};

}  // namespace quarry::server
