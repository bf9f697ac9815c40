// A score for every word of the vocabulary and every token: the end of a translator. The matrix is
// often the embedding's (name its tensor so); without a bias then. MACs = N dim vocabulary,
// parameters = dim * vocabulary.
#include "search/blocks/kinds.hpp"
#include "search/blocks/pieces.hpp"

namespace quarry::search {
namespace {

std::optional<std::string> mismatch(const NetworkBuilder& builder, const OptionValues&) {
  if (builder.vocabulary() == 0) return "expects an input of tokens and a vocabulary";
  return expect_tokens(builder);
}

void append(NetworkBuilder& builder, const std::string& name, const BlockParameters& parameters) {
  const OptionValues& values = parameters.chosen;
  append_product(builder, name + ".projection", builder.current(),
                 {.outputs = builder.vocabulary(),
                  .precision = precision_of(values, "precision"),
                  .has_bias = values.flag("bias")});
}

}  // namespace

BlockKind vocabulary_head_block() {
  return {.name = "vocabulary_head",
          .summary = "Linear scores of every word of the vocabulary",
          .parameters = {flag_parameter("bias", "adds a bias to each word's score"),
                         precision_parameter("precision", "of the product")},
          .mismatch = &mismatch,
          .append = &append};
}

}  // namespace quarry::search
