// The oneDNN 2.6 side of primitives.hpp. Tested by tests/evaluators/compiler_test.cpp.
#include "evaluators/onednn/primitives.hpp"

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
          .scratchpad = descriptor.scratchpad_desc()};
}

void append_activation(dnnl::post_ops& post, search::Activation activation) {
  const auto append = [&](algorithm kind, float alpha, float beta) {
    post.append_eltwise(1.0F, kind, alpha, beta);
  };
  switch (activation) {
    case search::Activation::kNone:
      return;
    case search::Activation::kRelu:
      return append(algorithm::eltwise_relu, 0.0F, 0.0F);
    case search::Activation::kRelu6:
      return append(algorithm::eltwise_clip, 0.0F, 6.0F);
    case search::Activation::kGelu:
      return append(algorithm::eltwise_gelu_erf, 0.0F, 0.0F);
    case search::Activation::kHardSwish:
      return append(algorithm::eltwise_hardswish, 0.0F, 0.0F);
    case search::Activation::kHardSigmoid:  // 2.6 has none of its own
      append(algorithm::eltwise_linear, 1.0F / 6.0F, 0.5F);
      return append(algorithm::eltwise_clip, 0.0F, 1.0F);
    case search::Activation::kTanh:
      return append(algorithm::eltwise_tanh, 0.0F, 0.0F);
  }
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

Primitive make_linear(const dnnl::engine& engine, const LinearShape& shape) {
  const dnnl::primitive_attr attributes = with_user_scratchpad([&](dnnl::primitive_attr& attr) {
    dnnl::post_ops post;
    append_activation(post, shape.activation);
    if (shape.accumulate) post.append_sum(1.0F);
    attr.set_post_ops(post);
    constexpr int kPerColumn = 2;
    if (!shape.output_scales.empty()) attr.set_output_scales(kPerColumn, shape.output_scales);
  });
  const dnnl::matmul::desc description(
      dense({shape.rows, shape.inputs}, shape.source),
      memory::desc({shape.inputs, shape.outputs}, shape.weights, memory::format_tag::any),
      dense({1, shape.outputs}, DataType::f32),
      dense({shape.rows, shape.outputs}, shape.destination));
  const dnnl::matmul::primitive_desc descriptor(description, attributes, engine);
  Primitive primitive = finish<dnnl::matmul>(descriptor);
  primitive.weights = descriptor.weights_desc();
  return primitive;
}

Primitive make_batched_product(const dnnl::engine& engine, const memory::desc& a,
                               const memory::desc& b, const memory::desc& destination,
                               float scale) {
  const dnnl::primitive_attr attributes = with_user_scratchpad([&](dnnl::primitive_attr& attr) {
    if (scale != 1.0F) attr.set_output_scales(0, {scale});
  });
  return finish<dnnl::matmul>({dnnl::matmul::desc(a, b, destination), attributes, engine});
}

Primitive make_softmax(const dnnl::engine& engine, const memory::desc& source,
                       const memory::desc& destination) {
  const dnnl::softmax_v2_forward::desc description(
      prop_kind::forward_inference, algorithm::softmax_accurate, source, destination, 1);
  return finish<dnnl::softmax_v2_forward>({description, plain(), engine});
}

Primitive make_layer_norm(const dnnl::engine& engine, const memory::desc& data, float epsilon) {
  const auto flags = dnnl::normalization_flags::use_scale | dnnl::normalization_flags::use_shift;
  return finish<dnnl::layer_normalization_forward>(
      {dnnl::layer_normalization_forward::desc(prop_kind::forward_inference, data, epsilon, flags),
       plain(), engine});
}

Primitive make_add(const dnnl::engine& engine, const memory::desc& a, const memory::desc& b,
                   const memory::desc& destination) {
  return finish<dnnl::binary>(
      {dnnl::binary::desc(algorithm::binary_add, a, b, destination), plain(), engine});
}

Primitive make_quantize(const dnnl::engine& engine, const memory::desc& source,
                        const memory::desc& factor, const memory::desc& destination,
                        float zero_point) {
  const dnnl::primitive_attr attributes = with_user_scratchpad([&](dnnl::primitive_attr& attr) {
    dnnl::post_ops post;
    if (zero_point != 0.0F) post.append_eltwise(1.0F, algorithm::eltwise_linear, 1.0F, zero_point);
    attr.set_post_ops(post);
  });
  return finish<dnnl::binary>(
      {dnnl::binary::desc(algorithm::binary_mul, source, factor, destination), attributes, engine});
}

Primitive make_reorder(const dnnl::engine& engine, const memory::desc& source,
                       const memory::desc& destination) {
  return finish<dnnl::reorder>(
      dnnl::reorder::primitive_desc(engine, source, engine, destination, plain()));
}

Primitive make_token_mean(const dnnl::engine& engine, const Dims& shape) {
  const memory::dim batch = shape[0];
  const memory::dim tokens = shape[1];
  const memory::dim features = shape[2];
  // Pooling wants channels second; row-major [batch, tokens, features] is its "nwc" layout.
  const memory::desc source =
      strided({batch, features, tokens}, DataType::f32, {tokens * features, 1, features});
  const memory::desc destination =
      strided({batch, features, 1}, DataType::f32, {features, 1, features});
  const dnnl::pooling_forward::desc description(prop_kind::forward_inference,
                                                algorithm::pooling_avg_exclude_padding, source,
                                                destination, {1}, {tokens}, {0}, {0});
  return finish<dnnl::pooling_forward>({description, plain(), engine});
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
