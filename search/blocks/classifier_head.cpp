// The end of a classifier: mean over tokens, layer norm, linear. Cost: MACs = dim * classes.
#include "search/blocks/kinds.hpp"

namespace quarry::search {
namespace {

std::optional<std::string> mismatch(const NetworkBuilder& builder, const OptionValues&) {
  return expect_tokens(builder);
}

void append(NetworkBuilder& builder, const std::string& name, const BlockParameters& parameters) {
  const auto classes = static_cast<std::size_t>(parameters.chosen.integer("classes"));
  const std::size_t dim = builder.current_shape().sizes[1];
  const std::size_t mean = builder.append({.name = name + ".mean",
                                           .kind = TokenMean{},
                                           .inputs = {builder.current()},
                                           .output = {{dim}}});
  const std::size_t norm = builder.layer_norm(name + ".norm", mean);
  Linear linear{.in_features = dim,
                .out_features = classes,
                .activation = Activation::kNone,
                .weight = first_block(name + ".classifier.weight", classes, dim),
                .bias = first_entries(name + ".classifier.bias", classes)};
  builder.linear(name + ".classifier", norm, std::move(linear),
                 precision_of(parameters.chosen, "precision"));
}

}  // namespace

BlockKind classifier_head_block() {
  return {.name = "classifier_head",
          .summary = "Mean over tokens, layer norm, linear classifier",
          .parameters = {{.name = "classes",
                          .fallback = std::int64_t{10},
                          .min = 2,
                          .max = 1000000,
                          .help = "number of classes"},
                         precision_parameter("precision", "of the classifier")},
          .mismatch = &mismatch,
          .append = &append};
}

}  // namespace quarry::search
