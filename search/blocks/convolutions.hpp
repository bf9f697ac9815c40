// What the convolutional block kinds share: widths as once-for-all rounds them, parameters of a
// quantizable operator, and convolutions whose weights are a part of the supernet's.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "search/blocks/block.hpp"

namespace quarry::search {

// The nearest multiple of 8, at least 8, and never more than a tenth less (Howard et al. 2019).
std::size_t make_divisible(double width);
// make_divisible of channels * ratio, rounded to a whole number first, halves to even.
std::size_t scaled_width(std::size_t channels, double ratio);

// How one operator is quantized: the fields of Operator that go by these names.
struct Quantization {
  Precision precision = Precision::kF32;
  WeightScheme weight_scheme = {};
  CalibrationMethod calibration = CalibrationMethod::kMinMax;
};

// A part of a block that can be quantized, and what its parameters' help calls it. Its parameters
// are PART_precision and PART_weight_scheme; `precision` and `weight_scheme` where it has no name.
struct QuantizablePart {
  std::string name;
  std::string help;
};

// The parameters, then those of the parts, then `calibration` and `weight_scales`, which all parts
// share.
std::vector<OptionSpec> with_quantization(std::vector<OptionSpec> parameters,
                                          const std::vector<QuantizablePart>& parts);
Quantization quantization_of(const OptionValues& values, std::string_view part);

OptionSpec count_parameter(const std::string& name, std::int64_t fallback, std::int64_t min,
                           const std::string& help);
OptionSpec kernel_parameter(std::int64_t fallback, const std::string& help);
OptionSpec stride_parameter(std::int64_t fallback);
OptionSpec activation_parameter(const std::string& fallback, const std::string& help);
OptionSpec norm_epsilon_parameter();

// A convolution with kernel / 2 padding on all sides. Its weights are the first channels of
// NAME.weight, [outputs, inputs / groups, largest_kernel, largest_kernel], and the centre of each
// kernel: once-for-all's learned transform from a large kernel to a smaller one is not applied.
struct ConvolutionPart {
  std::size_t channels = 1;
  std::size_t kernel = 1;
  std::size_t largest_kernel = 1;
  std::size_t stride = 1;
  std::size_t groups = 1;
  Activation activation = Activation::kNone;
  bool bias = false;  // NAME.bias
  bool norm = true;   // NAME.norm.weight, .bias, .running_mean, .running_var
  double norm_epsilon = 1e-5;
};
std::size_t append_convolution(NetworkBuilder& builder, const std::string& name, std::size_t input,
                               const ConvolutionPart& part, const Quantization& quantization);

// A matrix times a vector [channels] with the weights of a 1 x 1 convolution, [outputs, inputs, 1,
// 1]; its bias, if any, is NAME.bias.
struct PointwisePart {
  std::size_t channels = 1;
  Activation activation = Activation::kNone;
  bool bias = true;
};
std::size_t append_pointwise(NetworkBuilder& builder, const std::string& name, std::size_t input,
                             const PointwisePart& part, const Quantization& quantization);

// Any product of a vector or of rows, with its slices as given.
std::size_t append_dense(NetworkBuilder& builder, const std::string& name, std::size_t input,
                         Linear linear, const Quantization& quantization);

// A pool of every channel.
std::size_t append_pool(NetworkBuilder& builder, const std::string& name, std::size_t input,
                        const Pool& pool);
// [channels, height, width] -> [channels].
std::size_t append_global_average(NetworkBuilder& builder, const std::string& name,
                                  std::size_t input);

// Why a window of this size, padded by half of it, does not fit the image that comes next.
std::optional<std::string> window_mismatch(const NetworkBuilder& builder, std::size_t kernel,
                                           std::size_t padding);

}  // namespace quarry::search
