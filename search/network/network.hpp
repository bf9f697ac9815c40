// A sub-network as a list of operators with shapes, precision and weight slices: pure data. MACs,
// parameters, bytes, latency, accuracy and the drawing all derive from this list, so they cannot
// disagree about what the candidate is.
#pragma once

#include <cstddef>
#include <optional>
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

// Whether products are made of integers.
inline bool is_integer(Precision precision) {
  return precision == Precision::kInt8 || precision == Precision::kInt8Weights4;
}

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
// Without a name: no tensor.
struct WeightSlice {
  std::string tensor;
  std::vector<std::vector<Range>> axes;
  std::size_t elements() const;
  bool operator==(const WeightSlice&) const = default;
};

// What multiplies element by element is told apart from what does not, because torchprofile counts
// it: see cost.hpp.
enum class Activation { kNone, kRelu, kRelu6, kGelu, kHardSwish, kHardSigmoid, kTanh };

std::string_view to_text(Activation activation);
// False when `text` names no activation; `activation` is then untouched.
bool parse_activation(std::string_view text, Activation& activation);

// How the weights of an integer operator are rounded. Asymmetric: a zero point per scale.
struct WeightScheme {
  bool symmetric = true;
  bool per_channel = true;
  bool operator==(const WeightScheme&) const = default;
};

// How the range of an activation is found from what calibration images make of it.
enum class CalibrationMethod { kMinMax, kKl, kPercentile };

// ---------------------------------------------------------------- operators on any tensor

// Sum of two inputs of one shape.
struct Add {};

// Product of two inputs, element by element; the second may be [channels] where the first is
// [channels, height, width] (the gate of squeeze-and-excitation).
struct Multiply {};

// Its own operator only where no product comes before it that could apply it.
struct Activate {
  Activation activation = Activation::kRelu;
};

// Inputs joined along an axis, in order.
struct Concatenate {
  std::size_t axis = 0;
};

// Over the last axis of its output, which may be a part of the input's last axis: [tokens, heads *
// kernel] -> [tokens, heads, kernel].
struct Softmax {};

// Over the last axis.
struct LayerNorm {
  double epsilon = 1e-5;
  WeightSlice scale;
  WeightSlice shift;
};

// output[t] = activation(weight * input[t] + bias) for each row t; weight is [out_features,
// in_features]. A bias without a tensor's name is none.
struct Linear {
  std::size_t in_features = 0;
  std::size_t out_features = 0;
  Activation activation = Activation::kNone;
  WeightSlice weight;
  WeightSlice bias;
};

// ---------------------------------------------------------------- on images [channels, height,
// width]

// Inference only: folded into the product before it, (x - mean) / sqrt(variance + epsilon) * scale
// + shift per channel.
struct BatchNorm {
  double epsilon = 1e-5;
  WeightSlice scale;
  WeightSlice shift;
  WeightSlice mean;
  WeightSlice variance;
};

// Square kernels, padding on all sides alike, then norm, then activation. weight is [out_channels,
// in_channels / groups, kernel, kernel]. A bias without a tensor's name is none.
struct Convolution {
  std::size_t in_channels = 0;
  std::size_t out_channels = 0;
  std::size_t kernel = 1;
  std::size_t stride = 1;
  std::size_t padding = 0;
  std::size_t groups = 1;
  Activation activation = Activation::kNone;
  WeightSlice weight;
  WeightSlice bias;
  std::optional<BatchNorm> norm;
};

enum class PoolKind { kMax, kAverage };

// The padding takes no part in an average.
struct Pool {
  PoolKind kind = PoolKind::kMax;
  std::size_t kernel = 2;
  std::size_t stride = 2;
  std::size_t padding = 0;
};

// [channels, height, width] -> [channels].
struct GlobalAverage {};

// [height, width] -> [patches, patch * patch], patches row by row. Moves only.
struct Patchify {
  std::size_t patch = 1;
};

// [channels, height, width] -> [height * width, channels]. Moves only; nothing where channels are
// stored last.
struct Tokens {};

// ---------------------------------------------------------------- on sequences [tokens, features]

