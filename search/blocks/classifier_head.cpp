// The end of a classifier: one vector of all tokens, then a linear classifier. ViT: norm of all
// tokens, the first of them. BERT: the first token, a tanh layer (pooler). BEiT-3: mean of all but
// the first, then norm. Cost: MACs = dim * classes, and dim^2 of the pooler; parameters the same
// and their biases, 2 dim of the norm.
#include "search/blocks/kinds.hpp"
#include "search/blocks/pieces.hpp"

namespace quarry::search {
namespace {

std::optional<std::string> mismatch(const NetworkBuilder& builder, const OptionValues&) {
  return expect_tokens(builder);
}

std::size_t append_pool(NetworkBuilder& builder, const std::string& name, const std::string& pool,
                        std::size_t tokens) {
  const std::size_t dim = builder.shape(tokens).sizes[1];
  if (pool == "first")
    return builder.append(
        {.name = name + ".first", .kind = TakeToken{}, .inputs = {tokens}, .output = {{dim}}});
  return builder.append({.name = name + ".mean",
                         .kind = TokenMean{.begin = pool == "mean_after_first" ? 1U : 0U},
                         .inputs = {tokens},
                         .output = {{dim}}});
}

void append(NetworkBuilder& builder, const std::string& name, const BlockParameters& parameters) {
  const OptionValues& values = parameters.chosen;
  const std::string& norm = values.text("norm");
  const auto normalise = [&](std::size_t input) {
    return builder.layer_norm(name + ".norm", input, values.number("norm_epsilon"));
  };
  std::size_t vector = builder.current();
  if (norm == "tokens") vector = normalise(vector);
  vector = append_pool(builder, name, values.text("pool"), vector);
  if (norm == "pooled") vector = normalise(vector);
  if (values.flag("pooler")) {
    vector = append_product(builder, name + ".pooler", vector,
                            {.outputs = builder.shape(vector).sizes[0],
                             .precision = precision_of(values, "pooler_precision"),
                             .activation = Activation::kTanh});
  }
  append_product(
      builder, name + ".classifier", vector,
      {.outputs = size_of(values, "classes"), .precision = precision_of(values, "precision")});
}

}  // namespace

BlockKind classifier_head_block() {
  return {
      .name = "classifier_head",
      .summary = "Mean over tokens or the first token, layer norm, linear classifier",
      .parameters = {{.name = "classes",
                      .fallback = std::int64_t{10},
                      .min = 2,
                      .max = 1000000,
                      .help = "number of classes"},
                     {.name = "pool",
                      .type = OptionType::kText,
                      .fallback = std::string("mean"),
                      .allowed = {"mean", "mean_after_first", "first"},
                      .help = "what is classified: the mean of the tokens, of all but the "
                              "first, or the first"},
                     {.name = "norm",
                      .type = OptionType::kText,
                      .fallback = std::string("pooled"),
                      .allowed = {"pooled", "tokens", "none"},
                      .help = "layer norm of what is classified, of all tokens before, or none"},
                     epsilon_parameter(),
                     flag_parameter("pooler", "a tanh layer before the classifier"),
                     precision_parameter("pooler_precision", "of the tanh layer"),
                     precision_parameter("precision", "of the classifier")},
      .mismatch = &mismatch,
      .append = &append};
}

}  // namespace quarry::search
