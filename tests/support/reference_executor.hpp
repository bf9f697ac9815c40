// Runs a Network in plain loops of double precision, straight from the meaning of its operators:
// slow, obvious, and independent of the compiler that it checks.
#pragma once

#include <cmath>
#include <vector>

#include "evaluators/weights/safetensors.hpp"
#include "search/network/network.hpp"

namespace quarry::test {

class ReferenceExecutor {
 public:
  ReferenceExecutor(const search::Network& network, const evaluators::TensorStore& weights)
      : network_(network), weights_(weights) {}

  // One image in, the last operator's output out.
  std::vector<double> run(const std::vector<double>& image) {
    outputs_.clear();
    for (const search::Operator& op : network_.operators) {
      std::vector<const std::vector<double>*> inputs;
      for (const std::size_t input : op.inputs)
        inputs.push_back(input == search::kNetworkInput ? &image : &outputs_[input]);
      outputs_.push_back(
          std::visit([&](const auto& kind) { return compute(kind, op, inputs); }, op.kind));
    }
    return outputs_.back();
  }

 private:
  using Inputs = std::vector<const std::vector<double>*>;

  const search::TensorShape& input_shape(const search::Operator& op, std::size_t which = 0) const {
    return op.inputs[which] == search::kNetworkInput ? network_.input
                                                     : network_.operators[op.inputs[which]].output;
  }

  template <typename Kind>
  std::vector<double> compute(const Kind&, const search::Operator&, const Inputs&) const {
    return {};
  }

  std::vector<double> compute(const search::Patchify& kind, const search::Operator& op,
                              const Inputs& in) const {
    const std::size_t height = input_shape(op).sizes[0], width = input_shape(op).sizes[1],
                      p = kind.patch;
    std::vector<double> out;
    for (std::size_t py = 0; py < height / p; ++py)
      for (std::size_t px = 0; px < width / p; ++px)
        for (std::size_t y = 0; y < p; ++y)
          for (std::size_t x = 0; x < p; ++x)
            out.push_back((*in[0])[(py * p + y) * width + px * p + x]);
    return out;
  }

  std::vector<double> compute(const search::PositionEmbedding& kind, const search::Operator&,
                              const Inputs& in) const {
    const std::vector<float> table = weights_.read(kind.table);
    std::vector<double> out = *in[0];
    for (std::size_t i = 0; i < out.size(); ++i) out[i] += table[i];
    return out;
  }

  std::vector<double> compute(const search::Linear& kind, const search::Operator&,
                              const Inputs& in) const {
    const std::vector<float> weight = weights_.read(kind.weight), bias = weights_.read(kind.bias);
    std::vector<double> out;
    for (std::size_t row = 0; row < in[0]->size() / kind.in_features; ++row) {
      for (std::size_t n = 0; n < kind.out_features; ++n) {
        double sum = bias[n];
        for (std::size_t k = 0; k < kind.in_features; ++k)
          sum += weight[n * kind.in_features + k] * (*in[0])[row * kind.in_features + k];
        if (kind.activation == search::Activation::kRelu) sum = std::max(sum, 0.0);
        if (kind.activation == search::Activation::kGelu)
          sum = 0.5 * sum * (1 + std::erf(sum / std::sqrt(2.0)));
        out.push_back(sum);
      }
    }
    return out;
  }

  std::vector<double> compute(const search::LayerNorm& kind, const search::Operator& op,
                              const Inputs& in) const {
    const std::vector<float> scale = weights_.read(kind.scale), shift = weights_.read(kind.shift);
    const std::size_t width = op.output.sizes.back();
    std::vector<double> out;
    for (std::size_t row = 0; row < in[0]->size() / width; ++row) {
      const double* x = in[0]->data() + row * width;
      double mean = 0, variance = 0;
      for (std::size_t i = 0; i < width; ++i) mean += x[i] / static_cast<double>(width);
      for (std::size_t i = 0; i < width; ++i)
        variance += (x[i] - mean) * (x[i] - mean) / static_cast<double>(width);
      for (std::size_t i = 0; i < width; ++i)
        out.push_back((x[i] - mean) / std::sqrt(variance + kind.epsilon) * scale[i] + shift[i]);
    }
    return out;
  }

  std::vector<double> compute(const search::AttentionScores& kind, const search::Operator& op,
                              const Inputs& in) const {
    const std::size_t rows = input_shape(op, 0).sizes[0], queries = input_shape(op, 0).sizes[1],
                      columns = input_shape(op, 1).sizes[0], keys = input_shape(op, 1).sizes[1];
    std::vector<double> out;
    for (std::size_t h = 0; h < kind.heads; ++h)
      for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j) {
          double sum = 0;
          for (std::size_t e = 0; e < kind.head_dim; ++e)
            sum += (*in[0])[i * queries + kind.query_begin + h * kind.head_dim + e] *
                   (*in[1])[j * keys + kind.key_begin + h * kind.head_dim + e];
          out.push_back(sum / std::sqrt(static_cast<double>(kind.head_dim)));
        }
    return out;
  }

  std::vector<double> compute(const search::Softmax&, const search::Operator& op,
                              const Inputs& in) const {
    const std::size_t width = op.output.sizes.back();
    std::vector<double> out = *in[0];
    for (std::size_t row = 0; row < out.size() / width; ++row) {
      double sum = 0;
      for (std::size_t i = 0; i < width; ++i)
        sum += out[row * width + i] = std::exp(out[row * width + i]);
      for (std::size_t i = 0; i < width; ++i) out[row * width + i] /= sum;
    }
    return out;
  }

  std::vector<double> compute(const search::AttentionContext& kind, const search::Operator& op,
                              const Inputs& in) const {
    const std::size_t rows = op.output.sizes[0], a = kind.heads * kind.head_dim,
                      columns = input_shape(op, 1).sizes[0], values = input_shape(op, 1).sizes[1];
    std::vector<double> out(rows * a);
    for (std::size_t h = 0; h < kind.heads; ++h)
      for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t j = 0; j < columns; ++j)
          for (std::size_t e = 0; e < kind.head_dim; ++e)
            out[i * a + h * kind.head_dim + e] +=
                (*in[0])[(h * rows + i) * columns + j] *
                (*in[1])[j * values + kind.value_begin + h * kind.head_dim + e];
    return out;
  }

  std::vector<double> compute(const search::Add&, const search::Operator&, const Inputs& in) const {
    std::vector<double> out = *in[0];
    for (std::size_t i = 0; i < out.size(); ++i) out[i] += (*in[1])[i];
    return out;
  }

  std::vector<double> compute(const search::TokenMean&, const search::Operator& op,
                              const Inputs& in) const {
    const std::size_t width = op.output.sizes.back(), tokens = in[0]->size() / width;
    std::vector<double> out(width);
    for (std::size_t i = 0; i < in[0]->size(); ++i)
      out[i % width] += (*in[0])[i] / static_cast<double>(tokens);
    return out;
  }

  const search::Network& network_;
  const evaluators::TensorStore& weights_;
  std::vector<std::vector<double>> outputs_;
};

}  // namespace quarry::test
