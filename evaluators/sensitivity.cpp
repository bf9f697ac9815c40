// One compile and one pass over the images per operator and precision. Tested by
// tests/evaluators/fashion_vit_test.cpp.
#include "evaluators/sensitivity.hpp"

#include <vector>

#include "evaluators/classification.hpp"
#include "evaluators/onednn/calibration.hpp"
#include "evaluators/onednn/onednn_info.hpp"
#include "search/network/cost.hpp"

namespace quarry::evaluators {

SensitivityTable measure_sensitivity(
    const LoadedSupernet& supernet, const search::Genome& genome, std::size_t images,
    const std::function<void(std::size_t, std::size_t)>& progress) {
  using search::Precision;
  if (const auto why = supernet.accuracy_unavailable()) return {.failure = *why};
  SensitivityTable table;
  for (const Precision precision : executable_precisions()) {
    if (precision != Precision::kF32) table.precisions.push_back(precision);
  }

  search::Network network = supernet.supernet().network(genome);
  for (search::Operator& op : network.operators) op.precision = Precision::kF32;
  const LabelledImages& split = supernet.dataset().validation;
  const CalibrationResult calibration =
      calibrate(network, *supernet.weights(), supernet.dataset().calibration);
  if (!calibration.failure.empty()) return {.failure = calibration.failure};
  const CompileOptions options{.batch = static_cast<std::size_t>(supernet.supernet().latency_batch),
                               .threads = 1};
  const auto logits_of = [&](const search::Network& candidate) {
    const CompileResult compiled =
        compile(candidate, *supernet.weights(), calibration.ranges, options);
    if (!compiled.network) {
      table.failure = compiled.failure;
      return Logits{};
    }
    return compute_logits(*compiled.network, split, images, {});
  };

  const Logits reference = logits_of(network);
  if (!table.failure.empty()) return table;
  table.top1 = top1_accuracy(reference, split.labels);
  table.loss = cross_entropy(reference, split.labels);
  table.images = reference.images();
  const std::size_t total = policy_of(network).size() * table.precisions.size();
  for (search::Operator& op : network.operators) {
    if (!search::is_quantizable(op)) continue;
    const std::int64_t bytes = search::cost_of(op, network).model_size_bytes;
    for (const Precision precision : table.precisions) {
      op.precision = precision;
      const Logits logits = logits_of(network);
      if (!table.failure.empty()) return table;
      table.rows.push_back({.operator_name = op.name,
                            .precision = precision,
                            .top1_change = top1_accuracy(logits, split.labels) - table.top1,
                            .loss_change = cross_entropy(logits, split.labels) - table.loss,
                            .kl = mean_kl(reference, logits),
                            .bytes_saved = bytes - search::cost_of(op, network).model_size_bytes});
      progress(table.rows.size(), total);
    }
    op.precision = Precision::kF32;
  }
  return table;
}

}  // namespace quarry::evaluators
