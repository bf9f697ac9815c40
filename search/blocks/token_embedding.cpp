// Token numbers to vectors: rows of a table, times sqrt(dim) where scaled (Vaswani et al. 2017,
// section 3.4), plus positions and the first token type where there are such, then a layer norm
// (BERT) or none. MACs = 0 (torchprofile: N dim if scaled, N dim of the norm), parameters =
// (vocabulary + positions + types) * dim and 2 dim of the norm.
#include <cmath>

#include "search/blocks/kinds.hpp"
#include "search/blocks/pieces.hpp"

namespace quarry::search {
namespace {

std::optional<std::string> mismatch(const NetworkBuilder& builder, const OptionValues& values) {
  const bool decoder = values.flag("decoder");
  if (builder.vocabulary() == 0) return "expects an input of tokens and a vocabulary";
  if (decoder && builder.in_decoder()) return "begins a decoder where one has begun already";
  if (decoder && builder.size() == 0) return "begins a decoder but no encoder is before it";
  if (!decoder && !builder.reads_token_numbers())
    return "expects token numbers, but another block is before it (\"decoder\" makes it read the "
           "network's input again)";
  const std::size_t positions = size_of(values, "positions");
  const std::size_t tokens = builder.network_input().sizes[0];
  if (positions == 0 || positions >= tokens) return std::nullopt;
  return "has " + std::to_string(positions) + " positions for " + std::to_string(tokens) +
         " tokens";
}

void append(NetworkBuilder& builder, const std::string& name, const BlockParameters& parameters) {
  const OptionValues& values = parameters.chosen;
  const std::size_t dim = size_of(values, "dim");
  const auto table = [&](const char* part, std::size_t rows) {
    return rows == 0 ? WeightSlice{} : first_block(name + "." + part + ".weight", rows, dim);
  };
  if (values.flag("decoder")) builder.begin_decoder();
  const std::size_t tokens = builder.network_input().sizes[0];
  const std::size_t embedding = builder.append(
      {.name = name + ".tokens",
       .kind = TokenEmbedding{.vocabulary = builder.vocabulary(),
                              .scale = values.flag("scaled") ? std::sqrt(dim) : 1.0,
                              .words = table("words", builder.vocabulary()),
                              .positions = table("positions", size_of(values, "positions")),
                              .types = table("types", size_of(values, "types"))},
       .inputs = {builder.current()},
       .output = {{tokens, dim}}});
  if (values.flag("norm"))
    builder.layer_norm(name + ".norm", embedding, values.number("norm_epsilon"));
}

}  // namespace

BlockKind token_embedding_block() {
  return {
      .name = "token_embedding",
      .summary = "Token numbers to vectors: words, positions and types",
      .parameters = {size_parameter("dim", 768, "features per token"),
                     size_parameter("positions", 0, "learned positions; 0: none", 0),
                     size_parameter("types", 0, "learned token types; 0: none", 0),
                     flag_parameter("scaled", "words times the square root of dim"),
                     flag_parameter("norm", "a layer norm at the end"), epsilon_parameter(),
                     flag_parameter("decoder",
                                    "the decoder begins here: reads the network's input again")},
      .mismatch = &mismatch,
      .append = &append};
}

}  // namespace quarry::search
