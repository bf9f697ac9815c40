// ResNet's bottleneck (He et al. 2016, arXiv 1512.03385), the stride at its 3 x 3 convolution,
// elastic in all widths; shortcuts: the input itself, a 1 x 1 convolution with the stride, or
// ResNet-D's mean over stride x stride before a 1 x 1 convolution (He et al. 2019, arXiv
// 1812.01187). From C channels over a and b to K, image H x W, stride s, kernel k: MACs = H W C a +
// (H / s) (W / s) (k^2 a b + b K + C K), parameters = C a + k^2 a b + b K + C K and 2 (a + b + 2 K)
// of the norms; without a convolution in the shortcut, less C K and 2 K.
#include "search/blocks/convolutions.hpp"
#include "search/blocks/kinds.hpp"

namespace quarry::search {
namespace {

bool is_identity(const OptionValues& values) { return values.text("shortcut") == "identity"; }

std::size_t output_channels(const NetworkBuilder& builder, const OptionValues& values) {
  const std::size_t channels = size_of(values, "channels");
  return channels > 0 ? channels : builder.current_shape().sizes[0];
}

std::optional<std::string> mismatch(const NetworkBuilder& builder, const OptionValues& values) {
  const std::size_t kernel = size_of(values, "kernel");
  if (kernel % 2 == 0)
    return "needs an odd kernel, so that the image keeps its size, got " + std::to_string(kernel);
  if (auto problem = window_mismatch(builder, kernel, kernel / 2)) return problem;
  const std::vector<std::size_t>& image = builder.current_shape().sizes;
  const std::size_t stride = size_of(values, "stride");
  const std::size_t channels = output_channels(builder, values);
  if (is_identity(values) && (stride > 1 || channels != image[0])) {
    return "has its input as the shortcut, which needs stride 1 and as many output as input "
           "channels, got stride " +
           std::to_string(stride) + ", " + std::to_string(image[0]) + " input and " +
           std::to_string(channels) + " output channels";
  }
  if (values.text("shortcut") == "average_pool" &&
      (image[1] % stride != 0 || image[2] % stride != 0)) {
    return "stride " + std::to_string(stride) + " does not divide the image " +
           std::to_string(image[1]) + " x " + std::to_string(image[2]);
  }
  return std::nullopt;
}

std::size_t append_shortcut(NetworkBuilder& builder, const std::string& name, std::size_t input,
                            std::size_t channels, const OptionValues& values) {
  if (is_identity(values)) return input;
  std::size_t stride = size_of(values, "stride");
  if (values.text("shortcut") == "average_pool" && stride > 1) {
    input = append_pool(builder, name + ".pool", input,
                        {.kind = PoolKind::kAverage, .kernel = stride, .stride = stride});
    stride = 1;
  }
  return append_convolution(builder, name + ".shortcut", input,
                            {.channels = channels, .stride = stride},
                            quantization_of(values, "shortcut"));
}

void append(NetworkBuilder& builder, const std::string& name, const BlockParameters& parameters) {
  const OptionValues& values = parameters.chosen;
  const std::size_t input = builder.current();
  const std::size_t channels = output_channels(builder, values);
  const Activation activation = activation_of(values);
  const std::size_t given1 = size_of(values, "conv1_channels");
  const std::size_t given2 = size_of(values, "conv2_channels");
  const std::size_t width1 = given1 > 0 ? given1 : scaled_width(channels, values.number("expand"));
  const std::size_t width2 = given2 > 0 ? given2 : width1;

  std::size_t last = append_convolution(builder, name + ".conv1", input,
                                        {.channels = width1, .activation = activation},
                                        quantization_of(values, "conv1"));
  last = append_convolution(builder, name + ".conv2", last,
                            {.channels = width2,
                             .kernel = size_of(values, "kernel"),
                             .largest_kernel = size_of(parameters.largest, "kernel"),
                             .stride = size_of(values, "stride"),
                             .activation = activation},
                            quantization_of(values, "conv2"));
  last = append_convolution(builder, name + ".conv3", last, {.channels = channels},
                            quantization_of(values, "conv3"));
  const std::size_t shortcut = append_shortcut(builder, name, input, channels, values);
  last = builder.add(name + ".add", last, shortcut);
  builder.append({.name = name + ".activation",
                  .kind = Activate{activation},
                  .inputs = {last},
                  .output = builder.shape(last)});
}

}  // namespace

BlockKind bottleneck_block() {
  return {
      .name = "bottleneck",
      .summary = "ResNet's bottleneck, elastic in every width",
      .parameters = with_quantization(
          {count_parameter("channels", 0, 0, "output channels; 0: as many as come in"),
           {.name = "expand",
            .type = OptionType::kNumber,
            .fallback = 0.25,
            .min = 0.001,
            .max = 64,
            .help = "inner channels for each output channel"},
           count_parameter("conv1_channels", 0, 0,
                           "output channels of the first convolution; 0: what expand says"),
           count_parameter("conv2_channels", 0, 0,
                           "output channels of the second convolution; 0: as many as of the first"),
           kernel_parameter(3, "side of the second convolution's kernel, pixels"),
           stride_parameter(1),
           {.name = "shortcut",
            .type = OptionType::kText,
            .fallback = std::string("identity"),
            .allowed = {"identity", "convolution", "average_pool"},
            .help = "the input itself, a 1 x 1 convolution of it, or of its means"},
           activation_parameter("relu", "after the first two convolutions and the sum")},
          {{"conv1", "first convolution"},
           {"conv2", "second convolution"},
           {"conv3", "third convolution"},
           {"shortcut", "shortcut's convolution"}}),
      .mismatch = &mismatch,
      .append = &append};
}

}  // namespace quarry::search
