// Names and shapes of operators. Tested by tests/search/network_test.cpp.
#include "search/network/network.hpp"

#include <array>

namespace quarry::search {
namespace {

constexpr std::array<std::string_view, 4> kPrecisionNames = {"f32", "bf16", "int8", "int8_w4"};

struct SlicesOf {
  using Slices = std::vector<WeightSlice*>;
  template <typename Kind>
  Slices operator()(Kind&) const {
    return {};
  }
  Slices operator()(LayerNorm& norm) const { return {&norm.scale, &norm.shift}; }
  Slices operator()(Linear& linear) const { return {&linear.weight, &linear.bias}; }
  Slices operator()(Convolution& convolution) const {
    Slices slices = {&convolution.weight, &convolution.bias};
    if (convolution.norm) {
      BatchNorm& norm = *convolution.norm;
      slices.insert(slices.end(), {&norm.scale, &norm.shift, &norm.mean, &norm.variance});
    }
    return slices;
  }
  Slices operator()(TokenEmbedding& embedding) const {
    return {&embedding.words, &embedding.positions, &embedding.types};
  }
  Slices operator()(PositionEmbedding& position) const { return {&position.table}; }
  Slices operator()(ClassToken& token) const { return {&token.token}; }
  Slices operator()(HeadProduct& product) const { return {&product.weight}; }
};

constexpr std::array<std::string_view, 7> kActivationNames = {
    "none", "relu", "relu6", "gelu", "hard_swish", "hard_sigmoid", "tanh"};

template <typename Enum, std::size_t count>
bool parse(const std::array<std::string_view, count>& names, std::string_view text, Enum& value) {
  for (std::size_t i = 0; i < count; ++i) {
    if (names[i] != text) continue;
    value = static_cast<Enum>(i);
    return true;
  }
  return false;
}

struct KindName {
  std::string_view operator()(const Add&) const { return "add"; }
  std::string_view operator()(const Multiply&) const { return "multiply"; }
  std::string_view operator()(const Activate&) const { return "activate"; }
  std::string_view operator()(const Concatenate&) const { return "concatenate"; }
  std::string_view operator()(const Softmax&) const { return "softmax"; }
  std::string_view operator()(const LayerNorm&) const { return "layer_norm"; }
  std::string_view operator()(const Linear&) const { return "linear"; }
  std::string_view operator()(const Convolution&) const { return "convolution"; }
  std::string_view operator()(const Pool&) const { return "pool"; }
  std::string_view operator()(const GlobalAverage&) const { return "global_average"; }
  std::string_view operator()(const Patchify&) const { return "patchify"; }
  std::string_view operator()(const Tokens&) const { return "tokens"; }
  std::string_view operator()(const TokenEmbedding&) const { return "token_embedding"; }
  std::string_view operator()(const PositionEmbedding&) const { return "position_embedding"; }
  std::string_view operator()(const ClassToken&) const { return "class_token"; }
  std::string_view operator()(const TokenMean&) const { return "token_mean"; }
  std::string_view operator()(const TakeToken&) const { return "take_token"; }
  std::string_view operator()(const AttentionScores&) const { return "attention_scores"; }
  std::string_view operator()(const AttentionContext&) const { return "attention_context"; }
  std::string_view operator()(const HeadProduct&) const { return "head_product"; }
  std::string_view operator()(const SpectralMix&) const { return "spectral_mix"; }
  std::string_view operator()(const SpanConvolution&) const { return "span_convolution"; }
  std::string_view operator()(const Cache&) const { return "cache"; }
};

}  // namespace

std::string_view to_text(Precision precision) {
  return kPrecisionNames[static_cast<std::size_t>(precision)];
}

bool parse_precision(std::string_view text, Precision& precision) {
  return parse(kPrecisionNames, text, precision);
}

std::string_view to_text(Activation activation) {
  return kActivationNames[static_cast<std::size_t>(activation)];
}

bool parse_activation(std::string_view text, Activation& activation) {
  return parse(kActivationNames, text, activation);
}

std::size_t TensorShape::elements() const {
  std::size_t count = 1;
  for (const std::size_t size : sizes) count *= size;
  return count;
}

std::size_t WeightSlice::elements() const {
  if (tensor.empty()) return 0;
  std::size_t count = 1;
  for (const std::vector<Range>& ranges : axes) {
    std::size_t kept = 0;
    for (const Range& range : ranges) kept += range.end - range.begin;
    count *= kept;
  }
  return count;
}

std::string_view kind_name(const OperatorKind& kind) { return std::visit(KindName{}, kind); }

std::vector<WeightSlice*> weight_slices(OperatorKind& kind) {
  std::vector<WeightSlice*> slices = std::visit(SlicesOf{}, kind);
  std::erase_if(slices, [](const WeightSlice* slice) { return slice->tensor.empty(); });
  return slices;
}

std::vector<const WeightSlice*> weight_slices(const OperatorKind& kind) {
  // The visitor writes nothing.
  const std::vector<WeightSlice*> slices = weight_slices(const_cast<OperatorKind&>(kind));
  return {slices.begin(), slices.end()};
}

bool is_quantizable(const Operator& op) {
  return std::holds_alternative<Linear>(op.kind) || std::holds_alternative<Convolution>(op.kind);
}

QuantizationPolicy policy_of(const Network& network) {
  QuantizationPolicy policy;
  for (const Operator& op : network.operators) {
    if (is_quantizable(op)) policy.emplace_back(op.name, op.precision);
  }
  return policy;
}

}  // namespace quarry::search
