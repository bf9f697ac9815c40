// Linear and Convolution: one primitive each, with everything that melted into it. Tested by
// tests/evaluators/compiler_test.cpp and compiler_images_test.cpp.
#include <algorithm>

#include "evaluators/onednn/lowering.hpp"
#include "evaluators/onednn/product_weights.hpp"

namespace quarry::evaluators {

using dnnl::memory;
using search::Activation;
using search::Range;

namespace {

// What is the same for both kinds of product while one is lowered.
struct Product {
  std::size_t input = 0;
  Form source = Form::kF32;
  Form destination = Form::kF32;
  MeltedProduct melted;
  bool fold_zero_point = true;
};

DataType weight_type(Form source) { return source == Form::kU8 ? DataType::s8 : data_type(source); }

ProductTypes types_of(const Product& product) {
  return {data_type(product.source), weight_type(product.source), data_type(product.destination)};
}

struct Arithmetic {
  std::vector<float> bias;
  Epilogue epilogue;
};

Arithmetic arithmetic_of(Lowering& state, const Product& product, ProductWeights& weights) {
  const MeltedProduct& melted = product.melted;
  std::vector<float> bias = weights.bias();
  if (product.source != Form::kU8) {
    Epilogue epilogue{.activation = melted.activation, .after_sum = melted.after_residual};
    if (melted.residual) epilogue.sum_scale = 1.0F;
    return {std::move(bias), std::move(epilogue)};
  }
  IntegerSums sums{.scales = weights.rounding().scales,
                   .sums = weights.rounding().sums,
                   .bias = bias,
                   .input = state.scale_of(product.input),
                   .fold_zero_point = product.fold_zero_point,
                   .activation = melted.activation,
                   .after_residual = melted.after_residual};
  const bool to_u8 = product.destination == Form::kU8;
  if (melted.residual) sums.residual = to_u8 ? state.scale_of(*melted.residual) : ActivationScale{};
  if (to_u8) sums.destination = state.scale_of(melted.result);
  IntegerProduct folded = fold(sums);
  return {std::move(folded.bias), std::move(folded.epilogue)};
}

// The buffer that the product writes: a new one, or the residual's, which becomes the result's.
BufferId destination_of(Lowering& state, const Product& product) {
  const MeltedProduct& melted = product.melted;
  if (!melted.residual) return state.make_value(melted.result, product.destination);
  const BufferId buffer = state.value(*melted.residual, product.destination);
  state.set_value(melted.result, product.destination, buffer);
  return buffer;
}

// Tries the product as planned, then with less: without a bf16 destination, which AVX-512 without
// VNNI cannot write behind integers; then on its own, without what melted into it.
template <typename Make>
Primitive make_best(Lowering& state, Product& product, const Make& make) {
  const auto attempt = [&]() -> std::optional<Primitive> {
    try {
      Primitive primitive = make();
      if (!is_reference(primitive)) return primitive;
    } catch (const dnnl::error&) {
      // The next attempt, or the last, says why.
    }
    return std::nullopt;
  };
  if (auto primitive = attempt()) return *primitive;
  if (product.destination == Form::kBf16 || product.destination == Form::kU8) {
    product.destination = Form::kF32;
    if (auto primitive = attempt()) return *primitive;
  }
  if (product.melted.result != state.current()) {
    separate(state.plan(), state.current(), state.network());
    product.melted = *state.plan().products[state.current()];
  }
  return make();
}

Product product_at(Lowering& state) {
  const MeltedProduct& melted = *state.plan().products[state.current()];
  return {.input = state.input(),
          .source = form_of(state.op().precision),
          .destination = state.wanted(melted.result),
          .melted = melted};
}

// One product that makes the features `range` of the result; of an undivided one, all.
void lower_linear(Lowering& state, Product product, const ProductSlices& slices,
                  const std::optional<Range>& range) {
  const BufferId source = state.value(product.input, product.source);
  ProductWeights weights(state, slices);
  Arithmetic arithmetic;
  LinearShape shape{.rows = state.matrix_dims(product.input)[0],
                    .inputs = dim(slices.inputs),
                    .outputs = dim(slices.outputs)};
  const Primitive primitive = make_best(state, product, [&] {
    arithmetic = arithmetic_of(state, product, weights);
    shape.types = types_of(product);
    shape.epilogue = arithmetic.epilogue;
    return make_linear(state.maker(), shape);
  });
  // Stored [outputs, inputs]; multiplied as [inputs, outputs].
  const memory::desc plain =
      strided({shape.inputs, shape.outputs},
              product.source == Form::kU8 ? DataType::s8 : DataType::f32, {1, shape.inputs});
  const memory packed = weights.packed(plain, primitive.weights);
  const BufferId destination =
      range ? state.make_part(product.melted.result, *range, product.destination)
            : destination_of(state, product);
  state.add_step("product", primitive,
                 {{DNNL_ARG_SRC, source, state.matrix(product.input, product.source)},
                  {DNNL_ARG_DST, destination,
                   dense({shape.rows, shape.outputs}, data_type(product.destination))}},
                 {{DNNL_ARG_WEIGHTS, packed},
                  {DNNL_ARG_BIAS, state.builder().constant({1, shape.outputs}, arithmetic.bias)}});
}

ConvolutionShape shape_of(const Lowering& state, const search::Convolution& convolution) {
  const std::vector<std::size_t>& in = state.shape_of(state.input()).sizes;
  const std::vector<std::size_t>& out = state.op().output.sizes;
  return {.batch = dim(state.batch()),
          .in_channels = dim(convolution.in_channels),
          .out_channels = dim(convolution.out_channels),
          .height = dim(in[1]),
          .width = dim(in[2]),
          .out_height = dim(out[1]),
          .out_width = dim(out[2]),
          .kernel = dim(convolution.kernel),
          .stride = dim(convolution.stride),
          .padding = dim(convolution.padding),
          .groups = dim(convolution.groups)};
}

// Where Winograd's algorithm is worth what it costs: README.md, decision 12, says what was
// measured.
bool suits_winograd(const Lowering& state, const ConvolutionShape& shape, const Product& product) {
  const bool integers = product.source == Form::kU8;
  // It knows no zero point, and it rounds integers twice.
  if (integers && (!state.options().integer_winograd || shape.source_zero_point != 0)) return false;
  const memory::dim smallest_image = integers ? 14 : 28;
  const memory::dim fewest_channels = integers ? 128 : 64;
  return product.source != Form::kBf16 && !product.melted.residual && shape.kernel == 3 &&
         shape.stride == 1 && shape.groups == 1 &&
         std::min(shape.height, shape.width) >= smallest_image &&
         std::min(shape.in_channels, shape.out_channels) >= fewest_channels;
}

void add_winograd(Lowering& state, const Product& product, const Primitive& primitive,
                  BufferId source, const memory& weights, const memory& bias) {
  const BufferId blocked = state.builder().new_buffer(primitive.source.get_size());
  state.add_reorder("to blocks", source, state.image(product.input, Form::kF32), blocked,
                    primitive.source);
  const BufferId made = state.builder().new_buffer(primitive.destination.get_size());
  state.add_step(
      "product", primitive,
      {{DNNL_ARG_SRC, blocked, primitive.source}, {DNNL_ARG_DST, made, primitive.destination}},
      {{DNNL_ARG_WEIGHTS, weights}, {DNNL_ARG_BIAS, bias}});
  const BufferId destination = destination_of(state, product);
  state.add_reorder("from blocks", made, primitive.destination, destination,
                    state.image(state.current(), Form::kF32));
}

}  // namespace

void lower(Lowering& state, const search::Linear& linear) {
  const Product product = product_at(state);
  if (state.is_image(product.input))
    state.refuse("it reads the last axis, which an image's channels are not");
  const ProductSlices slices{.weight = linear.weight,
                             .bias = linear.bias,
                             .norm = {},
                             .outputs = linear.out_features,
                             .inputs = linear.in_features};
  if (product.melted.parts.empty()) return lower_linear(state, product, slices, std::nullopt);
  for (const Range& range : product.melted.parts)
    lower_linear(state, product, outputs_of(slices, range), range);
}

void lower(Lowering& state, const search::Convolution& convolution) {
  if (!state.is_image(state.input())) state.refuse("it reads an image, which its input is not");
  Product product = product_at(state);
  ConvolutionShape shape = shape_of(state, convolution);
  const BufferId source = state.value(product.input, product.source);
  if (product.source == Form::kU8) {
    // Where the padding must hold the zero point, the kernel has to know it.
    product.fold_zero_point = convolution.padding == 0;
    if (!product.fold_zero_point)
      shape.source_zero_point = state.scale_of(product.input).zero_point;
  }
  ProductWeights weights(state, {.weight = convolution.weight,
                                 .bias = convolution.bias,
                                 .norm = convolution.norm,
                                 .outputs = convolution.out_channels,
                                 .inputs = convolution.in_channels / convolution.groups *
                                           convolution.kernel * convolution.kernel});
  Arithmetic arithmetic;
  std::optional<Primitive> winograd;
  const Primitive primitive = make_best(state, product, [&] {
    arithmetic = arithmetic_of(state, product, weights);
    shape.types = types_of(product);
    shape.epilogue = arithmetic.epilogue;
    if (suits_winograd(state, shape, product)) winograd = make_winograd(state.maker(), shape);
    return winograd ? *winograd : make_convolution(state.maker(), shape);
  });
  // Winograd's integers are transformed before they are rounded: oneDNN wants them as f32.
  const bool as_bytes = product.source == Form::kU8 && !winograd;
  const memory packed = weights.packed(
      convolution_weights(shape, as_bytes ? DataType::s8 : DataType::f32), primitive.weights);
  const memory bias = state.builder().constant({shape.out_channels}, arithmetic.bias);
  if (winograd && product.source == Form::kF32)
    return add_winograd(state, product, primitive, source, packed, bias);
  const BufferId destination = destination_of(state, product);
  state.add_step("product", primitive,
                 {{DNNL_ARG_SRC, source, state.image(product.input, product.source)},
                  {DNNL_ARG_DST, destination, state.image(state.current(), product.destination)}},
                 {{DNNL_ARG_WEIGHTS, packed}, {DNNL_ARG_BIAS, bias}});
}

}  // namespace quarry::evaluators
