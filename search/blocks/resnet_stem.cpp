// The deep stem of ResNet-D (He et al. 2019, arXiv 1812.01187) as once-for-all makes it elastic:
// three 3 x 3 convolutions, the first with stride 2, the middle one with a residual and only where
// `middle` says so; then the greatest of 3 x 3 with stride 2. From C channels over m to K, image
// H x W: MACs = H W / 4 (9 C m + 9 m m + 9 m K), parameters = 9 (C m + m m + m K) and 2 (2 m + K)
// of the norms; without the middle, less 9 m m and 2 m.
#include "search/blocks/convolutions.hpp"
#include "search/blocks/kinds.hpp"

namespace quarry::search {
namespace {

constexpr std::size_t kKernel = 3;

std::optional<std::string> mismatch(const NetworkBuilder& builder, const OptionValues&) {
  return expect_image(builder);
}

void append(NetworkBuilder& builder, const std::string& name, const BlockParameters& parameters) {
  const OptionValues& values = parameters.chosen;
  const auto convolution = [&](const std::string& part, std::size_t input, std::size_t channels,
                               std::size_t stride) {
    return append_convolution(builder, name + "." + part, input,
                              {.channels = channels,
                               .kernel = kKernel,
                               .largest_kernel = kKernel,
                               .stride = stride,
                               .activation = activation_of(values)},
                              quantization_of(values, part));
  };
  const std::size_t middle = size_of(values, "mid_channels");
  std::size_t last = convolution("first", builder.current(), middle, 2);
  if (values.flag("middle"))
    last = builder.add(name + ".add", last, convolution("middle", last, middle, 1));
  last = convolution("last", last, size_of(values, "channels"), 1);
  append_pool(builder, name + ".pool", last,
              {.kind = PoolKind::kMax, .kernel = kKernel, .stride = 2, .padding = kKernel / 2});
}

}  // namespace

BlockKind resnet_stem_block() {
  return {
      .name = "resnet_stem",
      .summary = "ResNet-D's deep stem, elastic in widths, its middle convolution optional",
      .parameters = with_quantization(
          {count_parameter("mid_channels", 32, 1, "output channels of the first and the middle"),
           count_parameter("channels", 64, 1, "output channels of the last"),
           {.name = "middle",
            .type = OptionType::kFlag,
            .fallback = true,
            .help = "whether the middle convolution is there"},
           activation_parameter("relu", "after each convolution")},
          {{"first", "first convolution"},
           {"middle", "middle convolution"},
           {"last", "last convolution"}}),
      .mismatch = &mismatch,
      .append = &append};
}

}  // namespace quarry::search
