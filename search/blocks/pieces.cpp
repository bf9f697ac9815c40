// Tested through the blocks.
#include "search/blocks/pieces.hpp"

namespace quarry::search {
namespace {

// The supernet stores queries, keys and values apart, or (packed) one below the other in one
// tensor; of each, the first heads are kept.
Linear projection(const std::string& name, std::size_t part, const char* part_name, bool packed,
                  std::size_t inputs, std::size_t outputs, std::size_t stored_outputs) {
  const std::string tensor = name + (packed ? ".qkv" : std::string(".") + part_name);
  const std::size_t begin = packed ? part * stored_outputs : 0;
  const std::vector<Range> rows = {{begin, begin + outputs}};
  return {.in_features = inputs,
          .out_features = outputs,
          .activation = Activation::kNone,
          .weight = {tensor + ".weight", {rows, {{0, inputs}}}},
          .bias = {tensor + ".bias", {rows}}};
}

}  // namespace

OptionSpec size_parameter(const std::string& name, std::int64_t fallback, const std::string& help,
                          std::int64_t least) {
  return {.name = name,
          .fallback = fallback,
          .min = static_cast<double>(least),
          .max = 65536,
          .help = help};
}

OptionSpec flag_parameter(const std::string& name, const std::string& help) {
  return {.name = name, .type = OptionType::kFlag, .fallback = false, .help = help};
}

OptionSpec activation_parameter() {
  return {.name = "activation",
          .type = OptionType::kText,
          .fallback = std::string("gelu"),
          .allowed = {"gelu", "relu"},
          .help = "between the two feed-forward products"};
}

OptionSpec epsilon_parameter() {
  return {.name = "norm_epsilon",
          .type = OptionType::kNumber,
          .fallback = 1e-5,
          .min = 0.0,
          .max = 1.0,
          .help = "added to the variance in layer norms"};
}

OptionSpec attention_precision_parameter() {
  return {.name = "attention_precision",
          .type = OptionType::kText,
          .fallback = std::string("f32"),
          .allowed = {"f32", "bf16"},
          .help = "of the two attention products"};
}

std::size_t append_product(NetworkBuilder& builder, const std::string& name, std::size_t input,
                           const Product& product) {
  const std::size_t inputs = builder.shape(input).sizes.back();
  Linear linear{.in_features = inputs,
                .out_features = product.outputs,
                .activation = product.activation,
                .weight = first_block(name + ".weight", product.outputs, inputs),
                .bias = {}};
  if (product.has_bias) linear.bias = first_entries(name + ".bias", product.outputs);
  return builder.linear(name, input, std::move(linear), product.precision);
}

std::size_t append_attention(NetworkBuilder& builder, const std::string& name,
                             const AttentionSources& sources, const AttentionScores& scores,
                             std::size_t value_begin, Precision precision) {
  const std::size_t queries = builder.shape(sources.query).sizes[0];
  const std::size_t keys = builder.shape(sources.key).sizes[0];
  const TensorShape by_head = {{scores.heads, queries, keys}};
  const std::size_t product = builder.append({.name = name + ".scores",
                                              .kind = scores,
                                              .inputs = {sources.query, sources.key},
                                              .output = by_head,
                                              .precision = precision});
  const std::size_t softmax = builder.append(
      {.name = name + ".softmax", .kind = Softmax{}, .inputs = {product}, .output = by_head});
  return builder.append({.name = name + ".context",
                         .kind = AttentionContext{.heads = scores.heads,
                                                  .head_dim = scores.head_dim,
                                                  .value_begin = value_begin},
                         .inputs = {softmax, sources.value},
                         .output = {{queries, scores.heads * scores.head_dim}},
                         .precision = precision});
}

std::vector<OptionSpec> width_parameters(const std::string& prefix) {
  return {size_parameter(prefix + "heads", 12, "attention heads"),
          size_parameter(prefix + "head_dim", 64, "features of one head"),
          size_parameter(prefix + "attention_width", 0,
                         "features of all heads together, whatever their number; 0: heads * "
                         "head_dim",
                         0)};
}

std::vector<OptionSpec> projection_parameters(const std::string& prefix, const std::string& of) {
  return {precision_parameter(prefix + "query_precision", "of the query product" + of),
          precision_parameter(prefix + "key_precision", "of the key product" + of),
          precision_parameter(prefix + "value_precision", "of the value product" + of),
          precision_parameter(prefix + "attention_output_precision",
                              "of the attention output product" + of)};
}

AttentionWidths widths_of(const OptionValues& values, const std::string& prefix) {
  const std::size_t heads = size_of(values, prefix + "heads");
  const std::size_t fixed = size_of(values, prefix + "attention_width");
  if (fixed > 0) return {heads, fixed / heads, fixed};
  const std::size_t head_dim = size_of(values, prefix + "head_dim");
  return {heads, head_dim, heads * head_dim};
}

std::optional<std::string> width_mismatch(const OptionValues& values, const std::string& prefix) {
  const std::size_t heads = size_of(values, prefix + "heads");
  const std::size_t fixed = size_of(values, prefix + "attention_width");
  if (fixed % heads == 0) return std::nullopt;
  return "cannot cut " + prefix + "attention_width " + std::to_string(fixed) + " into " +
         std::to_string(heads) + " heads";
}

std::size_t append_attention_layer(NetworkBuilder& builder, const BlockParameters& parameters,
                                   const AttentionLayer& layer) {
  const OptionValues& values = parameters.chosen;
  const AttentionWidths chosen = widths_of(values, layer.prefix);
  const AttentionWidths largest = widths_of(parameters.largest, layer.prefix);
  const bool packed = values.flag("packed");
  const auto project = [&](std::size_t part, const char* part_name, std::size_t input) {
    const std::size_t inputs = builder.shape(input).sizes.back();
    return builder.linear(layer.name + "." + part_name, input,
                          projection(layer.name, part, part_name, packed, inputs, chosen.attention,
                                     largest.attention),
                          precision_of(values, layer.prefix + part_name + "_precision"));
  };
  const AttentionSources sources{.query = project(0, "query", layer.input),
                                 .key = project(1, "key", layer.memory),
                                 .value = project(2, "value", layer.memory)};
  std::size_t context = append_attention(builder, layer.name, sources,
                                         {.heads = chosen.heads,
                                          .head_dim = chosen.head_dim,
                                          .causal = layer.causal,
                                          .counts_scaling = values.flag("counts_scaling")},
                                         0, precision_of(values, "attention_precision"));
  if (!layer.context_norm.empty())
    context = builder.layer_norm(layer.context_norm, context, values.number("norm_epsilon"));
  const std::size_t dim = builder.shape(layer.input).sizes[1];
  return append_product(
      builder, layer.name + ".attention_output", context,
      {.outputs = dim,
       .precision = precision_of(values, layer.prefix + "attention_output_precision")});
}

std::size_t append_feed_forward(NetworkBuilder& builder, const std::string& name, std::size_t input,
                                const OptionValues& values, bool intermediate_norm) {
  const std::size_t dim = builder.shape(input).sizes[1];
  std::size_t inner = append_product(builder, name + ".intermediate", input,
                                     {.outputs = size_of(values, "ffn_width"),
                                      .precision = precision_of(values, "intermediate_precision"),
                                      .activation = activation_of(values)});
  if (intermediate_norm)
    inner = builder.layer_norm(name + ".intermediate_norm", inner, values.number("norm_epsilon"));
  return append_product(builder, name + ".output", inner,
                        {.outputs = dim, .precision = precision_of(values, "output_precision")});
}

std::vector<OptionSpec> feed_forward_parameters() {
  return {size_parameter("ffn_width", 3072, "neurons of the feed-forward layer"),
          activation_parameter(),
          precision_parameter("intermediate_precision", "of the first feed-forward product"),
          precision_parameter("output_precision", "of the second feed-forward product")};
}

}  // namespace quarry::search
