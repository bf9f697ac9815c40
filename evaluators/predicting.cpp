// Metrics that a stored predictor guesses: at once, without a task, always labelled as predicted.
// Tested by tests/server/predicted_study_test.cpp.
#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "evaluators/evaluator.hpp"
#include "evaluators/stored_predictor.hpp"
#include "predictors/statistics.hpp"

namespace quarry::evaluators {
namespace {

class Predicting final : public Evaluator {
 public:
  Predicting(std::shared_ptr<const StoredPredictor> predictor, const search::Supernet& supernet)
      : predictor_(std::move(predictor)), supernet_(supernet) {}

  std::vector<Evaluation> evaluate(std::span<const search::Genome> candidates,
                                   std::stop_token) override {
    std::vector<Evaluation> evaluations;
    for (const Guess& guess : predictor_->predict(supernet_, candidates)) {
      if (!std::isfinite(guess.mean) || !std::isfinite(guess.standard_deviation))
        throw std::runtime_error("predictor " + predictor_->reference() +
                                 " has no finite guess for a network; train it again");
      evaluations.push_back(
          {.metrics = {{predictor_->metric,
                        {.value = guess.mean,
                         .spread = predictors::kNinetyFivePercent * guess.standard_deviation,
                         .samples = 0,
                         .source = search::Source::kPredicted,
                         .fingerprint = predictor_->training.fingerprint}}},
           .failure = ""});
    }
    return evaluations;
  }

 private:
  std::shared_ptr<const StoredPredictor> predictor_;
  const search::Supernet& supernet_;
};

// The predictor that the options mean: the id, once it is filled in, is the last word.
std::shared_ptr<const StoredPredictor> find_named(const OptionValues& options,
                                                  const Resources& resources) {
  const std::string& id = options.text("id");
  return resources.predictor(id.empty() ? options.text("predictor") : id);
}

std::optional<OptionMistake> refuses(const std::string& metric, const LoadedSupernet& supernet,
                                     const OptionValues& options, const Resources& resources) {
  const std::string& name = options.text("predictor");
  const std::string& id = options.text("id");
  const std::vector<std::string> exact = analytic_evaluator().metrics;
  if (std::ranges::find(exact, metric) != exact.end())
    return OptionMistake{"evaluator", metric +
                                          " follows from the network by a closed formula, "
                                          "which no guess can better: leave this out"};
  if (name.empty())
    return OptionMistake{"predictor",
                         "is missing: the name of a stored predictor, NAME@VERSION "
                         "or its id; quarry predictors list shows them"};
  const auto predictor = find_named(options, resources);
  if (predictor == nullptr)
    return OptionMistake{id.empty() ? "predictor" : "id",
                         "there is no predictor " + (id.empty() ? name : id) +
                             " on this server; quarry predictors list shows those that are there, "
                             "quarry predictors import brings one from elsewhere"};
  if (name != predictor->name && name != predictor->reference() && name != predictor->id)
    return OptionMistake{
        "id", "is that of " + predictor->reference() + ", not of " + name + ": leave it out"};
  if (predictor->metric != metric)
    return OptionMistake{"predictor", "predictor " + predictor->reference() + " predicts " +
                                          predictor->metric + ", not " + metric};
  if (const auto why = predictor->refusal(supernet.supernet()))
    return OptionMistake{"predictor", *why};
  return std::nullopt;
}

void pin(OptionValues& options, const Resources& resources) {
  const auto predictor = find_named(options, resources);
  if (predictor == nullptr) return;  // taken away since refuses() found it; make() will say so
  options.set("predictor", predictor->reference());
  options.set("id", predictor->id);
}

}  // namespace

EvaluatorEntry predictor_evaluator() {
  return {
      .name = "predictor",
      .summary = "A stored predictor's guess, at once and without measuring",
      .metrics = {},
      .concurrency = Concurrency::kImmediate,
      .options = {{.name = "predictor",
                   .type = OptionType::kText,
                   .fallback = std::string(),
                   .help = "its name (the newest version), name@version or id"},
                  {.name = "id",
                   .type = OptionType::kText,
                   .fallback = std::string(),
                   .help = "filled in: which one that was when the study was created"}},
      .unavailable = [](const LoadedSupernet&, const OptionValues&) -> std::optional<std::string> {
        return std::nullopt;
      },
      .fingerprint =
          [](const OptionValues& options, const Resources& resources) {
            const auto predictor = find_named(options, resources);
            return predictor == nullptr ? std::pair<std::string, std::string>()
                                        : std::pair(predictor->training.fingerprint,
                                                    predictor->training.fingerprint_text);
          },
      .make = [](EvaluatorContext context,
                 const OptionValues& options) -> std::unique_ptr<Evaluator> {
        auto predictor = find_named(options, context.resources);
        if (predictor == nullptr)
          throw std::runtime_error("there is no predictor " + options.text("predictor") + " here");
        return std::make_unique<Predicting>(std::move(predictor), context.supernet.supernet());
      },
      .refuses = &refuses,
      .pin = &pin};
}

}  // namespace quarry::evaluators
