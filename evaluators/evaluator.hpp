// An evaluator turns candidates into measurements of the metrics it provides.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "evaluators/network_pool.hpp"
#include "evaluators/operator_times.hpp"
#include "evaluators/resources.hpp"
#include "evaluators/supernet_library.hpp"
#include "predictors/options.hpp"
#include "search/core/genome.hpp"
#include "search/core/measurement.hpp"
#include "search/network/network.hpp"

namespace quarry::evaluators {

// What kind of failure: whether it is worth another try is for the study to say.
enum class FailureKind {
  kFinal,      // of the network itself: it would fail again
  kRetryable,  // of the worker, as the worker says
  kExpired     // the worker was not heard of again
};

// One candidate's outcome: metrics, or why it has none.
struct Evaluation {
  std::map<std::string, search::Measurement> metrics;  // every value finite
  std::string failure;                                 // empty when it succeeded
  FailureKind kind = FailureKind::kFinal;
  // Id and text of the machine, where that is another than the server's.
  std::pair<std::string, std::string> fingerprint = {};
};

// What may run beside it in the same process.
enum class Concurrency {
  kImmediate,  // arithmetic: computed at once, without a task
  kShared,     // may run beside others
  kExclusive   // times something: runs alone
};

// One evaluator serves one supernet with one set of options. Not thread-safe; every worker makes
// its own.
class Evaluator {
 public:
  virtual ~Evaluator() = default;

  // Same order, same length. On a stop request the remaining candidates get a failure; the caller
  // discards them.
  virtual std::vector<Evaluation> evaluate(std::span<const search::Genome> candidates,
                                           std::stop_token stop) = 0;
};

struct EvaluatorContext {
  const LoadedSupernet& supernet;
  NetworkPool& pool;
  const Resources& resources = kNoResources;
  OperatorTimes* operator_times = nullptr;  // where steps' times are kept; null: nowhere
};

// Which of the options cannot be what it is, and why.
struct OptionMistake {
  std::string option;
  std::string detail;
};

struct EvaluatorEntry {
  std::string name;
  std::string summary;
  std::vector<std::string> metrics;  // empty: those of the resource that its options name
  Concurrency concurrency = Concurrency::kShared;
  std::vector<OptionSpec> options;
  // The precisions that a network may have to be measured on this machine; nullptr: any.
  std::span<const search::Precision> (*precisions)() = nullptr;
  // The same of how the weights of integer operators may be rounded.
  std::span<const search::WeightScheme> (*weight_schemes)() = nullptr;

  // Why it cannot serve this supernet on this machine; nothing if it can.
  std::optional<std::string> (*unavailable)(const LoadedSupernet& supernet,
                                            const OptionValues& options);
  // Id and text of the machine that its measurements are valid for; both empty when the machine
  // does not matter.
  std::pair<std::string, std::string> (*fingerprint)(const OptionValues& options,
                                                     const Resources& resources);
  std::unique_ptr<Evaluator> (*make)(EvaluatorContext context, const OptionValues& options);

  // Of an evaluator that works from a resource: why the one that the options name cannot give this
  // metric of this supernet; nothing if it can. nullptr: it needs no resource.
  std::optional<OptionMistake> (*refuses)(const std::string& metric, const LoadedSupernet& supernet,
                                          const OptionValues& options,
                                          const Resources& resources) = nullptr;
  // Once that is so: writes into the options which resource they mean now, so that a study that is
  // taken up again works from the same one. nullptr: they say it already.
  void (*pin)(OptionValues& options, const Resources& resources) = nullptr;
};

std::span<const EvaluatorEntry> evaluator_registry();

// nullptr when there is none of that name.
const EvaluatorEntry* find_evaluator(std::string_view name);

// The first evaluator of the registry that provides the metric: what a study uses unless it says
// otherwise. nullptr: none does.
const EvaluatorEntry* default_evaluator(std::string_view metric);

EvaluatorEntry analytic_evaluator();
EvaluatorEntry onednn_evaluator();
EvaluatorEntry predictor_evaluator();
EvaluatorEntry table_evaluator();
EvaluatorEntry validation_evaluator();

// A program of the user's own, which claims its tasks over the API: no worker of ours runs them.
inline constexpr const char* kExternal = "external";
EvaluatorEntry external_evaluator();

}  // namespace quarry::evaluators
