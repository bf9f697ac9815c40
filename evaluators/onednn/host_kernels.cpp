// Each loop is written once, forced inline, and compiled twice: for AVX-512 and for any processor.
// Tested by tests/evaluators/compiler_*_test.cpp, on lesser processors as well.
#include "evaluators/onednn/host_kernels.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <bit>
#include <cmath>
#include <vector>

#define QUARRY_INLINE inline __attribute__((always_inline))
#if defined(__x86_64__)
#define QUARRY_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma")))
#else
#define QUARRY_AVX512
#endif

namespace quarry::evaluators {
namespace {

bool has_avx512() {
#if defined(__x86_64__)
  static const bool kHas = __builtin_cpu_supports("avx512f") &&
                           __builtin_cpu_supports("avx512bw") &&
                           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  return kHas;
#else
  return false;
#endif
}

// To nearest, ties to even, for numbers below 2^22: the sum pushes the fraction out of the
// mantissa.
QUARRY_INLINE float rounded(float x) {
  constexpr float kShift = 12582912.0F;
  return (x + kShift) - kShift;
}

QUARRY_INLINE std::uint8_t to_u8(float x, float factor, float zero_point) {
  float code = x * factor + zero_point;
  code = code > 0.0F ? code : 0.0F;
  code = code < 255.0F ? code : 255.0F;
  return static_cast<std::uint8_t>(static_cast<std::int32_t>(rounded(code)));
}

// To nearest, ties to even; NaN does not come here.
QUARRY_INLINE std::uint16_t to_bf16(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  return static_cast<std::uint16_t>((bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16);
}

QUARRY_INLINE float from_bf16(std::uint16_t x) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(x) << 16);
}

QUARRY_INLINE void layer_norm_loops(const float* input, std::size_t rows, std::size_t width,
                                    float epsilon, const float* scale, const float* shift,
                                    const LayerNormOutputs& outputs) {
  const float inverse_width = 1.0F / static_cast<float>(width);
  const float factor = 1.0F / outputs.scale.scale;
  const auto zero_point = static_cast<float>(outputs.scale.zero_point);
  for (std::size_t row = 0; row < rows; ++row) {
    const float* const x = input + row * width;
    float sum = 0.0F;
#pragma omp simd reduction(+ : sum)
    for (std::size_t i = 0; i < width; ++i) sum += x[i];
    const float mean = sum * inverse_width;
    float squares = 0.0F;
#pragma omp simd reduction(+ : squares)
    for (std::size_t i = 0; i < width; ++i) squares += (x[i] - mean) * (x[i] - mean);
    const float inverse = 1.0F / std::sqrt(squares * inverse_width + epsilon);
    if (outputs.f32 != nullptr) {
      float* const y = outputs.f32 + row * width;
#pragma omp simd
      for (std::size_t i = 0; i < width; ++i) y[i] = (x[i] - mean) * inverse * scale[i] + shift[i];
    }
    if (outputs.bf16 != nullptr) {
      std::uint16_t* const y = outputs.bf16 + row * width;
#pragma omp simd
      for (std::size_t i = 0; i < width; ++i)
        y[i] = to_bf16((x[i] - mean) * inverse * scale[i] + shift[i]);
    }
    if (outputs.u8 != nullptr) {
      std::uint8_t* const y = outputs.u8 + row * width;
#pragma omp simd
      for (std::size_t i = 0; i < width; ++i)
        y[i] = to_u8((x[i] - mean) * inverse * scale[i] + shift[i], factor, zero_point);
    }
  }
}

QUARRY_INLINE void gate_f32_loops(const float* input, const float* factors, std::size_t pixels,
                                  std::size_t channels, float* output) {
  for (std::size_t p = 0; p < pixels; ++p) {
#pragma omp simd
    for (std::size_t c = 0; c < channels; ++c)
      output[p * channels + c] = input[p * channels + c] * factors[c];
  }
}

QUARRY_INLINE void gate_bf16_loops(const std::uint16_t* input, const float* factors,
                                   std::size_t pixels, std::size_t channels,
                                   std::uint16_t* output) {
  for (std::size_t p = 0; p < pixels; ++p) {
#pragma omp simd
    for (std::size_t c = 0; c < channels; ++c)
      output[p * channels + c] = to_bf16(from_bf16(input[p * channels + c]) * factors[c]);
  }
}

// `factors` holds a multiplier and a shift for each channel, one after the other.
QUARRY_INLINE void gate_u8_loops(const std::uint8_t* input, const float* factors,
                                 std::size_t pixels, std::size_t channels, std::uint8_t* output) {
  const float* const shifts = factors + channels;
  for (std::size_t p = 0; p < pixels; ++p) {
#pragma omp simd
    for (std::size_t c = 0; c < channels; ++c)
      output[p * channels + c] =
          to_u8(static_cast<float>(input[p * channels + c]), factors[c], shifts[c]);
  }
}

template <typename Element, typename Convert>
QUARRY_INLINE void sum_loops(const Element* input, std::size_t pixels, std::size_t channels,
                             std::size_t begin, std::size_t end, float* sums,
                             const Convert& convert) {
  for (std::size_t c = begin; c < end; ++c) sums[c] = 0.0F;
  for (std::size_t p = 0; p < pixels; ++p) {
    const Element* const x = input + p * channels;
#pragma omp simd
    for (std::size_t c = begin; c < end; ++c) sums[c] += convert(x[c]);
  }
}

QUARRY_INLINE void mean_f32_loops(const float* input, std::size_t pixels, std::size_t channels,
                                  std::size_t begin, std::size_t end, float* means) {
  sum_loops(input, pixels, channels, begin, end, means, [](float x) { return x; });
  for (std::size_t c = begin; c < end; ++c) means[c] /= static_cast<float>(pixels);
}

QUARRY_INLINE void mean_bf16_loops(const std::uint16_t* input, std::size_t pixels,
                                   std::size_t channels, std::size_t begin, std::size_t end,
                                   float* means) {
  sum_loops(input, pixels, channels, begin, end, means,
            [](std::uint16_t x) { return from_bf16(x); });
  for (std::size_t c = begin; c < end; ++c) means[c] /= static_cast<float>(pixels);
}

QUARRY_INLINE void mean_u8_loops(const std::uint8_t* input, ActivationScale scale,
                                 std::size_t pixels, std::size_t channels, std::size_t begin,
                                 std::size_t end, float* means) {
  sum_loops(input, pixels, channels, begin, end, means,
            [](std::uint8_t x) { return static_cast<float>(x); });
  const float factor = scale.scale / static_cast<float>(pixels);
  const float shift = scale.scale * static_cast<float>(scale.zero_point);
  for (std::size_t c = begin; c < end; ++c) means[c] = means[c] * factor - shift;
}

QUARRY_INLINE void add_f32_loops(const float* source, float factor, std::size_t count,
                                 float* destination) {
#pragma omp simd
  for (std::size_t i = 0; i < count; ++i) destination[i] += factor * source[i];
}

// NAME_avx512 and NAME_any, which differ in nothing but what they are compiled for.
#define QUARRY_COMPILE_TWICE(name, parameters, arguments)                 \
  QUARRY_AVX512 void name##_avx512 parameters { name##_loops arguments; } \
  void name##_any parameters { name##_loops arguments; }                  \
  void name parameters {                                                  \
    if (has_avx512()) return name##_avx512 arguments;                     \
    return name##_any arguments;                                          \
  }

QUARRY_COMPILE_TWICE(layer_norm,
                     (const float* input, std::size_t rows, std::size_t width, float epsilon,
                      const float* scale, const float* shift, const LayerNormOutputs& outputs),
                     (input, rows, width, epsilon, scale, shift, outputs))
QUARRY_COMPILE_TWICE(gate_f32,
                     (const float* input, const float* factors, std::size_t pixels,
                      std::size_t channels, float* output),
                     (input, factors, pixels, channels, output))
QUARRY_COMPILE_TWICE(gate_bf16,
                     (const std::uint16_t* input, const float* factors, std::size_t pixels,
                      std::size_t channels, std::uint16_t* output),
                     (input, factors, pixels, channels, output))
#if defined(__x86_64__)
// By hand: what the compiler makes of the narrowing to bytes takes four times as long.
QUARRY_AVX512 void gate_u8_avx512(const std::uint8_t* input, const float* factors,
                                  std::size_t pixels, std::size_t channels, std::uint8_t* output) {
  constexpr std::size_t kLanes = 16;
  const float* const shifts = factors + channels;
  for (std::size_t c = 0; c < channels; c += kLanes) {
    const auto lanes =
        static_cast<__mmask16>(channels - c < kLanes ? (1U << (channels - c)) - 1U : 0xFFFFU);
    const __m512 factor = _mm512_maskz_loadu_ps(lanes, factors + c);
    const __m512 shift = _mm512_maskz_loadu_ps(lanes, shifts + c);
    for (std::size_t p = 0; p < pixels; ++p) {
      const __m128i codes = _mm_maskz_loadu_epi8(lanes, input + p * channels + c);
      const __m512 real =
          _mm512_fmadd_ps(_mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(codes)), factor, shift);
      // To nearest, ties to even; below 0 is cut here, above 255 by the narrowing.
      const __m512i rounded_code = _mm512_cvtps_epi32(_mm512_max_ps(real, _mm512_setzero_ps()));
      _mm512_mask_cvtusepi32_storeu_epi8(output + p * channels + c, lanes, rounded_code);
    }
  }
}
#endif
void gate_u8(const std::uint8_t* input, const float* factors, std::size_t pixels,
             std::size_t channels, std::uint8_t* output) {
#if defined(__x86_64__)
  if (has_avx512()) return gate_u8_avx512(input, factors, pixels, channels, output);
#endif
  gate_u8_loops(input, factors, pixels, channels, output);
}
QUARRY_COMPILE_TWICE(mean_f32,
                     (const float* input, std::size_t pixels, std::size_t channels,
                      std::size_t begin, std::size_t end, float* means),
                     (input, pixels, channels, begin, end, means))
