// What a primitive computes, in words: two with the same recipe run the same code on tensors of the
// same shape, so that one's time is the other's. What changes numbers and not what is run is left
// out: scales, zero points, how weights were rounded.
#pragma once

#include <cstdint>
#include <dnnl.hpp>
#include <string>

namespace quarry::evaluators {

struct LinearShape;
struct ConvolutionShape;
struct PoolShape;

struct Recipe {
  std::string kind;       // without sizes: "linear u8*s8->f32 bias scales gelu"
  std::string shape;      // "128x768x3072"
  std::int64_t macs = 0;  // multiplications of a product
};

// "f32[128x768]"; strides or blocks stand behind where it is not row-major.
std::string to_text(const dnnl::memory::desc& layout);

Recipe recipe_of(const LinearShape& shape);
// algorithm: "convolution", "winograd".
Recipe recipe_of(const ConvolutionShape& shape, const char* algorithm);
Recipe recipe_of(const PoolShape& shape);
Recipe product_recipe(const dnnl::memory::desc& a, const dnnl::memory::desc& b,
                      const dnnl::memory::desc& destination);
// Everything that only goes over its tensors once: "softmax", "add", "reorder", ...
Recipe pass_recipe(const std::string& name, std::initializer_list<dnnl::memory::desc> tensors);

}  // namespace quarry::evaluators
