// Appends operators to a builder with tensors named after them, for tests of what runs networks.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "search/network/network_builder.hpp"

namespace quarry::test {

inline search::WeightSlice whole(const std::string& tensor, const std::vector<std::size_t>& sizes) {
  search::WeightSlice slice{tensor, {}};
  for (const std::size_t size : sizes) slice.axes.push_back({{0, size}});
  return slice;
}

inline std::size_t append(search::NetworkBuilder& builder, const std::string& name,
                          search::OperatorKind kind, std::vector<std::size_t> inputs,
                          std::vector<std::size_t> output,
                          search::Precision precision = search::Precision::kF32) {
  return builder.append({.name = name,
                         .kind = std::move(kind),
                         .inputs = std::move(inputs),
                         .output = {std::move(output)},
                         .precision = precision});
}

struct ConvolutionOptions {
  std::size_t channels = 1;
  std::size_t kernel = 1;
  std::size_t stride = 1;
  std::size_t padding = 0;
  std::size_t groups = 1;
  search::Activation activation = search::Activation::kNone;
  bool norm = true;  // else a bias
  search::Precision precision = search::Precision::kF32;
};

inline std::size_t convolution(search::NetworkBuilder& builder, const std::string& name,
                               std::size_t input, const ConvolutionOptions& options) {
  const std::vector<std::size_t> in = builder.shape(input).sizes;
  const auto size_of = [&](std::size_t size) {
    return (size + 2 * options.padding - options.kernel) / options.stride + 1;
  };
  search::Convolution kind{
      .in_channels = in[0],
      .out_channels = options.channels,
      .kernel = options.kernel,
      .stride = options.stride,
      .padding = options.padding,
      .groups = options.groups,
      .activation = options.activation,
      .weight = whole(name + ".weight",
                      {options.channels, in[0] / options.groups, options.kernel, options.kernel})};
  if (options.norm) {
    kind.norm = search::BatchNorm{.scale = whole(name + ".norm.scale", {options.channels}),
                                  .shift = whole(name + ".norm.shift", {options.channels}),
                                  .mean = whole(name + ".norm.mean", {options.channels}),
                                  .variance = whole(name + ".norm.variance", {options.channels})};
  } else {
    kind.bias = whole(name + ".bias", {options.channels});
  }
  return append(builder, name, std::move(kind), {input},
                {options.channels, size_of(in[1]), size_of(in[2])}, options.precision);
}

inline std::size_t linear(search::NetworkBuilder& builder, const std::string& name,
                          std::size_t input, std::size_t features,
                          search::Activation activation = search::Activation::kNone,
                          search::Precision precision = search::Precision::kF32) {
  const std::size_t width = builder.shape(input).sizes.back();
  return builder.linear(name, input,
                        {.in_features = width,
                         .out_features = features,
                         .activation = activation,
                         .weight = whole(name + ".weight", {features, width}),
                         .bias = whole(name + ".bias", {features})},
                        precision);
}

}  // namespace quarry::test
