// Makes oneDNN primitives from what an operator means. Everything that differs between oneDNN 2.6
// (descriptor objects, output scales) and 3.x (primitive descriptors, runtime scales) is in
// primitives.cpp and nowhere else.
#pragma once

#include <dnnl.hpp>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "evaluators/onednn/epilogue.hpp"
#include "evaluators/onednn/recipe.hpp"
#include "search/network/network.hpp"

namespace quarry::evaluators {

using DataType = dnnl::memory::data_type;
using Dims = dnnl::memory::dims;

struct Primitive {
  dnnl::primitive primitive;
  std::string implementation;  // as oneDNN names it: "brg:avx512_core_vnni"
  dnnl::memory::desc weights;  // the layout it wants its weights in; empty for those without
  dnnl::memory::desc source;   // only of make_winograd
  dnnl::memory::desc destination;
  dnnl::memory::desc scratchpad;
  Recipe recipe;
};

// What was made of each recipe, or that nothing could be, for those who plan and never run: any
// scales will do. Of one number of threads; not thread-safe.
struct PrimitiveBook {
  std::unordered_map<std::string, std::optional<Primitive>> pages;
};

// For whom primitives are made. With a book each recipe is made once.
struct PrimitiveMaker {
  PrimitiveMaker(const dnnl::engine& of, PrimitiveBook* remembered = nullptr)
      : engine(of), book(remembered) {}
  dnnl::engine engine;
  PrimitiveBook* book = nullptr;
};

// Nothing but oneDNN's reference loops, which no deployment would run.
bool is_reference(const Primitive& primitive);

// Row-major.
dnnl::memory::desc dense(const Dims& dims, DataType type);
dnnl::memory::desc strided(const Dims& dims, DataType type, const Dims& strides);
// Axis 1 innermost: [batch, channels, height, width] as channels last.
dnnl::memory::desc channels_last(const Dims& dims, DataType type);

// Equal for layouts that hold the same bytes.
std::string layout_key(const dnnl::memory::desc& layout);

struct ProductTypes {
  DataType source = DataType::f32;
  DataType weights = DataType::f32;
  DataType destination = DataType::f32;
};

struct LinearShape {
  dnnl::memory::dim rows = 0;
  dnnl::memory::dim inputs = 0;
  dnnl::memory::dim outputs = 0;
  ProductTypes types;
  bool bias = true;  // [1, outputs] f32
  Epilogue epilogue;
};

// destination [rows, outputs] from source [rows, inputs].
Primitive make_linear(const PrimitiveMaker& maker, const LinearShape& shape);

// Whether an integer product with a zero point for the weights of each output runs in anything but
// oneDNN's reference here.
bool has_weight_zero_points(const dnnl::engine& engine);

struct ConvolutionShape {
  dnnl::memory::dim batch = 1;
  dnnl::memory::dim in_channels = 1;
  dnnl::memory::dim out_channels = 1;
  dnnl::memory::dim height = 1;  // of the input
  dnnl::memory::dim width = 1;
  dnnl::memory::dim out_height = 1;
  dnnl::memory::dim out_width = 1;
  dnnl::memory::dim kernel = 1;
  dnnl::memory::dim stride = 1;
  dnnl::memory::dim padding = 0;
  dnnl::memory::dim groups = 1;
  ProductTypes types;
  std::int32_t source_zero_point = 0;  // what the padding holds; 0 where it is folded in the bias
  Epilogue epilogue;
};

// Source and destination channels last, a bias [out_channels] f32.
Primitive make_convolution(const PrimitiveMaker& maker, const ConvolutionShape& shape);
// The same in fewer multiplications (Lavin and Gray 2016); in f32 in layouts of its own for source
// and destination. Nothing where oneDNN has none for the shape or the machine.
std::optional<Primitive> make_winograd(const PrimitiveMaker& maker, const ConvolutionShape& shape);
// The kernels as they are stored: [out, in / groups, kernel, kernel].
dnnl::memory::desc convolution_weights(const ConvolutionShape& shape, DataType type);

// destination = scale * a x b over the last two axes; b's other axes may be 1.
Primitive make_batched_product(const PrimitiveMaker& maker, const dnnl::memory::desc& a,
                               const dnnl::memory::desc& b, const dnnl::memory::desc& destination,
                               float scale);

// Over the last axis of [rows, columns].
Primitive make_softmax(const PrimitiveMaker& maker, const dnnl::memory::desc& source,
                       const dnnl::memory::desc& destination);

enum class ElementwiseProduct { kAdd, kMultiply };
// destination = a + b or a * b; b may have size 1 where a does not.
Primitive make_binary(const PrimitiveMaker& maker, ElementwiseProduct kind,
                      const dnnl::memory::desc& a, const dnnl::memory::desc& b,
                      const dnnl::memory::desc& destination);

// One or, for a hard sigmoid, two primitives to run after each other: post-ops on an activation run
// oneDNN's reference.
std::vector<Primitive> make_activation(const PrimitiveMaker& maker, search::Activation activation,
                                       const dnnl::memory::desc& data);

// destination = source * factor + shift, where the factor is a one-element f32 tensor given at run
// time; rounded to nearest and saturated where the destination is u8. A binary primitive: four
// times faster than oneDNN 2.6's own quantizing reorder.
Primitive make_scaling(const PrimitiveMaker& maker, const dnnl::memory::desc& source,
                       const dnnl::memory::desc& factor, const dnnl::memory::desc& destination,
                       float shift);

// Same numbers, another layout or type.
Primitive make_reorder(const PrimitiveMaker& maker, const dnnl::memory::desc& source,
                       const dnnl::memory::desc& destination);

struct PoolShape {
  search::PoolKind kind = search::PoolKind::kMax;
  dnnl::memory::desc source;
  dnnl::memory::desc destination;
  Dims kernel;
  Dims strides;
  Dims padding;
};
Primitive make_pool(const PrimitiveMaker& maker, const PoolShape& shape);

}  // namespace quarry::evaluators
