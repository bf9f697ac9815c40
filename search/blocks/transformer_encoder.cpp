// One pre-norm encoder layer (Vaswani et al. 2017; pre-norm as in ViT), elastic in heads and
// feed-forward width as in InstaTune (arXiv 2308.15609): a sub-network keeps the first heads and
// the first neurons. With N tokens, d features, a = heads * head_dim and f = ffn_width: MACs = 4 N
// d a + 2 N^2 a + 2 N d f, parameters = 4 d a + 3 a + 2 d f + f + 6 d.
#include "search/blocks/kinds.hpp"

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
  const auto heads = static_cast<std::size_t>(values.integer("heads"));
  const auto head_dim = static_cast<std::size_t>(values.integer("head_dim"));
  return {heads, head_dim, heads * head_dim, static_cast<std::size_t>(values.integer("ffn_width"))};
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
  const std::size_t tokens = builder.shape(input).sizes[0];
  const std::size_t dim = builder.shape(input).sizes[1];
  const Precision attention = precision_of(values, "attention_precision");
  const Activation activation =
      values.text("activation") == "relu" ? Activation::kRelu : Activation::kGelu;

  const std::size_t norm1 = builder.layer_norm(name + ".norm1", input);
  Linear qkv_linear{.in_features = dim,
                    .out_features = 3 * chosen.attention,
                    .activation = Activation::kNone,
                    .weight = {name + ".qkv.weight", {rows, {{0, dim}}}},
                    .bias = {name + ".qkv.bias", {rows}}};
  const std::size_t qkv = builder.linear(name + ".qkv", norm1, std::move(qkv_linear),
                                         precision_of(values, "qkv_precision"));
  const std::size_t scores = builder.append({.name = name + ".scores",
                                             .kind = AttentionScores{.heads = chosen.heads,
                                                                     .head_dim = chosen.head_dim,
                                                                     .key_begin = chosen.attention},
                                             .inputs = {qkv, qkv},
                                             .output = {{chosen.heads, tokens, tokens}},
                                             .precision = attention});
  const std::size_t softmax = builder.append({.name = name + ".softmax",
                                              .kind = Softmax{},
                                              .inputs = {scores},
                                              .output = {{chosen.heads, tokens, tokens}}});
  const std::size_t context =
      builder.append({.name = name + ".context",
                      .kind = AttentionContext{.heads = chosen.heads,
                                               .head_dim = chosen.head_dim,
                                               .value_begin = 2 * chosen.attention},
                      .inputs = {softmax, qkv},
                      .output = {{tokens, chosen.attention}},
                      .precision = attention});
  Linear out_linear{.in_features = chosen.attention,
                    .out_features = dim,
                    .activation = Activation::kNone,
                    .weight = first_block(name + ".out.weight", dim, chosen.attention),
                    .bias = first_entries(name + ".out.bias", dim)};
  const std::size_t out = builder.linear(name + ".out", context, std::move(out_linear),
                                         precision_of(values, "out_precision"));
  const std::size_t residual = builder.add(name + ".add1", input, out);

  const std::size_t norm2 = builder.layer_norm(name + ".norm2", residual);
  Linear fc1_linear{.in_features = dim,
                    .out_features = chosen.ffn,
                    .activation = activation,
                    .weight = first_block(name + ".fc1.weight", chosen.ffn, dim),
                    .bias = first_entries(name + ".fc1.bias", chosen.ffn)};
  const std::size_t fc1 = builder.linear(name + ".fc1", norm2, std::move(fc1_linear),
                                         precision_of(values, "fc1_precision"));
  Linear fc2_linear{.in_features = chosen.ffn,
                    .out_features = dim,
                    .activation = Activation::kNone,
                    .weight = first_block(name + ".fc2.weight", dim, chosen.ffn),
                    .bias = first_entries(name + ".fc2.bias", dim)};
  const std::size_t fc2 = builder.linear(name + ".fc2", fc1, std::move(fc2_linear),
                                         precision_of(values, "fc2_precision"));
  builder.add(name + ".add2", residual, fc2);
}

OptionSpec width(const std::string& name, std::int64_t fallback, const std::string& help) {
  return {.name = name, .fallback = fallback, .min = 1, .max = 65536, .help = help};
}

}  // namespace

BlockKind transformer_encoder_block() {
  return {
      .name = "transformer_encoder",
      .summary = "Pre-norm attention and feed-forward, elastic in heads and width",
      .parameters = {width("head_dim", 64, "features of one head"),
                     width("heads", 12, "attention heads"),
                     width("ffn_width", 3072, "neurons of the feed-forward layer"),
                     {.name = "activation",
                      .type = OptionType::kText,
                      .fallback = std::string("gelu"),
                      .allowed = {"gelu", "relu"},
                      .help = "between the two feed-forward products"},
                     precision_parameter("qkv_precision", "of the query, key and value product"),
                     {.name = "attention_precision",
                      .type = OptionType::kText,
                      .fallback = std::string("f32"),
                      .allowed = {"f32", "bf16"},
                      .help = "of the two attention products"},
                     precision_parameter("out_precision", "of the attention output product"),
                     precision_parameter("fc1_precision", "of the first feed-forward product"),
                     precision_parameter("fc2_precision", "of the second feed-forward product")},
      .mismatch = &mismatch,
      .append = &append};
}

}  // namespace quarry::search
