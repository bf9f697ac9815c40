// Cost rules, one per operator kind. Tested by tests/search/cost_test.cpp against ViT-B's published
// figures.
#include "search/network/cost.hpp"

namespace quarry::search {
namespace {

std::int64_t rows_of(const Operator& op) {
  return static_cast<std::int64_t>(op.output.elements() / op.output.sizes.back());
}

std::int64_t weight_bytes(Precision precision, std::int64_t outputs, std::int64_t inputs) {
  constexpr std::int64_t kScale = 4;
  constexpr std::int64_t kInputScaleAndZeroPoint = 8;
  switch (precision) {
    case Precision::kF32:
      return 4 * outputs * inputs;
    case Precision::kBf16:
      return 2 * outputs * inputs;
    case Precision::kInt8:
      return outputs * inputs + outputs * kScale + kInputScaleAndZeroPoint;
    case Precision::kInt8Weights4:
      return outputs * ((inputs + 1) / 2) + outputs * kScale + kInputScaleAndZeroPoint;
  }
  return 0;
}

Cost stored_f32(std::size_t elements) {
  const auto count = static_cast<std::int64_t>(elements);
  return {.macs = 0, .params = count, .model_size_bytes = 4 * count};
}

// A kind without a rule does not compile: unknown must not become zero.
struct CostRule {
  const Operator& op;

  Cost operator()(const Patchify&) const { return {}; }
  Cost operator()(const Softmax&) const { return {}; }
  Cost operator()(const Add&) const { return {}; }
  Cost operator()(const TokenMean&) const { return {}; }
  Cost operator()(const PositionEmbedding& position) const {
    return stored_f32(position.table.elements());
  }
  Cost operator()(const LayerNorm& norm) const {
    return stored_f32(norm.scale.elements() + norm.shift.elements());
  }

  Cost operator()(const Linear& linear) const {
    const auto inputs = static_cast<std::int64_t>(linear.in_features);
    const auto outputs = static_cast<std::int64_t>(linear.out_features);
    const auto biases = static_cast<std::int64_t>(linear.bias.elements());
    return {.macs = rows_of(op) * inputs * outputs,
            .params = inputs * outputs + biases,
            .model_size_bytes = weight_bytes(op.precision, outputs, inputs) + 4 * biases};
  }

  Cost operator()(const AttentionScores& scores) const {
    return {.macs = static_cast<std::int64_t>(op.output.elements() * scores.head_dim),
            .params = 0,
            .model_size_bytes = 0};
  }

  Cost operator()(const AttentionContext& context) const {
    const std::size_t tokens = op.output.sizes.front();
    return {.macs = static_cast<std::int64_t>(tokens * tokens * context.heads * context.head_dim),
            .params = 0,
            .model_size_bytes = 0};
  }
};

}  // namespace

Cost cost_of(const Operator& op) { return std::visit(CostRule{op}, op.kind); }

Cost cost_of(const Network& network) {
  Cost total;
  for (const Operator& op : network.operators) {
    const Cost cost = cost_of(op);
    total.macs += cost.macs;
    total.params += cost.params;
    total.model_size_bytes += cost.model_size_bytes;
  }
  return total;
}

}  // namespace quarry::search