QUARRY_COMPILE_TWICE(mean_bf16,
                     (const std::uint16_t* input, std::size_t pixels, std::size_t channels,
                      std::size_t begin, std::size_t end, float* means),
                     (input, pixels, channels, begin, end, means))
QUARRY_COMPILE_TWICE(mean_u8,
                     (const std::uint8_t* input, ActivationScale scale, std::size_t pixels,
                      std::size_t channels, std::size_t begin, std::size_t end, float* means),
                     (input, scale, pixels, channels, begin, end, means))
QUARRY_COMPILE_TWICE(add_f32,
                     (const float* source, float factor, std::size_t count, float* destination),
                     (source, factor, count, destination))

}  // namespace

const char* host_kernel_name() { return has_avx512() ? "quarry:avx512" : "quarry:any"; }

void layer_norm_rows(const float* input, std::size_t rows, std::size_t width, float epsilon,
                     const float* scale, const float* shift, const LayerNormOutputs& outputs) {
  layer_norm(input, rows, width, epsilon, scale, shift, outputs);
}

void gate(const float* input, const float* factors, std::size_t pixels, std::size_t channels,
          float* output) {
  gate_f32(input, factors, pixels, channels, output);
}

void gate(const std::uint16_t* bf16, const float* factors, std::size_t pixels, std::size_t channels,
          std::uint16_t* output) {
  gate_bf16(bf16, factors, pixels, channels, output);
}

