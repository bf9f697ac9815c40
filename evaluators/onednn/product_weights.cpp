// Tested by tests/evaluators/weight_cache_test.cpp and the compiler's tests.
#include "evaluators/onednn/product_weights.hpp"

#include <cmath>
#include <cstring>

namespace quarry::evaluators {

using dnnl::memory;
using search::Precision;
using search::Range;
using search::WeightSlice;

namespace {

WeightSlice rows_of(const WeightSlice& slice, const Range& kept) {
  WeightSlice result = slice;
  if (slice.tensor.empty()) return result;
  result.axes[0].clear();
  std::size_t begin = 0;  // of this range among the slice's own rows
  for (const Range& range : slice.axes[0]) {
    const std::size_t end = begin + range.end - range.begin;
    const std::size_t first = std::max(begin, kept.begin);
    const std::size_t last = std::min(end, kept.end);
    if (first < last)
      result.axes[0].push_back({range.begin + first - begin, range.begin + last - begin});
    begin = end;
  }
  return result;
}

}  // namespace

std::string slice_key(const WeightSource& source, const WeightSlice& slice) {
  std::string key = std::to_string(source.identity()) + ":" + slice.tensor;
  for (const std::vector<Range>& axis : slice.axes) {
    key += "[";
    for (const Range& range : axis)
      key += std::to_string(range.begin) + ":" + std::to_string(range.end) + ",";
    key += "]";
  }
  return key;
}

ProductSlices outputs_of(const ProductSlices& slices, const Range& range) {
  ProductSlices result = slices;
  result.weight = rows_of(slices.weight, range);
  result.bias = rows_of(slices.bias, range);
  result.outputs = range.end - range.begin;
  return result;
}

ProductWeights::ProductWeights(Lowering& state, ProductSlices slices)
    : state_(state),
      slices_(std::move(slices)),
      integer_(is_integer(state.op().precision)),
      key_(state.plans_only() ? "" : slice_key(state.weights(), slices_.weight)) {
  if (slices_.norm && !state.plans_only()) {
    key_ += slice_key(state.weights(), slices_.norm->scale) +
            slice_key(state.weights(), slices_.norm->variance) +
            std::to_string(slices_.norm->epsilon);
  }
  if (!integer_) return;
  const search::WeightScheme& scheme = state.op().weight_scheme;
  if (!scheme.symmetric)
    state.refuse("oneDNN " +
                 std::string("2.6 has no fast product with zero points of weights; symmetric "
                             "weights can be run"));
  key_ += state.op().precision == Precision::kInt8 ? ":8" : ":4";
  key_ += scheme.per_channel ? "c" : "t";
}

// What a folded batch norm multiplies each output by.
std::vector<float> ProductWeights::norm_factors() const {
  const std::vector<float> scale = state_.read(slices_.norm->scale);
  const std::vector<float> variance = state_.read(slices_.norm->variance);
  std::vector<float> factors;
  for (std::size_t n = 0; n < slices_.outputs; ++n) {
    const double deviation = std::sqrt(static_cast<double>(variance[n]) + slices_.norm->epsilon);
    factors.push_back(static_cast<float>(static_cast<double>(scale[n]) / deviation));
  }
  return factors;
}

std::vector<float> ProductWeights::bias() {
  if (state_.plans_only()) return {0.0F};
  std::vector<float> bias = state_.read(slices_.bias);
  bias.resize(slices_.outputs);
  if (!slices_.norm) return bias;
  const std::vector<float> factors = norm_factors();
  const std::vector<float> mean = state_.read(slices_.norm->mean);
  const std::vector<float> shift = state_.read(slices_.norm->shift);
  for (std::size_t n = 0; n < slices_.outputs; ++n)
    bias[n] = (bias[n] - mean[n]) * factors[n] + shift[n];
  return bias;
}

const std::vector<float>& ProductWeights::stored() {
  if (stored_) return *stored_;
  stored_ = state_.read(slices_.weight);
  if (!slices_.norm) return *stored_;
  const std::vector<float> factors = norm_factors();
  for (std::size_t n = 0; n < slices_.outputs; ++n) {
    float* const row = stored_->data() + n * slices_.inputs;
    for (std::size_t k = 0; k < slices_.inputs; ++k) row[k] *= factors[n];
  }
  return *stored_;
}

const QuantizedWeights& ProductWeights::quantized() {
  if (!quantized_) {
    quantized_ = quantize_weights(stored(), slices_.outputs, slices_.inputs,
                                  state_.op().precision == Precision::kInt8 ? 8 : 4,
                                  state_.op().weight_scheme.per_channel);
  }
  return *quantized_;
}

const ProductWeights::Rounding& ProductWeights::rounding() {
  if (!rounding_ && state_.plans_only())
    rounding_ = std::make_shared<const Rounding>(Rounding{.scales = {1.0F}, .sums = {0}});
  if (!rounding_) {
    rounding_ = state_.cache().find_or_make<Rounding>("rounding:" + key_, [&] {
      return Rounding{.scales = quantized().scales, .sums = quantized().sums};
    });
  }
  return *rounding_;
}

memory ProductWeights::packed(const memory::desc& plain, const memory::desc& wanted) {
  if (state_.plans_only()) return memory(wanted, state_.engine(), nullptr);
  const std::string key = "packed:" + key_ + ":" + layout_key(wanted);
  const auto made = state_.cache().find_or_make<PackedTensor>(key, [&] {
    memory source(plain, state_.engine(), nullptr);
    std::vector<float> codes;  // as f32, where oneDNN transforms them before it rounds them again
    if (integer_ && plain.data_type() == DataType::f32) {
      codes.assign(quantized().values.begin(), quantized().values.end());
      source.set_data_handle(codes.data());
    } else if (integer_) {
      source.set_data_handle(const_cast<std::int8_t*>(quantized().values.data()));
    } else {
      source.set_data_handle(const_cast<float*>(stored().data()));
    }
    PackedTensor tensor = new_tensor(wanted, state_.engine());
    state_.builder().convert(source, tensor.tensor);
    return tensor;
  });
  state_.builder().keep_alive(made);
  return made->tensor;
}

PackedTensor new_tensor(const memory::desc& layout, const dnnl::engine& engine) {
  auto block = std::make_shared<MemoryBlock>(layout.get_size());
  memory tensor(layout, engine, block->data());
  return {.block = std::move(block), .tensor = std::move(tensor)};
}

std::shared_ptr<const PackedTensor> cached_constant(Lowering& state, const WeightSlice& slice,
                                                    const Dims& dims) {
  if (state.plans_only()) {
    return std::make_shared<const PackedTensor>(PackedTensor{
        .block = nullptr, .tensor = memory(dense(dims, DataType::f32), state.engine(), nullptr)});
  }
  auto made = state.cache().find_or_make<PackedTensor>(
      "constant:" + slice_key(state.weights(), slice), [&] {
        const std::vector<float> values = state.read(slice);
        PackedTensor tensor = new_tensor(dense(dims, DataType::f32), state.engine());
        std::memcpy(tensor.block->data(), values.data(), values.size() * sizeof(float));
        return tensor;
      });
  state.builder().keep_alive(made);
  return made;
}

}  // namespace quarry::evaluators
