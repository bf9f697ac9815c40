// The table of metrics. Adding one: a line here and an evaluator that provides it.
#include "search/core/metric.hpp"

#include <vector>

namespace quarry::search {

std::span<const Metric> known_metrics() {
  static const std::vector<Metric> kMetrics = {
      {"accuracy", "share of the validation images classified right, 0..1", Goal::kMaximize, 1.0},
      {"bleu", "BLEU score of the translations, 0..100", Goal::kMaximize, 100.0},
      {"latency_ms", "median time of one batch on this machine, milliseconds", Goal::kMinimize,
       0.0},
      {"macs", "multiply-accumulates of one image, as the supernet's manifest counts them",
       Goal::kMinimize, 0.0},
      {"params", "weights, biases, norms and embeddings, as the supernet's manifest counts them",
       Goal::kMinimize, 0.0},
      {"model_size_bytes", "bytes of all parameters under the quantization policy", Goal::kMinimize,
       0.0},
      {"peak_activation_bytes", "bytes of activations that inference of one image needs at least",
       Goal::kMinimize, 0.0},
      {"operators", "operators of the sub-network", Goal::kMinimize, 0.0},
      {"int8_share",
       "share of the multiply-accumulates in quantizable operators made in INT8, 0..1",
       Goal::kMaximize, 1.0},
  };
  return kMetrics;
}

const Metric* find_metric(std::string_view name) {
  for (const Metric& metric : known_metrics()) {
    if (metric.name == name) return &metric;
  }
  return nullptr;
}

}  // namespace quarry::search
