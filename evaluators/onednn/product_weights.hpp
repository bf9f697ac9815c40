// The weights of one product, made ready: sliced, a batch norm folded in, rounded if integers, and
// packed as the primitive wants them. What was made once is taken from the cache.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "evaluators/onednn/lowering.hpp"

namespace quarry::evaluators {

struct ProductSlices {
  search::WeightSlice weight;  // outputs first
  search::WeightSlice bias;    // without a name: none
  std::optional<search::BatchNorm> norm;
  std::size_t outputs = 0;
  std::size_t inputs = 0;  // of each output
};

// The slices that make only the outputs `range`.
ProductSlices outputs_of(const ProductSlices& slices, const search::Range& range);

class ProductWeights {
 public:
  // Of the current operator: its precision and scheme say how weights are rounded.
  ProductWeights(Lowering& state, ProductSlices slices);

  // f32, zeros where there is none. Of a plan one number stands for all, here and in rounding().
  std::vector<float> bias();

  struct Rounding {
    std::vector<float> scales;
    std::vector<std::int64_t> sums;
    std::size_t bytes() const { return scales.size() * 12; }
  };
  // Only of an integer operator.
  const Rounding& rounding();

  // In the layout `wanted`; `plain` describes the weights as they are stored, outputs first, in
  // whatever order of axes, as f32 or s8.
  dnnl::memory packed(const dnnl::memory::desc& plain, const dnnl::memory::desc& wanted);

 private:
  const std::vector<float>& stored();
  const QuantizedWeights& quantized();
  std::vector<float> norm_factors() const;

  Lowering& state_;
  ProductSlices slices_;
  bool integer_;
  std::string key_;
  std::optional<std::vector<float>> stored_;
  std::optional<QuantizedWeights> quantized_;
  std::shared_ptr<const Rounding> rounding_;
};

// A tensor with the memory that it lives in, as the cache keeps it.
struct PackedTensor {
  std::shared_ptr<MemoryBlock> block;
  dnnl::memory tensor;
  std::size_t bytes() const { return tensor.get_desc().get_size(); }
};

PackedTensor new_tensor(const dnnl::memory::desc& layout, const dnnl::engine& engine);

// A constant as it is stored, row-major f32, from the cache.
std::shared_ptr<const PackedTensor> cached_constant(Lowering& state,
                                                    const search::WeightSlice& slice,
                                                    const Dims& dims);

// "tensor[0:64,128:192][0:768]" of what source.
std::string slice_key(const WeightSource& source, const search::WeightSlice& slice);

}  // namespace quarry::evaluators
