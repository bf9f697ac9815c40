// The end of an image classifier: mean over the image, MobileNetV3's feature mix where there is
// one, linear. With C channels, m mixed and n classes: MACs = C m + m n, or C n without a mix;
// parameters the same and n.
#include "search/blocks/convolutions.hpp"
#include "search/blocks/kinds.hpp"

namespace quarry::search {
namespace {

std::optional<std::string> mismatch(const NetworkBuilder& builder, const OptionValues&) {
  return expect_image(builder);
}

void append(NetworkBuilder& builder, const std::string& name, const BlockParameters& parameters) {
  const OptionValues& values = parameters.chosen;
  const std::size_t classes = size_of(values, "classes");
  const std::size_t mix = size_of(values, "mix_channels");
  std::size_t last = append_global_average(builder, name + ".mean", builder.current());
  if (mix > 0) {
    last = append_pointwise(builder, name + ".mix", last,
                            {.channels = mix, .activation = activation_of(values), .bias = false},
                            quantization_of(values, "mix"));
  }
  const std::size_t features = builder.shape(last).sizes[0];
  append_dense(builder, name + ".classifier", last,
               {.in_features = features,
                .out_features = classes,
                .weight = first_block(name + ".classifier.weight", classes, features),
                .bias = first_entries(name + ".classifier.bias", classes)},
               quantization_of(values, ""));
}

}  // namespace

BlockKind image_classifier_block() {
  return {.name = "image_classifier",
          .summary = "Mean over the image, feature mix if any, linear classifier",
          .parameters = with_quantization(
              {{.name = "classes",
                .fallback = std::int64_t{1000},
                .min = 2,
                .max = 1000000,
                .help = "number of classes"},
               count_parameter("mix_channels", 0, 0, "features after the mix; 0: none"),
               activation_parameter("hard_swish", "after the mix")},
              {{"mix", "feature mix"}, {"", "classifier"}}),
          .mismatch = &mismatch,
          .append = &append};
}

}  // namespace quarry::search
