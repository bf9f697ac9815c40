// The oneDNN 2.6 side of primitives.hpp. Tested by tests/evaluators/compiler_test.cpp.
#include "evaluators/onednn/primitives.hpp"

#include <algorithm>
#include <cstring>

#include "evaluators/onednn/onednn_info.hpp"

namespace quarry::evaluators {
namespace {

using dnnl::algorithm;
using dnnl::memory;
using dnnl::prop_kind;

template <typename Descriptor>
dnnl::primitive_attr with_user_scratchpad(Descriptor&& configure) {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  configure(attributes);
  return attributes;
}

dnnl::primitive_attr plain() {
  return with_user_scratchpad([](dnnl::primitive_attr&) {});
}

template <typename Kind>
Primitive finish(const typename Kind::primitive_desc& descriptor) {
  return {.primitive = Kind(descriptor),
          .implementation = descriptor.impl_info_str(),
          .weights = {},
          .source = {},
          .destination = {},
          .scratchpad = descriptor.scratchpad_desc()};
}

// Makes it, unless the book has a primitive of this recipe.
template <typename Make>
Primitive made(const PrimitiveMaker& maker, Recipe recipe, const Make& make) {
  if (maker.book == nullptr) {
    Primitive primitive = make();
    primitive.recipe = std::move(recipe);
    return primitive;
  }
  const auto [page, is_new] = maker.book->pages.try_emplace(recipe.kind + " " + recipe.shape);
  if (is_new) {
    page->second = make();
    page->second->recipe = std::move(recipe);
  }
  if (!page->second)
    throw dnnl::error(dnnl_unimplemented, "it could not be made before and is not tried again");
  return *page->second;
}

// The element-wise steps that make an activation, in order.
template <typename Step>
void for_each_step(search::Activation activation, const Step& step) {
  switch (activation) {
    case search::Activation::kNone:
      return;
    case search::Activation::kRelu:
      return step(algorithm::eltwise_relu, 0.0F, 0.0F);
    case search::Activation::kRelu6:
      return step(algorithm::eltwise_clip, 0.0F, 6.0F);
    case search::Activation::kGelu:
      return step(algorithm::eltwise_gelu_erf, 0.0F, 0.0F);
    case search::Activation::kHardSwish:
      return step(algorithm::eltwise_hardswish, 0.0F, 0.0F);
    case search::Activation::kHardSigmoid:  // 2.6 has none of its own
      step(algorithm::eltwise_linear, 1.0F / 6.0F, 0.5F);
      return step(algorithm::eltwise_clip, 0.0F, 1.0F);
    case search::Activation::kTanh:
      return step(algorithm::eltwise_tanh, 0.0F, 0.0F);
  }
}

void append_activation(dnnl::post_ops& post, search::Activation activation) {
  for_each_step(activation, [&](algorithm kind, float alpha, float beta) {
    post.append_eltwise(1.0F, kind, alpha, beta);
  });
}

// The steps of an epilogue as oneDNN's post-ops and scales, which are per output in `output_mask`.
void apply(const Epilogue& epilogue, int output_mask, DataType destination,
           dnnl::primitive_attr& attributes) {
  if (!epilogue.output_scales.empty())
    attributes.set_output_scales(output_mask, epilogue.output_scales);
  dnnl::post_ops post;
  append_activation(post, epilogue.activation);
  if (epilogue.sum_scale) {
    post.append_sum(*epilogue.sum_scale, destination);
    if (epilogue.sum_shift < 0.0F || epilogue.sum_shift > 0.0F)
      post.append_eltwise(1.0F, algorithm::eltwise_linear, 1.0F, epilogue.sum_shift);
    append_activation(post, epilogue.after_sum);
  }
  const float scale = epilogue.final_scale;
  const float shift = epilogue.final_shift;
  if (scale < 1.0F || scale > 1.0F || shift < 0.0F || shift > 0.0F)
    post.append_eltwise(1.0F, algorithm::eltwise_linear, scale, shift);
  attributes.set_post_ops(post);
}

// What the last window needs beyond the input; nothing where it ends before the input does.
memory::dim padding_at_end(memory::dim in, memory::dim out, memory::dim kernel, memory::dim stride,
                           memory::dim padding) {
  return std::max<memory::dim>(0, (out - 1) * stride + kernel - in - padding);
}

Dims convolution_weight_dims(const ConvolutionShape& shape) {
  const memory::dim inputs = shape.in_channels / shape.groups;
  if (shape.groups == 1) return {shape.out_channels, inputs, shape.kernel, shape.kernel};
  return {shape.groups, shape.out_channels / shape.groups, inputs, shape.kernel, shape.kernel};
}

}  // namespace

memory::desc dense(const Dims& dims, DataType type) {
  Dims strides(dims.size());
  memory::dim stride = 1;
  for (std::size_t i = dims.size(); i-- > 0;) {
    strides[i] = stride;
    stride *= dims[i];
  }
  return {dims, type, strides};
}

memory::desc strided(const Dims& dims, DataType type, const Dims& strides) {
  return {dims, type, strides};
}

memory::desc channels_last(const Dims& dims, DataType type) {
  Dims strides(dims.size());
  strides[1] = 1;
  memory::dim stride = dims[1];
  for (std::size_t i = dims.size(); i-- > 2;) {
    strides[i] = stride;
    stride *= dims[i];
  }
  strides[0] = stride;
  return {dims, type, strides};
}

bool is_reference(const Primitive& primitive) {
  return primitive.implementation.find("ref") != std::string::npos;
}

std::string layout_key(const memory::desc& layout) {
  std::string key(sizeof layout.data, '\0');
  std::memcpy(key.data(), &layout.data, sizeof layout.data);
  return key;
}

namespace {

Primitive new_linear(const dnnl::engine& engine, const LinearShape& shape) {
  constexpr int kPerColumn = 2;
  Epilogue epilogue = shape.epilogue;
  // A plan gives one scale for all.
  if (epilogue.output_scales.size() == 1)
    epilogue.output_scales.resize(static_cast<std::size_t>(shape.outputs), 1.0F);
  const dnnl::primitive_attr attributes = with_user_scratchpad([&](dnnl::primitive_attr& attr) {
    apply(epilogue, kPerColumn, shape.types.destination, attr);
  });
  const memory::desc source = dense({shape.rows, shape.inputs}, shape.types.source);
  const memory::desc weights({shape.inputs, shape.outputs}, shape.types.weights,
                             memory::format_tag::any);
  const memory::desc destination = dense({shape.rows, shape.outputs}, shape.types.destination);
  const dnnl::matmul::desc description =
      shape.bias ? dnnl::matmul::desc(source, weights, dense({1, shape.outputs}, DataType::f32),
                                      destination)
                 : dnnl::matmul::desc(source, weights, destination);
  const dnnl::matmul::primitive_desc descriptor(description, attributes, engine);
  Primitive primitive = finish<dnnl::matmul>(descriptor);
  primitive.weights = descriptor.weights_desc();
  return primitive;
}

}  // namespace

Primitive make_linear(const PrimitiveMaker& maker, const LinearShape& shape) {
  return made(maker, recipe_of(shape), [&] { return new_linear(maker.engine, shape); });
}

bool has_weight_zero_points(const dnnl::engine& engine) {
  constexpr memory::dim kRows = 16;
  constexpr memory::dim kInputs = 64;
  constexpr memory::dim kOutputs = 16;
  constexpr int kPerColumn = 2;
  try {
    const dnnl::primitive_attr attributes = with_user_scratchpad([&](dnnl::primitive_attr& attr) {
      attr.set_zero_points(DNNL_ARG_WEIGHTS, kPerColumn, std::vector<std::int32_t>(kOutputs, 1));
    });
    return !is_reference(
        finish<dnnl::matmul>({dnnl::matmul::desc(dense({kRows, kInputs}, DataType::u8),
                                                 memory::desc({kInputs, kOutputs}, DataType::s8,
                                                              memory::format_tag::any),
                                                 dense({kRows, kOutputs}, DataType::f32)),
                              attributes, engine}));
  } catch (const dnnl::error&) {
    return false;
  }
}

memory::desc convolution_weights(const ConvolutionShape& shape, DataType type) {
  return dense(convolution_weight_dims(shape), type);
}

namespace {

dnnl::convolution_forward::primitive_desc describe_convolution(const dnnl::engine& engine,
                                                               const ConvolutionShape& shape,
                                                               algorithm chosen,
                                                               const memory::desc& source,
                                                               const memory::desc& destination) {
  constexpr int kPerChannel = 2;
  Epilogue epilogue = shape.epilogue;
  if (epilogue.output_scales.size() == 1)
    epilogue.output_scales.resize(static_cast<std::size_t>(shape.out_channels), 1.0F);
  const dnnl::primitive_attr attributes = with_user_scratchpad([&](dnnl::primitive_attr& attr) {
    apply(epilogue, kPerChannel, shape.types.destination, attr);
    if (shape.source_zero_point != 0)
      attr.set_zero_points(DNNL_ARG_SRC, 0, {shape.source_zero_point});
  });
  const auto end_padding = [&](memory::dim in, memory::dim out) {
    return padding_at_end(in, out, shape.kernel, shape.stride, shape.padding);
  };
  const dnnl::convolution_forward::desc description(
      prop_kind::forward_inference, chosen, source,
      memory::desc(convolution_weight_dims(shape), shape.types.weights, memory::format_tag::any),
      dense({shape.out_channels}, DataType::f32), destination, {shape.stride, shape.stride},
      {shape.padding, shape.padding},
      {end_padding(shape.height, shape.out_height), end_padding(shape.width, shape.out_width)});
  return {description, attributes, engine};
}

Dims source_dims(const ConvolutionShape& shape) {
  return {shape.batch, shape.in_channels, shape.height, shape.width};
}

Dims destination_dims(const ConvolutionShape& shape) {
  return {shape.batch, shape.out_channels, shape.out_height, shape.out_width};
}

}  // namespace

Primitive make_convolution(const PrimitiveMaker& maker, const ConvolutionShape& shape) {
  return made(maker, recipe_of(shape, "convolution"), [&] {
    const auto descriptor =
        describe_convolution(maker.engine, shape, algorithm::convolution_direct,
                             channels_last(source_dims(shape), shape.types.source),
                             channels_last(destination_dims(shape), shape.types.destination));
    Primitive primitive = finish<dnnl::convolution_forward>(descriptor);
    primitive.weights = descriptor.weights_desc();
    return primitive;
  });
}

std::optional<Primitive> make_winograd(const PrimitiveMaker& maker, const ConvolutionShape& shape) {
  try {
    const auto layout = [](const Dims& dims, DataType type) {
      if (type == DataType::f32) return memory::desc(dims, type, memory::format_tag::any);
      return channels_last(dims, type);
    };
    Primitive primitive = made(maker, recipe_of(shape, "winograd"), [&] {
      const auto descriptor =
          describe_convolution(maker.engine, shape, algorithm::convolution_winograd,
                               layout(source_dims(shape), shape.types.source),
                               layout(destination_dims(shape), shape.types.destination));
      Primitive fresh = finish<dnnl::convolution_forward>(descriptor);
      fresh.weights = descriptor.weights_desc();
      fresh.source = descriptor.src_desc();
      fresh.destination = descriptor.dst_desc();
      return fresh;
    });
    if (is_reference(primitive)) return std::nullopt;
    return primitive;
  } catch (const dnnl::error&) {
    return std::nullopt;
  }
}

Primitive make_batched_product(const PrimitiveMaker& maker, const memory::desc& a,
                               const memory::desc& b, const memory::desc& destination,
                               float scale) {
  return made(maker, product_recipe(a, b, destination), [&] {
    const dnnl::primitive_attr attributes = with_user_scratchpad([&](dnnl::primitive_attr& attr) {
      if (scale < 1.0F || scale > 1.0F) attr.set_output_scales(0, {scale});
    });
    return finish<dnnl::matmul>({dnnl::matmul::desc(a, b, destination), attributes, maker.engine});
  });
}

Primitive make_softmax(const PrimitiveMaker& maker, const memory::desc& source,
                       const memory::desc& destination) {
  return made(maker, pass_recipe("softmax", {source, destination}), [&] {
    const dnnl::softmax_v2_forward::desc description(
        prop_kind::forward_inference, algorithm::softmax_accurate, source, destination, 1);
    return finish<dnnl::softmax_v2_forward>({description, plain(), maker.engine});
  });
}

Primitive make_binary(const PrimitiveMaker& maker, ElementwiseProduct kind, const memory::desc& a,
                      const memory::desc& b, const memory::desc& destination) {
  const bool adds = kind == ElementwiseProduct::kAdd;
  return made(maker, pass_recipe(adds ? "add" : "multiply", {a, b, destination}), [&] {
    const algorithm chosen = adds ? algorithm::binary_add : algorithm::binary_mul;
    return finish<dnnl::binary>(
        {dnnl::binary::desc(chosen, a, b, destination), plain(), maker.engine});
  });
}

std::vector<Primitive> make_activation(const PrimitiveMaker& maker, search::Activation activation,
                                       const memory::desc& data) {
  std::vector<Primitive> primitives;
  const auto append = [&](algorithm kind, float alpha, float beta) {
    const std::string name = "eltwise " + std::to_string(static_cast<int>(kind));
    primitives.push_back(made(maker, pass_recipe(name, {data}), [&] {
      const dnnl::eltwise_forward::desc description(prop_kind::forward_inference, kind, data, alpha,
                                                    beta);
      return finish<dnnl::eltwise_forward>({description, plain(), maker.engine});
    }));
  };
  for_each_step(activation, append);
  return primitives;
}

Primitive make_scaling(const PrimitiveMaker& maker, const memory::desc& source,
                       const memory::desc& factor, const memory::desc& destination, float shift) {
  return made(maker, pass_recipe("scale", {source, destination}), [&] {
    const dnnl::primitive_attr attributes = with_user_scratchpad([&](dnnl::primitive_attr& attr) {
      dnnl::post_ops post;
      if (shift < 0.0F || shift > 0.0F)
        post.append_eltwise(1.0F, algorithm::eltwise_linear, 1.0F, shift);
      attr.set_post_ops(post);
    });
    return finish<dnnl::binary>(
        {dnnl::binary::desc(algorithm::binary_mul, source, factor, destination), attributes,
         maker.engine});
  });
}

Primitive make_reorder(const PrimitiveMaker& maker, const memory::desc& source,
                       const memory::desc& destination) {
  return made(maker, pass_recipe("reorder", {source, destination}), [&] {
    return finish<dnnl::reorder>(
        dnnl::reorder::primitive_desc(maker.engine, source, maker.engine, destination, plain()));
  });
}

Primitive make_pool(const PrimitiveMaker& maker, const PoolShape& shape) {
  return made(maker, recipe_of(shape), [&] {
    const algorithm chosen = shape.kind == search::PoolKind::kMax
                                 ? algorithm::pooling_max
                                 : algorithm::pooling_avg_exclude_padding;
    Dims end_padding;
    for (std::size_t i = 0; i < shape.kernel.size(); ++i) {
      const memory::dim in = shape.source.dims()[i + 2];
      const memory::dim out = shape.destination.dims()[i + 2];
      end_padding.push_back(
          padding_at_end(in, out, shape.kernel[i], shape.strides[i], shape.padding[i]));
    }
    const dnnl::pooling_forward::desc description(prop_kind::forward_inference, chosen,
                                                  shape.source, shape.destination, shape.strides,
                                                  shape.kernel, shape.padding, end_padding);
    return finish<dnnl::pooling_forward>({description, plain(), maker.engine});
  });
}

std::string onednn_version() {
  const dnnl_version_t* version = dnnl_version();
  return std::to_string(version->major) + "." + std::to_string(version->minor) + "." +
         std::to_string(version->patch);
}

std::string onednn_isa() {
  switch (dnnl::get_effective_cpu_isa()) {
    case dnnl::cpu_isa::sse41:
      return "sse41";
    case dnnl::cpu_isa::avx:
      return "avx";
    case dnnl::cpu_isa::avx2:
      return "avx2";
    case dnnl::cpu_isa::avx2_vnni:
      return "avx2_vnni";
    case dnnl::cpu_isa::avx512_core:
      return "avx512_core";
    case dnnl::cpu_isa::avx512_core_vnni:
      return "avx512_core_vnni";
    case dnnl::cpu_isa::avx512_core_bf16:
      return "avx512_core_bf16";
    case dnnl::cpu_isa::avx512_core_amx:
      return "avx512_core_amx";
    default:
      return "other";
  }
}

}  // namespace quarry::evaluators
