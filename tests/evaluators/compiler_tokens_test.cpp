// Operators on sequences of tokens against plain loops, on shapes that no kernel was made for.
#include <catch2/catch.hpp>

#include "tests/support/execution.hpp"
#include "tests/support/small_networks.hpp"

namespace quarry::evaluators {
namespace {

using search::kNetworkInput;
using search::Network;
using search::NetworkBuilder;
using search::Precision;
using test::append;
using test::linear;
using test::relative_error;
using test::whole;

constexpr double kExact = 1e-5;  // f32 in another order

double error_of(const Network& network, std::size_t batch = 3) {
  return relative_error(network, test::random_weights(network, 11), batch, 2);
}

// A post-norm encoder layer as BERT has it, with embeddings; 7 tokens of 24 features.
Network small_bert(Precision precision, Precision attention) {
  NetworkBuilder builder({{7}});
  std::size_t x = append(builder, "embedding",
                         search::TokenEmbedding{.vocabulary = 31,
                                                .scale = 1.5,
                                                .words = whole("words", {31, 24}),
                                                .positions = whole("positions", {7, 24}),
                                                .types = whole("types", {1, 24})},
                         {kNetworkInput}, {7, 24});
  x = builder.layer_norm("norm0", x);
  const auto project = [&](const std::string& name) {
    return linear(builder, name, x, 15, search::Activation::kNone, precision);
  };
  const std::size_t q = project("q");
  const std::size_t k = project("k");
  const std::size_t v = project("v");
  std::size_t y = append(builder, "scores", search::AttentionScores{.heads = 3, .head_dim = 5},
                         {q, k}, {3, 7, 7}, attention);
  y = append(builder, "softmax", search::Softmax{}, {y}, {3, 7, 7});
  y = append(builder, "context", search::AttentionContext{.heads = 3, .head_dim = 5}, {y, v},
             {7, 15}, attention);
  y = linear(builder, "out", y, 24, search::Activation::kNone, precision);
  x = builder.layer_norm("norm1", builder.add("add1", x, y));
  y = linear(builder, "fc1", x, 37, search::Activation::kGelu, precision);
  y = linear(builder, "fc2", y, 24, search::Activation::kNone, precision);
  x = builder.layer_norm("norm2", builder.add("add2", y, x));
  x = append(builder, "take", search::TakeToken{.index = 2}, {x}, {24});
  linear(builder, "pooler", x, 24, search::Activation::kTanh, precision);
  Network network = builder.take();
  network.vocabulary = 31;
  return network;
}

TEST_CASE("a BERT layer with embeddings equals plain loops") {
  CHECK(error_of(small_bert(Precision::kF32, Precision::kF32), 1) < kExact);
  CHECK(error_of(small_bert(Precision::kF32, Precision::kF32), 4) < kExact);
}

TEST_CASE("a BERT layer stays near f32 in int8 and bf16") {
  CHECK(error_of(small_bert(Precision::kInt8, Precision::kF32)) < 0.05);
  if (!test::runs_bf16()) return;
  CHECK(error_of(small_bert(Precision::kInt8, Precision::kBf16)) < 0.05);
  CHECK(error_of(small_bert(Precision::kBf16, Precision::kBf16)) < 0.02);
}

TEST_CASE("an int8 BERT layer quantizes in its norms and moves no head") {
  const Network network = small_bert(Precision::kInt8, Precision::kF32);
  const CompileResult compiled =
      compile(network, test::random_weights(network, 3), plausible_calibration(network), {});
  REQUIRE(compiled.failure == "");
  CHECK(test::steps_of(*compiled.network, "") ==
        "embedding look up\nnorm0 normalise\nq product\nk product\nv product\nscores product\n"
        "softmax softmax\ncontext product\nout quantize\nout product\nnorm1 normalise\n"
        "fc1 product\nfc2 product\nnorm2 normalise\ntake take\npooler quantize\n"
        "pooler product\n");
}

// Queries, keys and values of two heads of three in one tensor, at odd places.
Network packed_attention(bool another_reader) {
  NetworkBuilder builder({{5, 8}});
  const std::size_t packed = linear(builder, "packed", kNetworkInput, 23);
  std::size_t y =
      append(builder, "scores",
             search::AttentionScores{.heads = 2, .head_dim = 3, .query_begin = 9, .key_begin = 1},
             {packed, packed}, {2, 5, 5});
  y = append(builder, "softmax", search::Softmax{}, {y}, {2, 5, 5});
  y = append(builder, "context",
             search::AttentionContext{.heads = 2, .head_dim = 3, .value_begin = 17}, {y, packed},
             {5, 6});
  if (another_reader) {
    const std::size_t other = linear(builder, "other", packed, 6);
    y = builder.add("add", y, other);
  }
  linear(builder, "last", y, 4);
  return builder.take();
}

TEST_CASE("queries, keys and values are found in one tensor, divided or copied out of it") {
  CHECK(error_of(packed_attention(false)) < kExact);
  CHECK(error_of(packed_attention(true)) < kExact);
}

TEST_CASE("attention may look at tokens of another length") {
  NetworkBuilder builder({{11, 6}});
  const std::size_t memory = linear(builder, "memory", kNetworkInput, 12);
  const std::size_t mean = append(builder, "mean", search::TokenMean{}, {kNetworkInput}, {6});
  const std::size_t wide = linear(builder, "wide", mean, 18);
  append(builder, "class", search::ClassToken{whole("class", {1, 6})}, {kNetworkInput}, {12, 6});
  const std::size_t q = linear(builder, "q", builder.current(), 6);
  std::size_t y =
      append(builder, "scores", search::AttentionScores{.heads = 2, .head_dim = 3, .key_begin = 6},
             {q, memory}, {2, 12, 11});
  y = append(builder, "softmax", search::Softmax{}, {y}, {2, 12, 11});
  y = append(builder, "context", search::AttentionContext{.heads = 2, .head_dim = 3}, {y, memory},
             {12, 6});
  y = append(builder, "join", search::Concatenate{0}, {y, kNetworkInput}, {23, 6});
  y = append(builder, "take", search::TakeToken{22}, {y}, {6});
  y = linear(builder, "widen", y, 18);
  append(builder, "times", search::Multiply{}, {y, wide}, {18});
  CHECK(error_of(builder.take()) < kExact);
}

TEST_CASE("a class token stands before the tokens and positions are added to all") {
  NetworkBuilder builder({{6, 5}});
  std::size_t x =
      append(builder, "class", search::ClassToken{whole("class", {1, 5})}, {kNetworkInput}, {7, 5});
  append(builder, "positions", search::PositionEmbedding{whole("positions", {7, 5})}, {x}, {7, 5});
  CHECK(error_of(builder.take()) < kExact);
}

TEST_CASE("an image becomes tokens, channels last") {
  NetworkBuilder builder({{3, 8, 12}});
  const std::size_t patches = test::convolution(
      builder, "patches", kNetworkInput, {.channels = 10, .kernel = 4, .stride = 4, .norm = false});
  const std::size_t tokens = append(builder, "tokens", search::Tokens{}, {patches}, {6, 10});
  const Network only_tokens = builder.take();
  CHECK(error_of(only_tokens) < kExact);
  NetworkBuilder more({{3, 8, 12}});
  append(more, "tokens", search::Tokens{}, {kNetworkInput}, {96, 3});
  linear(more, "fc", tokens == 1 ? 0 : 0, 7);
  CHECK(error_of(more.take()) < kExact);
}

TEST_CASE("each head's features are multiplied by its own matrix") {
  NetworkBuilder builder({{9, 15}});
  append(builder, "heads",
         search::HeadProduct{.heads = 3, .head_dim = 5, .weight = whole("heads", {3, 5, 5})},
         {kNetworkInput}, {9, 15});
  CHECK(error_of(builder.take()) < kExact);
}

TEST_CASE("spectral mixing is the real part of a Fourier transform, or a cosine transform") {
  for (const search::Spectrum spectrum : {search::Spectrum::kFourier, search::Spectrum::kCosine}) {
    NetworkBuilder builder({{6, 10}});
    append(builder, "mix", search::SpectralMix{spectrum}, {kNetworkInput}, {6, 10});
    CHECK(error_of(builder.take()) < kExact);
  }
}

TEST_CASE("dynamic convolutions of odd and even width stop at the ends of the sequence") {
  for (const std::size_t kernel : {1U, 3U, 4U, 9U}) {
    NetworkBuilder builder({{7, 6}});
    const std::size_t kernels = linear(builder, "kernels", kNetworkInput, 2 * kernel);
    append(builder, "span", search::SpanConvolution{.heads = 2, .kernel = kernel},
           {kNetworkInput, kernels}, {7, 6});
    CHECK(error_of(builder.take()) < kExact);
  }
}

TEST_CASE("a sum is not made in a buffer that the product itself reads") {
  NetworkBuilder builder({{4, 6}});
  const std::size_t x = linear(builder, "x", kNetworkInput, 6);
  builder.add("add", x, linear(builder, "fc", x, 6));
  CHECK(error_of(builder.take()) < kExact);
}

TEST_CASE("what is not a token number reads a row that is there") {
  const Network network = small_bert(Precision::kF32, Precision::kF32);
  const CompileResult compiled = compile(network, test::random_weights(network, 3), {}, {});
  REQUIRE(compiled.failure == "");
  const std::vector<float> odd = {-1.0F, 1e9F, std::nanf(""), 0.5F, 30.0F, 31.0F, -0.0F};
  std::ranges::copy(odd, compiled.network->input().begin());
  compiled.network->run();
  for (const float x : compiled.network->output()) CHECK(std::isfinite(x));
}

TEST_CASE("a mean can leave out the first tokens") {
  NetworkBuilder builder({{7, 24}});
  append(builder, "mean", search::TokenMean{.begin = 2}, {kNetworkInput}, {24});
  CHECK(error_of(builder.take()) < kExact);
}

TEST_CASE("a cache holds nothing but the last row, which is its input") {
  NetworkBuilder builder({{1, 8}});
  const std::size_t keys = append(builder, "keys", search::Cache{}, {kNetworkInput}, {5, 8});
  append(builder, "scores", search::AttentionScores{.heads = 2, .head_dim = 4},
         {kNetworkInput, keys}, {2, 1, 5});
  CHECK(error_of(builder.take()) < kExact);
}

TEST_CASE("a network that looks ahead of a decoder's tokens is refused with what to do") {
  NetworkBuilder builder({{7, 8}});
  append(builder, "scores", search::AttentionScores{.heads = 2, .head_dim = 4, .causal = true},
         {kNetworkInput, kNetworkInput}, {2, 7, 7});
  const CompileResult compiled = compile(builder.take(), PseudoRandomWeights{}, {}, {});
  CHECK(compiled.failure.find("a decoder is run step by step") != std::string::npos);
}

}  // namespace
}  // namespace quarry::evaluators
