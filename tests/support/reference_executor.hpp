// Runs a Network in plain loops of double precision, straight from the meaning of its operators:
// slow, obvious, and independent of the compiler that it checks.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "evaluators/weights/weight_source.hpp"
#include "search/network/network.hpp"

namespace quarry::test {

class ReferenceExecutor {
 public:
  ReferenceExecutor(const search::Network& network, const evaluators::WeightSource& weights)
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

  using Values = std::vector<double>;

  static double activate(search::Activation activation, double x) {
    switch (activation) {
      case search::Activation::kNone:
        return x;
      case search::Activation::kRelu:
        return std::max(x, 0.0);
      case search::Activation::kRelu6:
        return std::clamp(x, 0.0, 6.0);
      case search::Activation::kGelu:
        return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0)));
      case search::Activation::kHardSwish:
        return x * std::clamp(x + 3, 0.0, 6.0) / 6;
      case search::Activation::kHardSigmoid:
        return std::clamp(x + 3, 0.0, 6.0) / 6;
      case search::Activation::kTanh:
        return std::tanh(x);
    }
    return x;
  }

  std::vector<float> read(const search::WeightSlice& slice) const {
    return slice.tensor.empty() ? std::vector<float>() : weights_.read(slice);
  }

  // What earlier steps left is all zeros.
  Values compute(const search::Cache&, const search::Operator& op, const Inputs& in) const {
    Values out(op.output.elements());
    if (!in.empty())
      std::copy(in[0]->begin(), in[0]->end(),
                out.end() - static_cast<std::ptrdiff_t>(in[0]->size()));
    return out;
  }

  Values compute(const search::Activate& kind, const search::Operator&, const Inputs& in) const {
    Values out = *in[0];
    for (double& x : out) x = activate(kind.activation, x);
    return out;
  }

  // The second input may hold one number for each channel.
  Values compute(const search::Multiply&, const search::Operator&, const Inputs& in) const {
    Values out = *in[0];
    const std::size_t repeat = in[0]->size() / in[1]->size();
    for (std::size_t i = 0; i < out.size(); ++i) out[i] *= (*in[1])[i / repeat];
    return out;
  }

  Values compute(const search::Concatenate& kind, const search::Operator& op,
                 const Inputs& in) const {
    std::size_t outer = 1;
    for (std::size_t i = 0; i < kind.axis; ++i) outer *= op.output.sizes[i];
    Values out;
    for (std::size_t o = 0; o < outer; ++o)
      for (const Values* input : in) {
        const std::size_t width = input->size() / outer;
        for (std::size_t i = 0; i < width; ++i) out.push_back((*input)[o * width + i]);
      }
    return out;
  }

  Values compute(const search::Convolution& kind, const search::Operator& op,
                 const Inputs& in) const {
    const std::vector<float> weight = read(kind.weight);
    std::vector<float> bias = read(kind.bias), scale, shift, mean, variance;
    bias.resize(kind.out_channels);
    if (kind.norm) {
      scale = read(kind.norm->scale), shift = read(kind.norm->shift);
      mean = read(kind.norm->mean), variance = read(kind.norm->variance);
    }
    const auto height = static_cast<std::ptrdiff_t>(input_shape(op).sizes[1]),
               width = static_cast<std::ptrdiff_t>(input_shape(op).sizes[2]),
               k = static_cast<std::ptrdiff_t>(kind.kernel);
    const std::size_t of_group = kind.in_channels / kind.groups,
                      outputs_of_group = kind.out_channels / kind.groups;
    Values out;
    for (std::size_t o = 0; o < kind.out_channels; ++o)
      for (std::size_t y = 0; y < op.output.sizes[1]; ++y)
        for (std::size_t x = 0; x < op.output.sizes[2]; ++x) {
          double sum = bias[o];
          for (std::size_t c = 0; c < of_group; ++c)
            for (std::ptrdiff_t ky = 0; ky < k; ++ky)
              for (std::ptrdiff_t kx = 0; kx < k; ++kx) {
                const auto iy = static_cast<std::ptrdiff_t>(y * kind.stride) + ky -
                                static_cast<std::ptrdiff_t>(kind.padding),
                           ix = static_cast<std::ptrdiff_t>(x * kind.stride) + kx -
                                static_cast<std::ptrdiff_t>(kind.padding);
                if (iy < 0 || ix < 0 || iy >= height || ix >= width) continue;
                const std::size_t channel = o / outputs_of_group * of_group + c;
                sum += weight[((o * of_group + c) * kind.kernel + static_cast<std::size_t>(ky)) *
                                  kind.kernel +
                              static_cast<std::size_t>(kx)] *
                       (*in[0])[(channel * static_cast<std::size_t>(height) +
                                 static_cast<std::size_t>(iy)) *
                                    static_cast<std::size_t>(width) +
                                static_cast<std::size_t>(ix)];
              }
          if (kind.norm)
            sum =
                (sum - mean[o]) / std::sqrt(variance[o] + kind.norm->epsilon) * scale[o] + shift[o];
          out.push_back(activate(kind.activation, sum));
        }
    return out;
  }

  Values compute(const search::Pool& kind, const search::Operator& op, const Inputs& in) const {
    const std::size_t height = input_shape(op).sizes[1], width = input_shape(op).sizes[2];
    Values out;
    for (std::size_t c = 0; c < op.output.sizes[0]; ++c)
      for (std::size_t y = 0; y < op.output.sizes[1]; ++y)
        for (std::size_t x = 0; x < op.output.sizes[2]; ++x) {
          double largest = -1e30, sum = 0, count = 0;
          for (std::size_t ky = 0; ky < kind.kernel; ++ky)
            for (std::size_t kx = 0; kx < kind.kernel; ++kx) {
              const std::size_t iy = y * kind.stride + ky, ix = x * kind.stride + kx;
              if (iy < kind.padding || ix < kind.padding || iy - kind.padding >= height ||
                  ix - kind.padding >= width)
                continue;
              const double value =
                  (*in[0])[(c * height + iy - kind.padding) * width + ix - kind.padding];
              largest = std::max(largest, value), sum += value, count += 1;
            }
          out.push_back(kind.kind == search::PoolKind::kMax ? largest : sum / count);
        }
    return out;
  }

  Values compute(const search::GlobalAverage&, const search::Operator& op, const Inputs& in) const {
    const std::size_t pixels = in[0]->size() / op.output.sizes[0];
    Values out(op.output.sizes[0]);
    for (std::size_t i = 0; i < in[0]->size(); ++i)
      out[i / pixels] += (*in[0])[i] / static_cast<double>(pixels);
    return out;
  }

  Values compute(const search::Tokens&, const search::Operator& op, const Inputs& in) const {
    const std::size_t pixels = op.output.sizes[0], channels = op.output.sizes[1];
    Values out(in[0]->size());
    for (std::size_t c = 0; c < channels; ++c)
      for (std::size_t p = 0; p < pixels; ++p) out[p * channels + c] = (*in[0])[c * pixels + p];
    return out;
  }

  Values compute(const search::TokenEmbedding& kind, const search::Operator& op,
                 const Inputs& in) const {
    const std::vector<float> words = read(kind.words), positions = read(kind.positions),
                             types = read(kind.types);
    const std::size_t width = op.output.sizes[1];
    Values out;
    for (std::size_t t = 0; t < in[0]->size(); ++t)
      for (std::size_t i = 0; i < width; ++i)
        out.push_back(words[static_cast<std::size_t>((*in[0])[t]) * width + i] * kind.scale +
                      (positions.empty() ? 0.0 : positions[t * width + i]) +
                      (types.empty() ? 0.0 : types[i]));
    return out;
  }

  Values compute(const search::ClassToken& kind, const search::Operator&, const Inputs& in) const {
    const std::vector<float> token = read(kind.token);
    Values out(token.begin(), token.end());
    out.insert(out.end(), in[0]->begin(), in[0]->end());
    return out;
  }

  Values compute(const search::TakeToken& kind, const search::Operator& op,
                 const Inputs& in) const {
    const std::size_t width = op.output.sizes[0];
    const auto first = in[0]->begin() + static_cast<std::ptrdiff_t>(kind.index * width);
    return {first, first + static_cast<std::ptrdiff_t>(width)};
  }

  // out[t][h][j] = sum over i of in[t][h][i] * weight[h][i][j].
  Values compute(const search::HeadProduct& kind, const search::Operator&, const Inputs& in) const {
    const std::vector<float> weight = read(kind.weight);
    const std::size_t d = kind.head_dim, row = kind.heads * d;
    Values out(in[0]->size());
    for (std::size_t t = 0; t < in[0]->size() / row; ++t)
      for (std::size_t h = 0; h < kind.heads; ++h)
        for (std::size_t i = 0; i < d; ++i)
          for (std::size_t j = 0; j < d; ++j)
            out[t * row + h * d + j] += (*in[0])[t * row + h * d + i] * weight[(h * d + i) * d + j];
    return out;
  }

  // Fourier: the real part of the two-dimensional transform. Cosine: the second kind over both
  // axes, without normalisation, as scipy.fft.dctn computes it.
  Values compute(const search::SpectralMix& kind, const search::Operator& op,
                 const Inputs& in) const {
    const std::size_t rows = op.output.sizes[0], columns = op.output.sizes[1];
    const double pi = std::acos(-1.0);
    const auto ratio = [](std::size_t a, std::size_t b) {
      return static_cast<double>(a) / static_cast<double>(b);
    };
    Values out(in[0]->size());
    for (std::size_t u = 0; u < rows; ++u)
      for (std::size_t v = 0; v < columns; ++v)
        for (std::size_t t = 0; t < rows; ++t)
          for (std::size_t i = 0; i < columns; ++i) {
            const double x = (*in[0])[t * columns + i];
            out[u * columns + v] +=
                kind.spectrum == search::Spectrum::kFourier
                    ? x * std::cos(2 * pi * (ratio(u * t, rows) + ratio(v * i, columns)))
                    : 4 * x * std::cos(pi * ratio(u * (2 * t + 1), 2 * rows)) *
                          std::cos(pi * ratio(v * (2 * i + 1), 2 * columns));
          }
    return out;
  }

  Values compute(const search::SpanConvolution& kind, const search::Operator& op,
                 const Inputs& in) const {
    const std::size_t tokens = op.output.sizes[0], width = op.output.sizes[1],
                      d = width / kind.heads;
    Values out(in[0]->size());
    for (std::size_t t = 0; t < tokens; ++t)
      for (std::size_t i = 0; i < width; ++i)
        for (std::size_t j = 0; j < kind.kernel; ++j) {
          const std::size_t source = t + j;
          if (source < kind.kernel / 2 || source - kind.kernel / 2 >= tokens) continue;
          out[t * width + i] += (*in[1])[(t * kind.heads + i / d) * kind.kernel + j] *
                                (*in[0])[(source - kind.kernel / 2) * width + i];
        }
    return out;
  }

  Values compute(const search::Patchify& kind, const search::Operator& op, const Inputs& in) const {
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

  Values compute(const search::PositionEmbedding& kind, const search::Operator&,
                 const Inputs& in) const {
    const std::vector<float> table = weights_.read(kind.table);
    std::vector<double> out = *in[0];
    for (std::size_t i = 0; i < out.size(); ++i) out[i] += table[i];
    return out;
  }

  Values compute(const search::Linear& kind, const search::Operator&, const Inputs& in) const {
    const std::vector<float> weight = read(kind.weight), bias = read(kind.bias);
    std::vector<double> out;
    for (std::size_t row = 0; row < in[0]->size() / kind.in_features; ++row) {
      for (std::size_t n = 0; n < kind.out_features; ++n) {
        double sum = bias.empty() ? 0.0 : bias[n];
        for (std::size_t k = 0; k < kind.in_features; ++k)
          sum += weight[n * kind.in_features + k] * (*in[0])[row * kind.in_features + k];
        out.push_back(activate(kind.activation, sum));
      }
    }
    return out;
  }

  Values compute(const search::LayerNorm& kind, const search::Operator& op,
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

  Values compute(const search::AttentionScores& kind, const search::Operator& op,
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

  Values compute(const search::Softmax&, const search::Operator& op, const Inputs& in) const {
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

  Values compute(const search::AttentionContext& kind, const search::Operator& op,
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

  Values compute(const search::Add&, const search::Operator&, const Inputs& in) const {
    std::vector<double> out = *in[0];
    for (std::size_t i = 0; i < out.size(); ++i) out[i] += (*in[1])[i];
    return out;
  }

  Values compute(const search::TokenMean& kind, const search::Operator& op,
                 const Inputs& in) const {
    const std::size_t width = op.output.sizes.back(), tokens = in[0]->size() / width - kind.begin;
    std::vector<double> out(width);
    for (std::size_t i = kind.begin * width; i < in[0]->size(); ++i)
      out[i % width] += (*in[0])[i] / static_cast<double>(tokens);
    return out;
  }

  const search::Network& network_;
  const evaluators::WeightSource& weights_;
  std::vector<std::vector<double>> outputs_;
};

}  // namespace quarry::test
