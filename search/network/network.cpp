// Names and shapes of operators. Tested by tests/search/network_test.cpp.
#include "search/network/network.hpp"

#include <array>

namespace quarry::search {
namespace {

constexpr std::array<std::string_view, 4> kPrecisionNames = {"f32", "bf16", "int8", "int8_w4"};

struct KindName {
  std::string_view operator()(const Patchify&) const { return "patchify"; }
  std::string_view operator()(const PositionEmbedding&) const { return "position_embedding"; }
  std::string_view operator()(const Linear&) const { return "linear"; }
  std::string_view operator()(const LayerNorm&) const { return "layer_norm"; }
  std::string_view operator()(const AttentionScores&) const { return "attention_scores"; }
  std::string_view operator()(const Softmax&) const { return "softmax"; }
  std::string_view operator()(const AttentionContext&) const { return "attention_context"; }
  std::string_view operator()(const Add&) const { return "add"; }
  std::string_view operator()(const TokenMean&) const { return "token_mean"; }
};

}  // namespace

std::string_view to_text(Precision precision) {
  return kPrecisionNames[static_cast<std::size_t>(precision)];
}

bool parse_precision(std::string_view text, Precision& precision) {
  for (std::size_t i = 0; i < kPrecisionNames.size(); ++i) {
    if (kPrecisionNames[i] != text) continue;
    precision = static_cast<Precision>(i);
    return true;
  }
  return false;
}

std::size_t TensorShape::elements() const {
  std::size_t count = 1;
  for (const std::size_t size : sizes) count *= size;
  return count;
}

std::size_t WeightSlice::elements() const {
  std::size_t count = 1;
  for (const std::vector<Range>& ranges : axes) {
    std::size_t kept = 0;
    for (const Range& range : ranges) kept += range.end - range.begin;
    count *= kept;
  }
  return count;
}

std::string_view kind_name(const OperatorKind& kind) { return std::visit(KindName{}, kind); }

bool is_quantizable(const Operator& op) { return std::holds_alternative<Linear>(op.kind); }

QuantizationPolicy policy_of(const Network& network) {
  QuantizationPolicy policy;
  for (const Operator& op : network.operators) {
    if (is_quantizable(op)) policy.emplace_back(op.name, op.precision);
  }
  return policy;
}

}  // namespace quarry::search
