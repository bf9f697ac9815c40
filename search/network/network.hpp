// A sub-network as a list of operators with shapes, precision and weight slices: pure data. MACs,
// parameters, bytes, latency, accuracy and the drawing all derive from this list, so they cannot
// disagree about what the candidate is.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace quarry::search {

// How an operator computes. int8_w4: weights rounded to 4 bits but held and multiplied as 8
// (oneDNN 2.6 has no 4-bit kernel), so its accuracy is that of 4-bit weights, its size that of
// packed 4-bit weights, its latency that of int8.
enum class Precision { kF32, kBf16, kInt8, kInt8Weights4 };

std::string_view to_text(Precision precision);
// False when `text` names no precision; `precision` is then untouched.
bool parse_precision(std::string_view text, Precision& precision);

// One image's tensor, row-major; the batch is the executor's affair.
struct TensorShape {
  std::vector<std::size_t> sizes;
  std::size_t elements() const;
  bool operator==(const TensorShape&) const = default;
};

struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;  // one past the last
  bool operator==(const Range&) const = default;
};

// The part of a supernet's tensor that a sub-network uses: per axis, the kept ranges in order.
struct WeightSlice {
  std::string tensor;
  std::vector<std::vector<Range>> axes;
  std::size_t elements() const;
  bool operator==(const WeightSlice&) const = default;
};

enum class Activation { kNone, kRelu, kGelu };

// Cuts a [height, width] image into square patches: output [patches, patch * patch], patches row by
// row. Moves only.
struct Patchify {
  std::size_t patch = 1;
};

// Adds a learned tensor of the input's shape.
struct PositionEmbedding {
  WeightSlice table;
};

// output[t] = activation(weight * input[t] + bias) for each row t; weight is [out_features,
// in_features].
struct Linear {
  std::size_t in_features = 0;
  std::size_t out_features = 0;
  Activation activation = Activation::kNone;
  WeightSlice weight;
  WeightSlice bias;
};

// Over the last axis.
struct LayerNorm {
  double epsilon = 1e-5;
  WeightSlice scale;
  WeightSlice shift;
};

// Input [tokens, 3 * heads * head_dim] (queries, keys, values side by side) -> [heads, tokens,
// tokens], scaled by head_dim^-1/2.
struct AttentionScores {
  std::size_t heads = 1;
  std::size_t head_dim = 1;
};

// Over the last axis.
struct Softmax {};

// Inputs: probabilities [heads, tokens, tokens] and the same queries/keys/values -> [tokens, heads
// * head_dim].
struct AttentionContext {
  std::size_t heads = 1;
  std::size_t head_dim = 1;
};

// Sum of two inputs of one shape.
struct Add {};

// [tokens, features] -> [features].
struct TokenMean {};

using OperatorKind = std::variant<Patchify, PositionEmbedding, Linear, LayerNorm, AttentionScores,
                                  Softmax, AttentionContext, Add, TokenMean>;

// "linear", "layer_norm", ...
std::string_view kind_name(const OperatorKind& kind);

// The network's own input as an operator index.
inline constexpr std::size_t kNetworkInput = static_cast<std::size_t>(-1);

struct Operator {
  std::string name;  // unique in the network: "layer3.fc1"
  OperatorKind kind;
  std::vector<std::size_t> inputs;  // indices of earlier operators, or kNetworkInput
  TensorShape output;
  Precision precision = Precision::kF32;
};

struct Network {
  TensorShape input;
  std::vector<Operator>
      operators;  // in an order that can be executed; the last one's output is the network's
};

// Which operators multiply by weights and may therefore be quantized.
bool is_quantizable(const Operator& op);

// Operator name -> precision, for every operator that has a choice: the user's view of the
// quantization policy.
using QuantizationPolicy = std::vector<std::pair<std::string, Precision>>;
QuantizationPolicy policy_of(const Network& network);

}  // namespace quarry::search
