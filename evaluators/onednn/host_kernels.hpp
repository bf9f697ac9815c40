// The few loops that oneDNN has no fast primitive for, or that one pass over the data can do
// together. Written so that the compiler makes vectors of them, once for AVX-512 and once for any
// processor; which one runs is asked of the processor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "evaluators/onednn/quantize.hpp"

namespace quarry::evaluators {

// As the compiled steps name them: "quarry:avx512" or "quarry:any".
const char* host_kernel_name();

// Rows of `width` numbers. Where an output is null it is not written.
struct LayerNormOutputs {
  float* f32 = nullptr;
  std::uint16_t* bf16 = nullptr;
  std::uint8_t* u8 = nullptr;
  ActivationScale scale;  // of u8
};
void layer_norm_rows(const float* input, std::size_t rows, std::size_t width, float epsilon,
                     const float* scale, const float* shift, const LayerNormOutputs& outputs);

// One image's pixels by channels, channels last, times one factor per channel.
void gate(const float* input, const float* factors, std::size_t pixels, std::size_t channels,
          float* output);
void gate(const std::uint16_t* bf16, const float* factors, std::size_t pixels, std::size_t channels,
          std::uint16_t* output);
void gate(const std::uint8_t* input, ActivationScale input_scale, const float* factors,
          std::size_t pixels, std::size_t channels, std::uint8_t* output,
          ActivationScale output_scale);

// Means of the channels `begin` to `end` over all pixels of one image, as real numbers.
void channel_means(const float* input, std::size_t pixels, std::size_t channels, std::size_t begin,
                   std::size_t end, float* means);
void channel_means(const std::uint16_t* bf16, std::size_t pixels, std::size_t channels,
                   std::size_t begin, std::size_t end, float* means);
void channel_means(const std::uint8_t* input, ActivationScale scale, std::size_t pixels,
                   std::size_t channels, std::size_t begin, std::size_t end, float* means);

// destination += factor * source.
void add_scaled(const float* source, float factor, std::size_t count, float* destination);

}  // namespace quarry::evaluators
