// Tested by tests/evaluators/weight_source_test.cpp.
#include "evaluators/weights/weight_source.hpp"

#include <cmath>

namespace quarry::evaluators {
namespace {

// SplitMix64's finaliser (Steele, Lea and Flood 2014).
std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

std::uint64_t hash_of(const std::string& text, std::uint64_t seed) {
  std::uint64_t hash = mixed(seed + 0x9E3779B97F4A7C15ULL);
  for (const char c : text) hash = mixed(hash ^ static_cast<unsigned char>(c));
  return hash;
}

// Spread evenly over [-1, 1): 32-bit arithmetic that compilers turn into vectors (the finaliser of
// MurmurHash3).
void fill_row(std::uint32_t seed, const std::vector<search::Range>& columns, float middle,
              float half_width, std::vector<float>& values) {
  for (const search::Range& range : columns) {
    const std::size_t begin = values.size();
    const std::size_t count = range.end - range.begin;
    values.resize(begin + count);
    float* const out = values.data() + begin;
    const auto first = static_cast<std::uint32_t>(range.begin);
    const float unit = half_width / 2147483648.0F;
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) {
      std::uint32_t x = seed ^ ((first + static_cast<std::uint32_t>(i)) * 0x9E3779B9U);
      x = (x ^ (x >> 16)) * 0x85EBCA6BU;
      x = (x ^ (x >> 13)) * 0xC2B2AE35U;
      x ^= x >> 16;
      out[i] = middle + unit * static_cast<float>(static_cast<std::int32_t>(x));
    }
  }
}

void fill(const search::WeightSlice& slice, std::size_t axis, std::uint64_t seed, float middle,
          float half_width, std::vector<float>& values) {
  if (axis + 1 == slice.axes.size()) {
    fill_row(static_cast<std::uint32_t>(seed), slice.axes[axis], middle, half_width, values);
    return;
  }
  for (const search::Range& range : slice.axes[axis]) {
    for (std::size_t i = range.begin; i < range.end; ++i)
      fill(slice, axis + 1, mixed(seed + i + 1), middle, half_width, values);
  }
}

bool is_near_zero(const std::string& tensor) {
  for (const char* word : {"bias", "shift", "mean"}) {
    if (tensor.find(word) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

std::vector<float> PseudoRandomWeights::read(const search::WeightSlice& slice) const {
  std::vector<float> values;
  const std::size_t elements = slice.elements();
  if (elements == 0) return values;
  values.reserve(elements);
  float middle = 0.0F;
  float half_width = 0.1F;
  if (slice.axes.size() > 1) {
    std::size_t outputs = 0;
    for (const search::Range& range : slice.axes[0]) outputs += range.end - range.begin;
    // A uniform distribution over [-w, w] has the variance w^2 / 3.
    half_width = std::sqrt(6.0F * static_cast<float>(outputs) / static_cast<float>(elements));
  } else if (!is_near_zero(slice.tensor)) {
    middle = 1.0F;
  }
  fill(slice, 0, hash_of(slice.tensor, seed_), middle, half_width, values);
  return values;
}

std::optional<std::string> PseudoRandomWeights::mismatch(const search::WeightSlice&) const {
  return std::nullopt;
}

}  // namespace quarry::evaluators
