// Makes oneDNN primitives from what an operator means. Everything that differs between oneDNN 2.6
// (descriptor objects, output scales) and 3.x (primitive descriptors, runtime scales) is in
// primitives.cpp and nowhere else.
#pragma once

#include <dnnl.hpp>
#include <optional>
#include <string>
#include <vector>

#include "search/network/network.hpp"

namespace quarry::evaluators {

using DataType = dnnl::memory::data_type;
using Dims = dnnl::memory::dims;

struct Primitive {
  dnnl::primitive primitive;
  std::string implementation;  // as oneDNN names it: "brg:avx512_core_vnni"
  dnnl::memory::desc weights;  // the layout it wants its weights in; empty for those without
  dnnl::memory::desc scratchpad;
};

// Row-major.
dnnl::memory::desc dense(const Dims& dims, DataType type);
dnnl::memory::desc strided(const Dims& dims, DataType type, const Dims& strides);

struct LinearShape {
  dnnl::memory::dim rows = 0;
  dnnl::memory::dim inputs = 0;
  dnnl::memory::dim outputs = 0;
  DataType source = DataType::f32;
  DataType weights = DataType::f32;
  DataType destination = DataType::f32;
  search::Activation activation = search::Activation::kNone;
  bool accumulate = false;  // add to what the destination holds, after the activation
  std::vector<float>
      output_scales;  // per output, applied after the bias and before the activation; empty: none
};

// destination [rows, outputs] = activation(scale * (source [rows, inputs] * weights + bias [1,
// outputs] f32)).
Primitive make_linear(const dnnl::engine& engine, const LinearShape& shape);

// destination = scale * a x b over the last two axes of four-axis tensors.
Primitive make_batched_product(const dnnl::engine& engine, const dnnl::memory::desc& a,
                               const dnnl::memory::desc& b, const dnnl::memory::desc& destination,
                               float scale);

// Over the last axis of [rows, columns].
Primitive make_softmax(const dnnl::engine& engine, const dnnl::memory::desc& source,
                       const dnnl::memory::desc& destination);
Primitive make_layer_norm(const dnnl::engine& engine, const dnnl::memory::desc& data,
                          float epsilon);

// destination = a + b; b may have size 1 where a does not.
Primitive make_add(const dnnl::engine& engine, const dnnl::memory::desc& a,
                   const dnnl::memory::desc& b, const dnnl::memory::desc& destination);

// u8 destination = f32 source * factor + zero_point, rounded to nearest and saturated; the factor
// is a one-element f32 tensor given at run time. A binary primitive: four times faster than
// oneDNN 2.6's own quantizing reorder.
Primitive make_quantize(const dnnl::engine& engine, const dnnl::memory::desc& source,
                        const dnnl::memory::desc& factor, const dnnl::memory::desc& destination,
                        float zero_point);

// Same numbers, another layout or type.
Primitive make_reorder(const dnnl::engine& engine, const dnnl::memory::desc& source,
                       const dnnl::memory::desc& destination);

// [batch, tokens, features] -> [batch, features].
Primitive make_token_mean(const dnnl::engine& engine, const Dims& batch_tokens_features);

}  // namespace quarry::evaluators
