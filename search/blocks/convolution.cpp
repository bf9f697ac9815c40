// One convolution with batch norm and activation. Padding is half of the kernel. With an image of
// [C, H, W], K outputs, kernel k, stride s, g groups: MACs = K (H / s) (W / s) (C / g) k^2,
// parameters = K (C / g) k^2, 2 K of the norm, K of the bias.
#include "search/blocks/convolutions.hpp"
#include "search/blocks/kinds.hpp"

namespace quarry::search {
namespace {

std::optional<std::string> mismatch(const NetworkBuilder& builder, const OptionValues& values) {
  const std::size_t kernel = size_of(values, "kernel");
  if (auto problem = window_mismatch(builder, kernel, kernel / 2)) return problem;
  const std::size_t groups = size_of(values, "groups");
  const std::size_t inputs = builder.current_shape().sizes[0];
  const std::size_t outputs = size_of(values, "channels");
  if (inputs % groups == 0 && outputs % groups == 0) return std::nullopt;
  return std::to_string(groups) + " groups do not divide " + std::to_string(inputs) +
         " input and " + std::to_string(outputs) + " output channels";
}

void append(NetworkBuilder& builder, const std::string& name, const BlockParameters& parameters) {
  const OptionValues& values = parameters.chosen;
  append_convolution(builder, name + ".conv", builder.current(),
                     {.channels = size_of(values, "channels"),
                      .kernel = size_of(values, "kernel"),
                      .largest_kernel = size_of(parameters.largest, "kernel"),
                      .stride = size_of(values, "stride"),
                      .groups = size_of(values, "groups"),
                      .activation = activation_of(values),
                      .bias = values.flag("bias"),
                      .norm = values.flag("norm"),
                      .norm_epsilon = values.number("norm_epsilon")},
                     quantization_of(values, ""));
}

}  // namespace

BlockKind convolution_block() {
  return {.name = "convolution",
          .summary = "One convolution with batch norm and activation",
          .parameters = with_quantization({count_parameter("channels", 32, 1, "output channels"),
                                           kernel_parameter(3, "side of the kernel, pixels"),
                                           stride_parameter(1),
                                           count_parameter("groups", 1, 1, "groups of channels"),
                                           activation_parameter("relu", "after the norm"),
                                           {.name = "norm",
                                            .type = OptionType::kFlag,
                                            .fallback = true,
                                            .help = "batch norm after the convolution"},
                                           norm_epsilon_parameter(),
                                           {.name = "bias",
                                            .type = OptionType::kFlag,
                                            .fallback = false,
                                            .help = "a bias for each output channel"}},
                                          {{"", "convolution"}}),
          .mismatch = &mismatch,
          .append = &append};
}

}  // namespace quarry::search
