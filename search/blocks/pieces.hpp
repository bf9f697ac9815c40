// What several blocks are made of: parameters of one kind, products over the first rows and columns
// of a stored matrix, attention.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "search/blocks/block.hpp"

namespace quarry::search {

// ---------------------------------------------------------------- parameters

// A whole number from `least` to 65536.
OptionSpec size_parameter(const std::string& name, std::int64_t fallback, const std::string& help,
                          std::int64_t least = 1);
OptionSpec flag_parameter(const std::string& name, const std::string& help);
// "activation": gelu or relu.
OptionSpec activation_parameter();
// "norm_epsilon".
OptionSpec epsilon_parameter();
// "attention_precision": f32 or bf16.
OptionSpec attention_precision_parameter();

// ---------------------------------------------------------------- operators

// NetworkBuilder's mark at the end of each encoder layer, for a decoder.
inline constexpr const char* kEncoderOutput = "encoder output";

struct Product {
  std::size_t outputs = 0;
  Precision precision = Precision::kF32;
  Activation activation = Activation::kNone;
  bool has_bias = true;
};

// The first rows and columns of NAME.weight, the first entries of NAME.bias.
std::size_t append_product(NetworkBuilder& builder, const std::string& name, std::size_t input,
                           const Product& product);

struct AttentionSources {
  std::size_t query = 0;  // operators
  std::size_t key = 0;
  std::size_t value = 0;
};

// NAME.scores, NAME.softmax and NAME.context; of the scores, heads, head_dim and where queries and
// keys begin are as given.
std::size_t append_attention(NetworkBuilder& builder, const std::string& name,
                             const AttentionSources& sources, const AttentionScores& scores,
                             std::size_t value_begin, Precision precision);

// ---------------------------------------------------------------- sublayers

// Multi-head attention with separate products for queries, keys, values and output, each with its
// own precision; the parameters are those of attention_parameters.
struct AttentionWidths {
  std::size_t heads = 1;
  std::size_t head_dim = 1;
  std::size_t attention = 1;  // heads * head_dim
};

// "heads", "head_dim" and "attention_width"; names begin with `prefix`.
std::vector<OptionSpec> width_parameters(const std::string& prefix);
// "query_precision", ..., "attention_output_precision"; names begin with `prefix`.
std::vector<OptionSpec> projection_parameters(const std::string& prefix, const std::string& of);
AttentionWidths widths_of(const OptionValues& values, const std::string& prefix);
// Why heads do not divide the attention's width; nothing if they do.
std::optional<std::string> width_mismatch(const OptionValues& values, const std::string& prefix);

struct AttentionLayer {
  std::string name;        // operators are NAME.query, NAME.key, ...
  std::string prefix;      // of the parameters' names
  std::size_t input = 0;   // queries are made of it
  std::size_t memory = 0;  // keys and values are made of it
  bool causal = false;
  std::string context_norm;  // not empty: a norm of this name before the output product
};

// The output product NAME.attention_output, which the caller adds to its residual.
std::size_t append_attention_layer(NetworkBuilder& builder, const BlockParameters& parameters,
                                   const AttentionLayer& layer);

// NAME.intermediate and NAME.output; a norm NAME.intermediate_norm between them if asked for.
std::size_t append_feed_forward(NetworkBuilder& builder, const std::string& name, std::size_t input,
                                const OptionValues& values, bool intermediate_norm);
// "ffn_width", "activation", "intermediate_precision", "output_precision".
std::vector<OptionSpec> feed_forward_parameters();

}  // namespace quarry::search
