// Spectral mixing: transforms as products with constant matrices. Tested by
// tests/evaluators/compiler_tokens_test.cpp.
#include <cmath>
#include <numbers>

#include "evaluators/onednn/lowering.hpp"
#include "evaluators/onednn/product_weights.hpp"

namespace quarry::evaluators {

using dnnl::memory;
using search::Spectrum;

namespace {

enum class Wave { kCosine, kSine, kCosineTransform };

// matrix[i][k]: what input i adds to output k of a transform of length n. The cosine transform is
// the second kind, without normalisation: 2 cos(pi k (2 i + 1) / 2 n).
double wave(Wave kind, std::size_t i, std::size_t k, std::size_t n) {
  const auto length = static_cast<double>(n);
  // Reduced before it is multiplied: the angle of a large product would lose its fraction.
  const double turn = static_cast<double>(i * k % n) / length * 2.0 * std::numbers::pi;
  switch (kind) {
    case Wave::kCosine:
      return std::cos(turn);
    case Wave::kSine:
      return std::sin(turn);
    case Wave::kCosineTransform:
      return 2.0 * std::cos(std::numbers::pi * static_cast<double>((2 * i + 1) * k % (4 * n)) /
                            (2.0 * length));
  }
  return 0.0;
}

// A matrix over the features, packed for the product that reads it.
memory feature_matrix(Lowering& state, Wave kind, const memory::desc& wanted) {
  if (state.plans_only()) return memory(wanted, state.engine(), nullptr);
  const auto n = static_cast<std::size_t>(wanted.dims()[0]);
  const auto made = state.cache().find_or_make<PackedTensor>(
      "wave:" + std::to_string(static_cast<int>(kind)) + ":" + layout_key(wanted), [&] {
        std::vector<float> values;
        for (std::size_t i = 0; i < n; ++i) {
          for (std::size_t k = 0; k < n; ++k)
            values.push_back(static_cast<float>(wave(kind, i, k, n)));
        }
        PackedTensor tensor = new_tensor(wanted, state.engine());
        state.builder().convert(state.builder().constant({dim(n), dim(n)}, values), tensor.tensor);
        return tensor;
      });
  state.builder().keep_alive(made);
  return made->tensor;
}

}  // namespace

// With F = C - iS the real part of F X F is C X C - S X S: features first, one product for each
// wave, then tokens, [C | -S] times both results, one below the other.
void lower(Lowering& state, const search::SpectralMix& mix) {
  const std::size_t tokens = state.op().output.sizes[0];
  const std::size_t features = state.op().output.sizes[1];
  const bool fourier = mix.spectrum == Spectrum::kFourier;
  const std::vector<Wave> waves = fourier ? std::vector<Wave>{Wave::kCosine, Wave::kSine}
                                          : std::vector<Wave>{Wave::kCosineTransform};
  std::vector<float> over_tokens;
  for (std::size_t k = 0; k < tokens && !state.plans_only(); ++k) {
    for (const Wave kind : waves) {
      for (std::size_t i = 0; i < tokens; ++i) {
        const double value = wave(kind, i, k, tokens);
        over_tokens.push_back(static_cast<float>(kind == Wave::kSine ? -value : value));
      }
    }
  }
  const memory::desc plane = dense({dim(tokens), dim(features)}, DataType::f32);
  const memory::desc planes = dense({dim(tokens * waves.size()), dim(features)}, DataType::f32);
  const memory left =
      state.builder().constant({dim(tokens), dim(tokens * waves.size())}, over_tokens);
  const Primitive by_features = make_linear(
      state.maker(),
      {.rows = dim(tokens), .inputs = dim(features), .outputs = dim(features), .bias = false});
  const Primitive by_tokens =
      make_batched_product(state.maker(), left.get_desc(), planes, plane, 1.0F);
  const BufferId from = state.value(state.input(), Form::kF32);
  const BufferId middle = state.builder().new_buffer(planes.get_size());
  const BufferId to = state.make_value(state.current(), Form::kF32);
  for (std::size_t image = 0; image < state.batch(); ++image) {
    const std::size_t offset = image * plane.get_size();
    for (std::size_t i = 0; i < waves.size(); ++i) {
      state.add_step("over features", by_features,
                     {{DNNL_ARG_SRC, from, plane, offset},
                      {DNNL_ARG_DST, middle, plane, i * plane.get_size()}},
                     {{DNNL_ARG_WEIGHTS, feature_matrix(state, waves[i], by_features.weights)}});
    }
    state.add_step("over tokens", by_tokens,
                   {{DNNL_ARG_WEIGHTS, middle, planes}, {DNNL_ARG_DST, to, plane, offset}},
                   {{DNNL_ARG_SRC, left}});
  }
}

}  // namespace quarry::evaluators
