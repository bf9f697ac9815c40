// One pre-norm encoder layer (Vaswani et al. 2017; pre-norm as in ViT), elastic in heads and
// feed-forward width as in InstaTune (arXiv 2308.15609): a sub-network keeps the first heads and
// the first neurons. With N tokens, d features, a = heads * head_dim and f = ffn_width: MACs = 4 N
// d a + 2 N^2 a + 2 N d f, parameters = 4 d a + 3 a + 2 d f + f + 6 d.
#include "search/blocks/kinds.hpp"
#include "search/blocks/pieces.hpp"

namespace quarry::search {
namespace {

std::optional<std::string> mismatch(const NetworkBuilder& builder, const OptionValues&) {
  return expect_tokens(builder);
}

struct Widths {
  std::size_t heads;
  std::size_t head_dim;
  std::size_t attention;  // heads * head_dim
  std::size_t ffn;
};

Widths widths_of(const OptionValues& values) {
  const std::size_t heads = size_of(values, "heads");
  const std::size_t head_dim = size_of(values, "head_dim");
  return {heads, head_dim, heads * head_dim, size_of(values, "ffn_width")};
}

// The supernet stores queries, keys and values one below the other; of each, the first heads are
// kept.
std::vector<Range> kept_rows(const Widths& chosen, const Widths& largest) {
  if (chosen.attention == largest.attention) return {{0, 3 * largest.attention}};
  std::vector<Range> ranges;
  for (std::size_t part = 0; part < 3; ++part) {
    ranges.push_back({part * largest.attention, part * largest.attention + chosen.attention});
  }
  return ranges;
}

void append(NetworkBuilder& builder, const std::string& name, const BlockParameters& parameters) {
  const OptionValues& values = parameters.chosen;
  const Widths chosen = widths_of(values);
  const std::vector<Range> rows = kept_rows(chosen, widths_of(parameters.largest));
  const std::size_t input = builder.current();
  const std::size_t dim = builder.shape(input).sizes[1];

  const std::size_t norm1 = builder.layer_norm(name + ".norm1", input);
  Linear qkv_linear{.in_features = dim,
                    .out_features = 3 * chosen.attention,
                    .activation = Activation::kNone,
                    .weight = {name + ".qkv.weight", {rows, {{0, dim}}}},
                    .bias = {name + ".qkv.bias", {rows}}};
  const std::size_t qkv = builder.linear(name + ".qkv", norm1, std::move(qkv_linear),
                                         precision_of(values, "qkv_precision"));
  const std::size_t context = append_attention(
      builder, name, {qkv, qkv, qkv},
      {.heads = chosen.heads, .head_dim = chosen.head_dim, .key_begin = chosen.attention},
      2 * chosen.attention, precision_of(values, "attention_precision"));
  const std::size_t out =
      append_product(builder, name + ".out", context,
                     {.outputs = dim, .precision = precision_of(values, "out_precision")});
  const std::size_t residual = builder.add(name + ".add1", input, out);

  const std::size_t norm2 = builder.layer_norm(name + ".norm2", residual);
  const std::size_t fc1 = append_product(builder, name + ".fc1", norm2,
                                         {.outputs = chosen.ffn,
                                          .precision = precision_of(values, "fc1_precision"),
                                          .activation = activation_of(values)});
  const std::size_t fc2 =
      append_product(builder, name + ".fc2", fc1,
                     {.outputs = dim, .precision = precision_of(values, "fc2_precision")});
  builder.add(name + ".add2", residual, fc2);
  builder.mark(kEncoderOutput);
}

}  // namespace

BlockKind transformer_encoder_block() {
  return {
      .name = "transformer_encoder",
      .summary = "Pre-norm attention and feed-forward, elastic in heads and width",
      .parameters = {size_parameter("head_dim", 64, "features of one head"),
                     size_parameter("heads", 12, "attention heads"),
                     size_parameter("ffn_width", 3072, "neurons of the feed-forward layer"),
                     activation_parameter(),
                     precision_parameter("qkv_precision", "of the query, key and value product"),
                     attention_precision_parameter(),
                     precision_parameter("out_precision", "of the attention output product"),
                     precision_parameter("fc1_precision", "of the first feed-forward product"),
                     precision_parameter("fc2_precision", "of the second feed-forward product")},
      .mismatch = &mismatch,
      .append = &append};
}

}  // namespace quarry::search
