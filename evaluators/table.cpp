// Measurements that a user imported, looked up: exact answers for the networks of the table, a
// failure for every other one. Tested by tests/evaluators/table_test.cpp.
#include <algorithm>
#include <cmath>

#include "evaluators/evaluator.hpp"
#include "evaluators/student.hpp"

namespace quarry::evaluators {
namespace {

// The mean of repeated measurements and how well it is known; one alone says nothing of that.
search::Measurement summarise(const std::vector<double>& values, const std::string& fingerprint) {
  const auto count = static_cast<double>(values.size());
  double mean = 0.0;
  for (const double value : values) mean += value / count;
  double squares = 0.0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  const double spread = values.size() < 2 ? 0.0
                                          : student_95(values.size() - 1) *
                                                std::sqrt(squares / (count - 1.0) / count);
  return {.value = mean,
          .spread = spread,
          .samples = static_cast<std::int64_t>(values.size()),
          .source = search::Source::kImported,
          .fingerprint = fingerprint};
}

class Table final : public Evaluator {
 public:
  Table(const search::SearchSpace& space, std::shared_ptr<const MeasurementTable> table)
      : space_(space), table_(std::move(table)) {}

  std::vector<Evaluation> evaluate(std::span<const search::Genome> candidates,
                                   std::stop_token) override {
    std::vector<Evaluation> evaluations;
    for (const search::Genome& genome : candidates)
      evaluations.push_back(look_up(space_.canonical(genome)));
    return evaluations;
  }

 private:
  Evaluation look_up(const search::Genome& genome) const {
    const MeasurementTable::Facts& facts = table_->facts();
    Evaluation evaluation;
    for (const std::string& metric : facts.metrics) {
      const std::vector<double> values = table_->values(genome, metric);
      if (!values.empty()) evaluation.metrics[metric] = summarise(values, facts.fingerprint_id);
    }
    if (evaluation.metrics.empty())
      evaluation.failure = "the import \"" + facts.name + "\" has no measurement of this network";
    return evaluation;
  }

  const search::SearchSpace& space_;
  std::shared_ptr<const MeasurementTable> table_;
};

std::optional<OptionMistake> refuses(const std::string& metric, const LoadedSupernet& supernet,
                                     const OptionValues& options, const Resources& resources) {
  const std::string& id = options.text("import");
  if (id.empty()) return OptionMistake{"import", "is missing: the id of an import, \"im_...\""};
  const auto table = resources.table(id);
  if (table == nullptr)
    return OptionMistake{"import", "there is no import " + id + "; GET /v1/imports lists them"};
  const MeasurementTable::Facts& facts = table->facts();
  const std::string& wanted = supernet.supernet().name;
  if (facts.supernet != wanted)
    return OptionMistake{"import", "import " + id + " holds networks of " + facts.supernet +
                                       ", the study searches " + wanted};
  if (facts.supernet_version != supernet.version())
    return OptionMistake{"import", "import " + id + " was made with another version of " + wanted +
                                       ": import the file again"};
  if (std::ranges::find(facts.metrics, metric) == facts.metrics.end())
    return OptionMistake{
        "import", "import " + id + " holds " + search::one_of(facts.metrics) + ", not " + metric};
  return std::nullopt;
}

}  // namespace

EvaluatorEntry table_evaluator() {
  return {
      .name = "table",
      .summary = "Measurements that you imported; a network that they lack is a failed trial",
      .metrics = {},
      .concurrency = Concurrency::kShared,
      .options = {{.name = "import",
                   .type = OptionType::kText,
                   .fallback = std::string(),
                   .help = "id of the import, \"im_...\""}},
      .unavailable = [](const LoadedSupernet&, const OptionValues&) -> std::optional<std::string> {
        return std::nullopt;
      },
      .fingerprint =
          [](const OptionValues& options, const Resources& resources) {
            const auto table = resources.table(options.text("import"));
            return table == nullptr
                       ? std::pair<std::string, std::string>()
                       : std::pair(table->facts().fingerprint_id, table->facts().fingerprint);
          },
      .make = [](EvaluatorContext context,
                 const OptionValues& options) -> std::unique_ptr<Evaluator> {
        auto table = context.resources.table(options.text("import"));
        if (table == nullptr)
          throw std::runtime_error("there is no import " + options.text("import") + " here");
        return std::make_unique<Table>(context.supernet.supernet().space, std::move(table));
      },
      .refuses = refuses};
}

}  // namespace quarry::evaluators
