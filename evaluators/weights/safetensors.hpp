// Reads safetensors: an 8-byte little-endian header length, a JSON header of names, types, shapes
// and offsets, then raw tensors. Every length and offset is checked before it is used; the file may
// come from a user.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evaluators/weights/weight_source.hpp"
#include "search/network/network.hpp"

namespace quarry::evaluators {

// Tensors of one file, by name, converted to f32 on reading. Holds its own copy of the bytes.
// Immutable.
class TensorStore final : public WeightSource {
 public:
  // Nothing, and why in `problem`, when the bytes are not a sound file of F32, F16 or BF16 tensors.
  static std::optional<TensorStore> parse(std::string_view bytes, std::string& problem);

  bool contains(const std::string& name) const { return tensors_.contains(name); }
  // Empty when there is no such tensor.
  std::vector<std::size_t> shape(const std::string& name) const;

  std::vector<float> read(const search::WeightSlice& slice) const override;
  std::optional<std::string> mismatch(const search::WeightSlice& slice) const override;
  std::uint64_t identity() const override { return identity_; }  // a hash of the file

 private:
  enum class Type { kF32, kF16, kBf16 };
  struct Tensor {
    Type type = Type::kF32;
    std::vector<std::size_t> shape;
    std::size_t offset = 0;
  };

  void append(const Tensor& tensor, const search::WeightSlice& slice, std::size_t axis,
              std::size_t base, std::vector<float>& values) const;

  std::string bytes_;
  std::uint64_t identity_ = 0;
  std::map<std::string, Tensor> tensors_;
};

// Every slice of the network that the store does not hold, one sentence each.
std::vector<std::string> missing_weights(const search::Network& network,
                                         const TensorStore& weights);

}  // namespace quarry::evaluators
