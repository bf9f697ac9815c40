// Each block below is a function that appends its operators and leaves builder.current() at the
// block's output.
#include "tests/bench/executor/networks.hpp"

#include <array>
#include <string>

#include "search/network/network_builder.hpp"

namespace quarry::bench {
namespace {

using search::Activation;
using search::Network;
using search::NetworkBuilder;
using search::Precision;

constexpr std::size_t kClasses = 1000;

// ---------------------------------------------------------------- transformers

constexpr std::size_t kWidth = 768;
constexpr std::size_t kHeadDim = 64;
constexpr std::size_t kFfn = 3072;

std::size_t linear(NetworkBuilder& builder, const std::string& name, std::size_t input,
                   std::size_t in, std::size_t out, Activation activation = Activation::kNone) {
  return builder.linear(name, input,
                        {.in_features = in,
                         .out_features = out,
                         .activation = activation,
                         .weight = search::first_block(name + ".weight", out, in),
                         .bias = search::first_entries(name + ".bias", out)},
                        Precision::kF32);
}

std::size_t layer_norm(NetworkBuilder& builder, const std::string& name, std::size_t input,
                       double epsilon) {
  const std::size_t width = builder.shape(input).sizes.back();
  return builder.append(
      {.name = name,
       .kind = search::LayerNorm{.epsilon = epsilon,
                                 .scale = search::first_entries(name + ".weight", width),
                                 .shift = search::first_entries(name + ".bias", width)},
       .inputs = {input},
       .output = builder.shape(input)});
}

struct AttentionInputs {
  std::size_t queries, keys, values;                            // operators
  std::size_t query_begin = 0, key_begin = 0, value_begin = 0;  // first features of each
};

std::size_t attention(NetworkBuilder& builder, const std::string& name, std::size_t heads,
                      const AttentionInputs& in) {
  const std::size_t tokens = builder.shape(in.queries).sizes[0];
  const search::TensorShape square{{heads, tokens, tokens}};
  const std::size_t scores =
      builder.append({.name = name + ".scores",
                      .kind = search::AttentionScores{.heads = heads,
                                                      .head_dim = kHeadDim,
                                                      .query_begin = in.query_begin,
                                                      .key_begin = in.key_begin},
                      .inputs = {in.queries, in.keys},
                      .output = square});
  const std::size_t softmax = builder.append(
      {.name = name + ".softmax", .kind = search::Softmax{}, .inputs = {scores}, .output = square});
  return builder.append({.name = name + ".context",
                         .kind = search::AttentionContext{.heads = heads,
                                                          .head_dim = kHeadDim,
                                                          .value_begin = in.value_begin},
                         .inputs = {softmax, in.values},
                         .output = {{tokens, heads * kHeadDim}}});
}

void bert_layer(NetworkBuilder& builder, const std::string& name, const BertLayer& layer) {
  constexpr double kEpsilon = 1e-12;
  const std::size_t input = builder.current();
  const std::size_t width = layer.heads * kHeadDim;
  const std::size_t query = linear(builder, name + ".query", input, kWidth, width);
  const std::size_t key = linear(builder, name + ".key", input, kWidth, width);
  const std::size_t value = linear(builder, name + ".value", input, kWidth, width);
  const std::size_t context =
      attention(builder, name, layer.heads, {.queries = query, .keys = key, .values = value});
  const std::size_t out = linear(builder, name + ".out", context, width, kWidth);
  const std::size_t norm1 =
      layer_norm(builder, name + ".norm1", builder.add(name + ".add1", input, out), kEpsilon);
  const std::size_t fc1 =
      linear(builder, name + ".fc1", norm1, kWidth, layer.ffn_width, Activation::kGelu);
  const std::size_t fc2 = linear(builder, name + ".fc2", fc1, layer.ffn_width, kWidth);
  layer_norm(builder, name + ".norm2", builder.add(name + ".add2", norm1, fc2), kEpsilon);
}

void vit_layer(NetworkBuilder& builder, const std::string& name) {
  constexpr double kEpsilon = 1e-6;
  const std::size_t input = builder.current();
  const std::size_t norm1 = layer_norm(builder, name + ".norm1", input, kEpsilon);
  const std::size_t qkv = linear(builder, name + ".qkv", norm1, kWidth, 3 * kWidth);
  const std::size_t context = attention(
      builder, name, kWidth / kHeadDim,
      {.queries = qkv, .keys = qkv, .values = qkv, .key_begin = kWidth, .value_begin = 2 * kWidth});
  const std::size_t out = linear(builder, name + ".out", context, kWidth, kWidth);
  const std::size_t sum = builder.add(name + ".add1", input, out);
  const std::size_t norm2 = layer_norm(builder, name + ".norm2", sum, kEpsilon);
  const std::size_t fc1 = linear(builder, name + ".fc1", norm2, kWidth, kFfn, Activation::kGelu);
  const std::size_t fc2 = linear(builder, name + ".fc2", fc1, kFfn, kWidth);
  builder.add(name + ".add2", sum, fc2);
}

// ---------------------------------------------------------------- convolutional networks

search::WeightSlice whole(const std::string& tensor, const std::vector<std::size_t>& shape) {
  search::WeightSlice slice{tensor, {}};
  for (const std::size_t size : shape) slice.axes.push_back({{0, size}});
  return slice;
}

struct ConvolutionShape {
  std::size_t out = 0;
  std::size_t kernel = 1;
  std::size_t stride = 1;
  std::size_t groups = 1;
  Activation activation = Activation::kNone;
  double epsilon = 1e-5;
};

std::size_t after_window(std::size_t size, std::size_t kernel, std::size_t stride,
                         std::size_t padding) {
  return (size + 2 * padding - kernel) / stride + 1;
}

// Padded to keep the size, followed by a batch norm.
std::size_t convolution(NetworkBuilder& builder, const std::string& name, std::size_t input,
                        const ConvolutionShape& shape) {
  const std::vector<std::size_t> in = builder.shape(input).sizes;
  const std::size_t padding = shape.kernel / 2;
  const auto statistic = [&](const char* part) {
    return search::first_entries(name + ".norm." + part, shape.out);
  };
  return builder.append(
      {.name = name,
       .kind =
           search::Convolution{.in_channels = in[0],
                               .out_channels = shape.out,
                               .kernel = shape.kernel,
                               .stride = shape.stride,
                               .padding = padding,
                               .groups = shape.groups,
                               .activation = shape.activation,
                               .weight = whole(name + ".weight", {shape.out, in[0] / shape.groups,
                                                                  shape.kernel, shape.kernel}),
                               .norm = search::BatchNorm{.epsilon = shape.epsilon,
                                                         .scale = statistic("weight"),
                                                         .shift = statistic("bias"),
                                                         .mean = statistic("mean"),
                                                         .variance = statistic("variance")}},
       .inputs = {input},
       .output = {{shape.out, after_window(in[1], shape.kernel, shape.stride, padding),
                   after_window(in[2], shape.kernel, shape.stride, padding)}}});
}

std::size_t global_average(NetworkBuilder& builder, const std::string& name, std::size_t input) {
  return builder.append({.name = name,
                         .kind = search::GlobalAverage{},
                         .inputs = {input},
                         .output = {{builder.shape(input).sizes[0]}}});
}

// He et al. 2016: 1x1, 3x3, 1x1 with a fourfold output, beside the input or its projection.
void bottleneck(NetworkBuilder& builder, const std::string& name, std::size_t width,
                std::size_t stride) {
  const std::size_t input = builder.current();
  const std::size_t out = 4 * width;
  const bool projected = stride != 1 || builder.shape(input).sizes[0] != out;
  const std::size_t shortcut =
      projected ? convolution(builder, name + ".shortcut", input, {.out = out, .stride = stride})
                : input;
  std::size_t x =
      convolution(builder, name + ".conv1", input, {.out = width, .activation = Activation::kRelu});
  x = convolution(builder, name + ".conv2", x,
                  {.out = width, .kernel = 3, .stride = stride, .activation = Activation::kRelu});
  x = convolution(builder, name + ".conv3", x, {.out = out});
  x = builder.add(name + ".add", shortcut, x);
  builder.append({.name = name + ".relu",
                  .kind = search::Activate{Activation::kRelu},
                  .inputs = {x},
                  .output = builder.shape(x)});
}

// Howard et al. 2019, table 1.
struct InvertedResidual {
  std::size_t kernel, expanded, out;
  bool squeeze;
  Activation activation;
  std::size_t stride;
};

constexpr double kMobileNetEpsilon = 1e-3;

// The nearest multiple of 8 that is not more than a tenth below, as MobileNets round.
std::size_t multiple_of_8(std::size_t width) {
  const std::size_t rounded = std::max<std::size_t>(8, (width + 4) / 8 * 8);
  return 10 * rounded < 9 * width ? rounded + 8 : rounded;
}

// Hu et al. 2018, with hard sigmoid gates.
std::size_t squeeze_and_excite(NetworkBuilder& builder, const std::string& name,
                               std::size_t input) {
  const std::size_t channels = builder.shape(input).sizes[0];
  const std::size_t squeezed = multiple_of_8(channels / 4);
  const std::size_t mean = global_average(builder, name + ".mean", input);
  const std::size_t fc1 =
      linear(builder, name + ".fc1", mean, channels, squeezed, Activation::kRelu);
  const std::size_t gate =
      linear(builder, name + ".fc2", fc1, squeezed, channels, Activation::kHardSigmoid);
  return builder.append({.name = name + ".scale",
                         .kind = search::Multiply{},
                         .inputs = {input, gate},
                         .output = builder.shape(input)});
}

void inverted_residual(NetworkBuilder& builder, const std::string& name,
                       const InvertedResidual& block) {
  const std::size_t input = builder.current();
  const std::size_t in = builder.shape(input).sizes[0];
  std::size_t x = input;
  if (block.expanded != in) {
    x = convolution(
        builder, name + ".expand", x,
        {.out = block.expanded, .activation = block.activation, .epsilon = kMobileNetEpsilon});
  }
  x = convolution(builder, name + ".depthwise", x,
                  {.out = block.expanded,
                   .kernel = block.kernel,
                   .stride = block.stride,
                   .groups = block.expanded,
                   .activation = block.activation,
                   .epsilon = kMobileNetEpsilon});
  if (block.squeeze) x = squeeze_and_excite(builder, name + ".se", x);
  x = convolution(builder, name + ".project", x, {.out = block.out, .epsilon = kMobileNetEpsilon});
  if (block.stride == 1 && in == block.out) builder.add(name + ".add", input, x);
}

}  // namespace

Network bert_encoder(const std::vector<BertLayer>& layers) {
  NetworkBuilder builder({{128, kWidth}});
  layer_norm(builder, "embeddings.norm", builder.current(), 1e-12);
  for (std::size_t i = 0; i < layers.size(); ++i)
    bert_layer(builder, "layer" + std::to_string(i), layers[i]);
  return builder.take();
}

Network bert_base() { return bert_encoder(std::vector<BertLayer>(12)); }

Network random_bert(const std::vector<Precision>& precisions, search::Rng& rng) {
  constexpr std::array<std::size_t, 4> kHeads = {6, 8, 10, 12};
  constexpr std::array<std::size_t, 3> kFfnWidths = {1024, 2048, 3072};
  std::vector<BertLayer> layers(6 + rng.below(7));
  for (BertLayer& layer : layers) {
    layer.heads = kHeads[rng.below(kHeads.size())];
    layer.ffn_width = kFfnWidths[rng.below(kFfnWidths.size())];
  }
  Network network = bert_encoder(layers);
  for (search::Operator& op : network.operators) {
    if (search::is_quantizable(op)) op.precision = precisions[rng.below(precisions.size())];
  }
  return network;
}

Network vit_b16() {
  constexpr std::size_t kPatch = 16;
  constexpr std::size_t kSide = 224 / kPatch;
  NetworkBuilder builder({{3, 224, 224}});
  builder.append(
      {.name = "patches",
       .kind = search::Convolution{.in_channels = 3,
                                   .out_channels = kWidth,
                                   .kernel = kPatch,
                                   .stride = kPatch,
                                   .weight = whole("patches.weight", {kWidth, 3, kPatch, kPatch}),
                                   .bias = search::first_entries("patches.bias", kWidth)},
       .inputs = {search::kNetworkInput},
       .output = {{kWidth, kSide, kSide}}});
  builder.append({.name = "tokens",
                  .kind = search::Tokens{},
                  .inputs = {builder.current()},
                  .output = {{kSide * kSide, kWidth}}});
  constexpr std::size_t kTokens = kSide * kSide + 1;
  builder.append({.name = "class",
                  .kind = search::ClassToken{search::first_entries("class.token", kWidth)},
                  .inputs = {builder.current()},
                  .output = {{kTokens, kWidth}}});
  builder.append(
      {.name = "position",
       .kind = search::PositionEmbedding{search::first_block("position.table", kTokens, kWidth)},
       .inputs = {builder.current()},
       .output = {{kTokens, kWidth}}});
  for (int i = 0; i < 12; ++i) vit_layer(builder, "layer" + std::to_string(i));
  layer_norm(builder, "norm", builder.current(), 1e-6);
  builder.append({.name = "take",
                  .kind = search::TakeToken{.index = 0},
                  .inputs = {builder.current()},
                  .output = {{kWidth}}});
  linear(builder, "head", builder.current(), kWidth, kClasses);
  return builder.take();
}

Network resnet50() {
  NetworkBuilder builder({{3, 224, 224}});
  convolution(builder, "stem", builder.current(),
              {.out = 64, .kernel = 7, .stride = 2, .activation = Activation::kRelu});
  builder.append({.name = "pool",
                  .kind = search::Pool{.kernel = 3, .stride = 2, .padding = 1},
                  .inputs = {builder.current()},
                  .output = {{64, 56, 56}}});
  constexpr std::array<std::size_t, 4> kBlocks = {3, 4, 6, 3};
  for (std::size_t stage = 0; stage < kBlocks.size(); ++stage) {
    for (std::size_t block = 0; block < kBlocks[stage]; ++block) {
      bottleneck(builder, "stage" + std::to_string(stage) + "." + std::to_string(block),
                 std::size_t{64} << stage, stage > 0 && block == 0 ? 2 : 1);
    }
  }
  global_average(builder, "mean", builder.current());
  linear(builder, "head", builder.current(), 2048, kClasses);
  return builder.take();
}

Network mobilenet_v3_large() {
  constexpr Activation kRelu = Activation::kRelu;
  constexpr Activation kSwish = Activation::kHardSwish;
  constexpr std::array<InvertedResidual, 15> kBlocks = {{{3, 16, 16, false, kRelu, 1},
                                                         {3, 64, 24, false, kRelu, 2},
                                                         {3, 72, 24, false, kRelu, 1},
                                                         {5, 72, 40, true, kRelu, 2},
                                                         {5, 120, 40, true, kRelu, 1},
                                                         {5, 120, 40, true, kRelu, 1},
                                                         {3, 240, 80, false, kSwish, 2},
                                                         {3, 200, 80, false, kSwish, 1},
                                                         {3, 184, 80, false, kSwish, 1},
                                                         {3, 184, 80, false, kSwish, 1},
                                                         {3, 480, 112, true, kSwish, 1},
                                                         {3, 672, 112, true, kSwish, 1},
                                                         {5, 672, 160, true, kSwish, 2},
                                                         {5, 960, 160, true, kSwish, 1},
                                                         {5, 960, 160, true, kSwish, 1}}};
  NetworkBuilder builder({{3, 224, 224}});
  convolution(
      builder, "stem", builder.current(),
      {.out = 16, .kernel = 3, .stride = 2, .activation = kSwish, .epsilon = kMobileNetEpsilon});
  for (std::size_t i = 0; i < kBlocks.size(); ++i)
    inverted_residual(builder, "block" + std::to_string(i), kBlocks[i]);
  convolution(builder, "last", builder.current(),
              {.out = 960, .activation = kSwish, .epsilon = kMobileNetEpsilon});
  global_average(builder, "mean", builder.current());
  linear(builder, "head1", builder.current(), 960, 1280, kSwish);
  linear(builder, "head2", builder.current(), 1280, kClasses);
  return builder.take();
}

Network at_precision(Network network, Precision precision) {
  for (search::Operator& op : network.operators) {
    const bool attention = std::holds_alternative<search::AttentionScores>(op.kind) ||
                           std::holds_alternative<search::AttentionContext>(op.kind);
    if (search::is_quantizable(op) || (attention && precision == Precision::kBf16))
      op.precision = precision;
  }
  return network;
}

}  // namespace quarry::bench
