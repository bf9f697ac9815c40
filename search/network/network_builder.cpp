// Shape bookkeeping of the builder. Tested through the blocks.
#include "search/network/network_builder.hpp"

#include <cassert>

namespace quarry::search {

const TensorShape& NetworkBuilder::shape(std::size_t index) const {
  return index == kNetworkInput ? network_.input : network_.operators[index].output;
}

std::size_t NetworkBuilder::append(Operator op) {
  network_.operators.push_back(std::move(op));
  current_ = network_.operators.size() - 1;
  return current_;
}

std::size_t NetworkBuilder::linear(const std::string& name, std::size_t input, Linear linear,
                                   Precision precision) {
  TensorShape output = shape(input);
  assert(output.sizes.back() == linear.in_features);
  output.sizes.back() = linear.out_features;
  return append({.name = name,
                 .kind = std::move(linear),
                 .inputs = {input},
                 .output = std::move(output),
                 .precision = precision});
}

std::size_t NetworkBuilder::layer_norm(const std::string& name, std::size_t input, double epsilon) {
  const std::size_t width = shape(input).sizes.back();
  LayerNorm norm{.epsilon = epsilon, .scale = {}, .shift = {}};
  norm.scale = first_entries(name + ".weight", width);
  norm.shift = first_entries(name + ".bias", width);
  return append({.name = name,
                 .kind = std::move(norm),
                 .inputs = {input},
                 .output = shape(input),
                 .precision = Precision::kF32});
}

std::size_t NetworkBuilder::add(const std::string& name, std::size_t a, std::size_t b) {
  assert(shape(a) == shape(b));
  return append({.name = name,
                 .kind = Add{},
                 .inputs = {a, b},
                 .output = shape(a),
                 .precision = Precision::kF32});
}

std::span<const std::size_t> NetworkBuilder::marked(const std::string& name) const {
  const auto found = marks_.find(name);
  return found == marks_.end() ? std::span<const std::size_t>() : found->second;
}

void NetworkBuilder::begin_decoder() {
  network_.decoder_begin = network_.operators.size();
  current_ = kNetworkInput;
}

void NetworkBuilder::rename_tensors(std::size_t first,
                                    const std::function<std::string(const std::string&)>& rename) {
  for (std::size_t i = first; i < network_.operators.size(); ++i) {
    for (WeightSlice* slice : weight_slices(network_.operators[i].kind))
      slice->tensor = rename(slice->tensor);
  }
}

WeightSlice first_entries(const std::string& tensor, std::size_t count) {
  return {tensor, {{{0, count}}}};
}

WeightSlice first_block(const std::string& tensor, std::size_t rows, std::size_t columns) {
  return {tensor, {{{0, rows}}, {{0, columns}}}};
}

}  // namespace quarry::search
