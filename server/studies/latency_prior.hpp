// What a study expects of latency before it has measured anything: predictions from the times of
// operators that this machine knew when the study was created. The model is stored then and never
// changes, so that a study is taken up again with the very expectations that it began with.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "evaluators/latency_model.hpp"
#include "evaluators/operator_times.hpp"
#include "server/storage/operator_time_store.hpp"
#include "server/studies/study_spec.hpp"

namespace quarry::server {

// What a server knows of operators, and where it keeps it.
struct OperatorKnowledge {
  evaluators::OperatorTimes& times;
  OperatorTimeStore& store;
};

// The id of the model that a new study begins with, which is stored when this returns: of the table
// of the machine that its latency is measured on. Empty where it asks for none, measures no latency
// with warm caches, or where more than half of what networks that it searches take would be guessed
// from steps that were never timed.
std::string choose_latency_model(const StudySpec& spec, const evaluators::LoadedSupernet& supernet,
                                 OperatorKnowledge operators);

// Latency as a study expects it; a function of the genome alone.
class LatencyPrior {
 public:
  // The plan is that of latency_ms; the supernet outlives this.
  LatencyPrior(const MetricPlan& plan, const evaluators::LoadedSupernet& supernet,
               evaluators::LatencyModel model);

  double expected_ms(const search::Genome& genome);

 private:
  evaluators::LatencyForecast forecast_;
  double slowest_ms_ = 0.0;  // of a few random networks
  search::Genome last_;
  double last_ms_ = 0.0;
};

// The same from wherever models are kept: by id, the text of one, or nothing.
using LatencyModels = std::function<std::optional<std::string>(const std::string& id)>;
std::unique_ptr<LatencyPrior> latency_prior(const StudySpec& spec,
                                            const evaluators::LoadedSupernet& supernet,
                                            const LatencyModels& models);

// Of a study that was created with a model; nullptr where it has none. Throws std::runtime_error
// when the model is not there any more.
std::unique_ptr<LatencyPrior> latency_prior(const StudySpec& spec,
                                            const evaluators::LoadedSupernet& supernet,
                                            const OperatorKnowledge* operators);

}  // namespace quarry::server