// (q - z) s f / s' + z' = q m + (z' - z m) with m = s f / s'.
void gate(const std::uint8_t* input, ActivationScale input_scale, const float* factors,
          std::size_t pixels, std::size_t channels, std::uint8_t* output,
          ActivationScale output_scale) {
  std::vector<float> terms(2 * channels);
  for (std::size_t c = 0; c < channels; ++c) {
    terms[c] = input_scale.scale * factors[c] / output_scale.scale;
    terms[channels + c] = static_cast<float>(output_scale.zero_point) -
                          static_cast<float>(input_scale.zero_point) * terms[c];
  }
  gate_u8(input, terms.data(), pixels, channels, output);
}

void channel_means(const float* input, std::size_t pixels, std::size_t channels, std::size_t begin,
                   std::size_t end, float* means) {
  mean_f32(input, pixels, channels, begin, end, means);
}

void channel_means(const std::uint16_t* bf16, std::size_t pixels, std::size_t channels,
                   std::size_t begin, std::size_t end, float* means) {
  mean_bf16(bf16, pixels, channels, begin, end, means);
}

void channel_means(const std::uint8_t* input, ActivationScale scale, std::size_t pixels,
                   std::size_t channels, std::size_t begin, std::size_t end, float* means) {
  mean_u8(input, scale, pixels, channels, begin, end, means);
}

void add_scaled(const float* source, float factor, std::size_t count, float* destination) {
  add_f32(source, factor, count, destination);
}

}  // namespace quarry::evaluators
