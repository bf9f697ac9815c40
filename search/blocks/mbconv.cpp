// Inverted bottleneck (Sandler et al. 2018, arXiv 1801.04381) with squeeze-and-excitation as in
// MobileNetV3 (Howard et al. 2019, arXiv 1905.02244), elastic in kernel and expansion as in
// once-for-all (Cai et al. 2020, arXiv 1908.09791): a sub-network keeps the first channels and the
// centre of a kernel. From C channels to K, m = make_divisible(C * expand), image H x W, stride s,
// kernel k, squeezed to q = make_divisible(m / 4): MACs = H W C m + (H / s) (W / s) (m k^2 + m K) +
// 2 m q; parameters = C m + m k^2 + m K + 2 m q, q + m biases, 2 (2 m + K) of the norms. The first
// term and its norm are not there where the supernet's largest expansion is 1.
#include "search/blocks/convolutions.hpp"
#include "search/blocks/kinds.hpp"

namespace quarry::search {
namespace {

// Of the squeezed vector, in both of MobileNetV3's and once-for-all's.
constexpr std::size_t kReduction = 4;

std::optional<std::string> mismatch(const NetworkBuilder& builder, const OptionValues& values) {
  const std::size_t kernel = size_of(values, "kernel");
  if (kernel % 2 == 0)
    return "needs an odd kernel, so that the image keeps its size, got " + std::to_string(kernel);
  return window_mismatch(builder, kernel, kernel / 2);
}

std::size_t append_gate(NetworkBuilder& builder, const std::string& name, std::size_t image,
                        const OptionValues& values) {
  const TensorShape shape = builder.shape(image);
  const std::size_t channels = shape.sizes[0];
  const std::size_t mean = append_global_average(builder, name + ".mean", image);
  const std::size_t squeezed =
      append_pointwise(builder, name + ".reduce", mean,
                       {.channels = make_divisible(static_cast<double>(channels / kReduction)),
                        .activation = Activation::kRelu},
                       quantization_of(values, "se_reduce"));
  const std::size_t gate =
      append_pointwise(builder, name + ".expand", squeezed,
                       {.channels = channels, .activation = Activation::kHardSigmoid},
                       quantization_of(values, "se_expand"));
  return builder.append(
      {.name = name + ".scale", .kind = Multiply{}, .inputs = {image, gate}, .output = shape});
}

void append(NetworkBuilder& builder, const std::string& name, const BlockParameters& parameters) {
  const OptionValues& values = parameters.chosen;
  const std::size_t input = builder.current();
  const TensorShape shape = builder.shape(input);
  const std::size_t channels = size_of(values, "channels");
  const std::size_t stride = size_of(values, "stride");
  const Activation activation = activation_of(values);
  const double epsilon = values.number("norm_epsilon");

  std::size_t last = input;
  std::size_t middle = shape.sizes[0];
  if (parameters.largest.number("expand") > 1.0) {
    middle = scaled_width(shape.sizes[0], values.number("expand"));
    last =
        append_convolution(builder, name + ".expand", last,
                           {.channels = middle, .activation = activation, .norm_epsilon = epsilon},
                           quantization_of(values, "expand"));
  }
  last = append_convolution(builder, name + ".depthwise", last,
                            {.channels = middle,
                             .kernel = size_of(values, "kernel"),
                             .largest_kernel = size_of(parameters.largest, "kernel"),
                             .stride = stride,
                             .groups = middle,
                             .activation = activation,
                             .norm_epsilon = epsilon},
                            quantization_of(values, "depthwise"));
  if (values.flag("squeeze_excitation")) last = append_gate(builder, name + ".se", last, values);
  last = append_convolution(builder, name + ".project", last,
                            {.channels = channels, .norm_epsilon = epsilon},
                            quantization_of(values, "project"));
  if (stride == 1 && channels == shape.sizes[0]) builder.add(name + ".add", input, last);
}

}  // namespace

BlockKind mbconv_block() {
  return {.name = "mbconv",
          .summary = "Inverted bottleneck of MobileNet, elastic in kernel and expansion",
          .parameters = with_quantization(
              {count_parameter("channels", 32, 1, "output channels"),
               kernel_parameter(3, "side of the depthwise kernel, pixels"),
               stride_parameter(1),
               norm_epsilon_parameter(),
               {.name = "expand",
                .type = OptionType::kNumber,
                .fallback = 4.0,
                .min = 0.125,
                .max = 64,
                .help = "inner channels for each input channel; 1 throughout: no expansion"},
               activation_parameter("relu", "after the expansion and the depthwise convolution"),
               {.name = "squeeze_excitation",
                .type = OptionType::kFlag,
                .fallback = false,
                .help = "scale the inner channels by what their means say"}},
              {{"expand", "expansion"},
               {"depthwise", "depthwise convolution"},
               {"se_reduce", "product that squeezes the means"},
               {"se_expand", "product that makes the gate"},
               {"project", "projection"}}),
          .mismatch = &mismatch,
          .append = &append};
}

}  // namespace quarry::search
