// Tested by tests/search/convolutions_test.cpp.
#include "search/blocks/convolutions.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace quarry::search {
namespace {

constexpr std::size_t kDivisor = 8;

std::string prefixed(std::string_view part, const char* field) {
  return part.empty() ? field : std::string(part) + "_" + field;
}

std::size_t windows(std::size_t size, std::size_t kernel, std::size_t stride, std::size_t padding) {
  return (size + 2 * padding - kernel) / stride + 1;
}

Operator quantized(Operator op, const Quantization& quantization) {
  op.precision = quantization.precision;
  op.weight_scheme = quantization.weight_scheme;
  op.calibration = quantization.calibration;
  return op;
}

}  // namespace

std::size_t make_divisible(double width) {
  const auto whole = static_cast<std::size_t>(width + kDivisor / 2.0);
  const std::size_t rounded = std::max(kDivisor, whole / kDivisor * kDivisor);
  return static_cast<double>(rounded) < 0.9 * width ? rounded + kDivisor : rounded;
}

std::size_t scaled_width(std::size_t channels, double ratio) {
  return make_divisible(std::nearbyint(static_cast<double>(channels) * ratio));
}

std::vector<OptionSpec> with_quantization(std::vector<OptionSpec> parameters,
                                          const std::vector<QuantizablePart>& parts) {
  for (const QuantizablePart& part : parts) {
    parameters.push_back(
        precision_parameter(prefixed(part.name, "precision"), "of the " + part.help));
    parameters.push_back({.name = prefixed(part.name, "weight_scheme"),
                          .type = OptionType::kText,
                          .fallback = std::string("symmetric"),
                          .allowed = {"symmetric", "asymmetric"},
                          .help = "how integer weights of the " + part.help + " are rounded"});
  }
  parameters.push_back(
      {.name = "weight_scales",
       .type = OptionType::kText,
       .fallback = std::string("per_channel"),
       .allowed = {"per_channel", "per_tensor"},
       .help = "one scale of integer weights for each output channel, or for all"});
  parameters.push_back({.name = "calibration",
                        .type = OptionType::kText,
                        .fallback = std::string("min_max"),
                        .allowed = {"min_max", "kl", "percentile"},
                        .help = "how the range of an integer operator's input is found"});
  return parameters;
}

Quantization quantization_of(const OptionValues& values, std::string_view part) {
  Quantization quantization{.precision = precision_of(values, prefixed(part, "precision"))};
  // The scheme of numbers that are no integers means nothing and must not tell networks apart.
  if (quantization.precision == Precision::kF32 || quantization.precision == Precision::kBf16)
    return quantization;
  quantization.weight_scheme = {
      .symmetric = values.text(prefixed(part, "weight_scheme")) == "symmetric",
      .per_channel = values.text("weight_scales") == "per_channel"};
  const std::string& calibration = values.text("calibration");
  if (calibration == "kl") quantization.calibration = CalibrationMethod::kKl;
  if (calibration == "percentile") quantization.calibration = CalibrationMethod::kPercentile;
  return quantization;
}

OptionSpec count_parameter(const std::string& name, std::int64_t fallback, std::int64_t min,
                           const std::string& help) {
  return {.name = name,
          .fallback = fallback,
          .min = static_cast<double>(min),
          .max = 65536,
          .help = help};
}

OptionSpec kernel_parameter(std::int64_t fallback, const std::string& help) {
  return {.name = "kernel", .fallback = fallback, .min = 1, .max = 31, .help = help};
}

OptionSpec stride_parameter(std::int64_t fallback) {
  return {.name = "stride", .fallback = fallback, .min = 1, .max = 32, .help = "pixels per step"};
}

OptionSpec activation_parameter(const std::string& fallback, const std::string& help) {
  return {.name = "activation",
          .type = OptionType::kText,
          .fallback = fallback,
          .allowed = {"none", "relu", "relu6", "gelu", "hard_swish", "hard_sigmoid", "tanh"},
          .help = help};
}

OptionSpec norm_epsilon_parameter() {
  return {.name = "norm_epsilon",
          .type = OptionType::kNumber,
          .fallback = 1e-5,
          .min = 0,
          .max = 1,
          .help = "what batch norms add to the variance"};
}

