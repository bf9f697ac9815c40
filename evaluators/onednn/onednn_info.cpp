// Tested by tests/evaluators/compiler_test.cpp.
#include "evaluators/onednn/onednn_info.hpp"

#include <cstdint>
#include <dnnl.hpp>
#include <vector>

#include "evaluators/onednn/primitives.hpp"

namespace quarry::evaluators {
namespace {

using search::Precision;

bool can_make(Precision precision) {
  LinearShape shape{.rows = 16, .inputs = 64, .outputs = 64};
  switch (precision) {
    case Precision::kF32:
      break;
    case Precision::kBf16:
      shape.types = {DataType::bf16, DataType::bf16, DataType::bf16};
      break;
    case Precision::kInt8:
    case Precision::kInt8Weights4:
      shape.types = {DataType::u8, DataType::s8, DataType::f32};
      break;
  }
  try {
    return !is_reference(make_linear(dnnl::engine(dnnl::engine::kind::cpu, 0), shape));
  } catch (const dnnl::error&) {
    return false;
  }
}

// 64 products of 255 and 127, summed by the kernel that it picks here.
float sum_of_largest_products() {
  constexpr dnnl::memory::dim kInputs = 64;
  constexpr dnnl::memory::dim kOutputs = 16;
  dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  dnnl::stream stream(engine);
  const Primitive product =
      make_linear(engine, {.rows = 1,
                           .inputs = kInputs,
                           .outputs = kOutputs,
                           .types = {DataType::u8, DataType::s8, DataType::f32}});
  std::vector<std::uint8_t> source(kInputs, 255);
  std::vector<std::int8_t> plain_weights(kInputs * kOutputs, 127);
  std::vector<float> bias(kOutputs);
  std::vector<float> sums(kOutputs);
  dnnl::memory plain(dense({kInputs, kOutputs}, DataType::s8), engine, plain_weights.data());
  dnnl::memory weights(product.weights, engine);
  dnnl::reorder(plain, weights).execute(stream, plain, weights);
  product.primitive.execute(
      stream,
      {{DNNL_ARG_SRC, dnnl::memory(dense({1, kInputs}, DataType::u8), engine, source.data())},
       {DNNL_ARG_WEIGHTS, weights},
       {DNNL_ARG_BIAS, dnnl::memory(dense({1, kOutputs}, DataType::f32), engine, bias.data())},
       {DNNL_ARG_DST, dnnl::memory(dense({1, kOutputs}, DataType::f32), engine, sums.data())},
       {DNNL_ARG_SCRATCHPAD, dnnl::memory(product.scratchpad, engine)}});
  stream.wait();
  return sums.front();
}

}  // namespace

int largest_activation_code() {
  static const int kLargest = sum_of_largest_products() == 64.0F * 255.0F * 127.0F ? 255 : 127;
  return kLargest;
}

std::span<const Precision> executable_precisions() {
  static const std::vector<Precision> kExecutable = [] {
    std::vector<Precision> found;
    for (const Precision precision :
         {Precision::kF32, Precision::kBf16, Precision::kInt8, Precision::kInt8Weights4}) {
      if (can_make(precision)) found.push_back(precision);
    }
    return found;
  }();
  return kExecutable;
}

std::span<const search::WeightScheme> executable_weight_schemes() {
  static const std::vector<search::WeightScheme> kSchemes = [] {
    std::vector<search::WeightScheme> schemes = {{.symmetric = true, .per_channel = true},
                                                 {.symmetric = true, .per_channel = false}};
    if (has_weight_zero_points({dnnl::engine::kind::cpu, 0}))
      schemes.push_back({.symmetric = false, .per_channel = true});
    return schemes;
  }();
  return kSchemes;
}

}  // namespace quarry::evaluators