// Token numbers [tokens] -> [tokens, features]: rows of `words`, times `scale`, plus the first rows
// of `positions`, plus the first row of `types`; the last two only where they name a tensor.
struct TokenEmbedding {
  std::size_t vocabulary = 0;
  double scale = 1.0;
  WeightSlice words;
  WeightSlice positions;
  WeightSlice types;
};

// Adds a learned tensor of the input's shape.
struct PositionEmbedding {
  WeightSlice table;
};

// Puts a learned row before the input's.
struct ClassToken {
  WeightSlice token;
};

// [tokens, features] -> [features]. The mean leaves out the tokens before `begin`.
struct TokenMean {
  std::size_t begin = 0;
};
struct TakeToken {
  std::size_t index = 0;
};

// Inputs: queries [n, ...] and keys [m, ...], which may be the same tensor. Of both, heads *
// head_dim features from `query_begin` and `key_begin` on, head by head -> [heads, n, m], scaled by
// head_dim^-1/2. causal: a query sees the keys up to its own place, all others score -infinity.
// counts_scaling changes no number: the publication multiplies the queries by head_dim^-1/2 as a
// step of its own, which torchprofile counts.
struct AttentionScores {
  std::size_t heads = 1;
  std::size_t head_dim = 1;
  std::size_t query_begin = 0;
  std::size_t key_begin = 0;
  bool causal = false;
  bool counts_scaling = false;
};

// Inputs: probabilities [heads, n, m] and values [m, ...], of which heads * head_dim features from
// `value_begin` on -> [n, heads * head_dim].
struct AttentionContext {
  std::size_t heads = 1;
  std::size_t head_dim = 1;
  std::size_t value_begin = 0;
};

// Each head's features times a square matrix of its own, [heads, head_dim, head_dim] (weighted
// multiplicative attention, Luong et al. 2015).
struct HeadProduct {
  std::size_t heads = 1;
  std::size_t head_dim = 1;
  WeightSlice weight;
};

enum class Spectrum { kFourier, kCosine };

// Mixes tokens, then features, by constant matrices: the real part of the two-dimensional discrete
// Fourier transform (Lee-Thorp et al. 2022), or the cosine transform.
struct SpectralMix {
  Spectrum spectrum = Spectrum::kFourier;
};

// Dynamic convolution (Wu et al. 2019): inputs are values [tokens, heads * head_dim] and kernels
// [tokens, heads, kernel], already normalised; output[t] of a head is the sum over j of
// kernels[t][j] * values[t + j - kernel / 2].
struct SpanConvolution {
  std::size_t heads = 1;
  std::size_t kernel = 1;
};

// [rows, features] that earlier steps of a decoder left in memory, as it is read in one step: see
// phases.hpp. With an input, that is its last row. Nothing is computed.
struct Cache {};

using OperatorKind =
    std::variant<Add, Multiply, Activate, Concatenate, Softmax, LayerNorm, Linear, Convolution,
                 Pool, GlobalAverage, Patchify, Tokens, TokenEmbedding, PositionEmbedding,
                 ClassToken, TokenMean, TakeToken, AttentionScores, AttentionContext, HeadProduct,
                 SpectralMix, SpanConvolution, Cache>;

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
  WeightScheme weight_scheme = {};                             // of an integer operator
  CalibrationMethod calibration = CalibrationMethod::kMinMax;  // of its input
};

struct Network {
  TensorShape input;
  std::size_t vocabulary = 0;  // the input is token numbers below this; 0: real numbers
  std::vector<Operator>
      operators;  // in an order that can be executed; the last one's output is the network's
  // Of an encoder-decoder: the operator that embeds the decoder's tokens. It reads the network's
  // input too, for want of a second one, so that the whole network shows what translating that many
  // tokens into as many costs; it is run in phases (phases.hpp).
  std::optional<std::size_t> decoder_begin = std::nullopt;
};

// Every slice of the operator that names a tensor.
std::vector<const WeightSlice*> weight_slices(const OperatorKind& kind);
std::vector<WeightSlice*> weight_slices(OperatorKind& kind);

// Which operators multiply by weights and may therefore be quantized.
bool is_quantizable(const Operator& op);

// Operator name -> precision, for every operator that has a choice: the user's view of the
// quantization policy.
using QuantizationPolicy = std::vector<std::pair<std::string, Precision>>;
QuantizationPolicy policy_of(const Network& network);

}  // namespace quarry::search