std::size_t append_convolution(NetworkBuilder& builder, const std::string& name, std::size_t input,
                               const ConvolutionPart& part, const Quantization& quantization) {
  const std::vector<std::size_t> image = builder.shape(input).sizes;
  const std::size_t padding = part.kernel / 2;
  const std::size_t margin = (part.largest_kernel - part.kernel) / 2;
  const std::vector<Range> centre = {{margin, margin + part.kernel}};
  Convolution convolution{.in_channels = image[0],
                          .out_channels = part.channels,
                          .kernel = part.kernel,
                          .stride = part.stride,
                          .padding = padding,
                          .groups = part.groups,
                          .activation = part.activation};
  convolution.weight = {name + ".weight",
                        {{{0, part.channels}}, {{0, image[0] / part.groups}}, centre, centre}};
  if (part.bias) convolution.bias = first_entries(name + ".bias", part.channels);
  if (part.norm) {
    convolution.norm =
        BatchNorm{.epsilon = part.norm_epsilon,
                  .scale = first_entries(name + ".norm.weight", part.channels),
                  .shift = first_entries(name + ".norm.bias", part.channels),
                  .mean = first_entries(name + ".norm.running_mean", part.channels),
                  .variance = first_entries(name + ".norm.running_var", part.channels)};
  }
  const TensorShape output = {{part.channels, windows(image[1], part.kernel, part.stride, padding),
                               windows(image[2], part.kernel, part.stride, padding)}};
  return builder.append(
      quantized({.name = name, .kind = std::move(convolution), .inputs = {input}, .output = output},
                quantization));
}

std::size_t append_pointwise(NetworkBuilder& builder, const std::string& name, std::size_t input,
                             const PointwisePart& part, const Quantization& quantization) {
  const std::size_t channels = builder.shape(input).sizes[0];
  Linear linear{
      .in_features = channels, .out_features = part.channels, .activation = part.activation};
  linear.weight = {name + ".weight", {{{0, part.channels}}, {{0, channels}}, {{0, 1}}, {{0, 1}}}};
  if (part.bias) linear.bias = first_entries(name + ".bias", part.channels);
  return append_dense(builder, name, input, std::move(linear), quantization);
}

std::size_t append_dense(NetworkBuilder& builder, const std::string& name, std::size_t input,
                         Linear linear, const Quantization& quantization) {
  TensorShape output = builder.shape(input);
  assert(output.sizes.back() == linear.in_features);
  output.sizes.back() = linear.out_features;
  return builder.append(quantized(
      {.name = name, .kind = std::move(linear), .inputs = {input}, .output = std::move(output)},
      quantization));
}

std::size_t append_pool(NetworkBuilder& builder, const std::string& name, std::size_t input,
                        const Pool& pool) {
  const std::vector<std::size_t> image = builder.shape(input).sizes;
  const TensorShape output = {{image[0], windows(image[1], pool.kernel, pool.stride, pool.padding),
                               windows(image[2], pool.kernel, pool.stride, pool.padding)}};
  return builder.append({.name = name, .kind = pool, .inputs = {input}, .output = output});
}

std::size_t append_global_average(NetworkBuilder& builder, const std::string& name,
                                  std::size_t input) {
  const std::size_t channels = builder.shape(input).sizes[0];
  return builder.append(
      {.name = name, .kind = GlobalAverage{}, .inputs = {input}, .output = {{channels}}});
}

std::optional<std::string> window_mismatch(const NetworkBuilder& builder, std::size_t kernel,
                                           std::size_t padding) {
  if (auto problem = expect_image(builder)) return problem;
  const std::vector<std::size_t>& image = builder.current_shape().sizes;
  if (image[1] + 2 * padding >= kernel && image[2] + 2 * padding >= kernel) return std::nullopt;
  return "kernel " + std::to_string(kernel) + " is larger than the padded image " +
         std::to_string(image[1] + 2 * padding) + " x " + std::to_string(image[2] + 2 * padding);
}

}  // namespace quarry::search
