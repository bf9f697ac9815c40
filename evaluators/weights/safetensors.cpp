// Tested by tests/evaluators/safetensors_test.cpp.
#include "evaluators/weights/safetensors.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>

namespace quarry::evaluators {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxHeaderBytes = 100 * 1024 * 1024;  // the format's own limit

// IEEE 754 half to single, subnormals, infinities and NaN included.
float from_half(std::uint16_t half) {
  const std::uint32_t sign = static_cast<std::uint32_t>(half & 0x8000U) << 16;
  std::uint32_t exponent = (half >> 10) & 0x1FU;
  std::uint32_t mantissa = half & 0x3FFU;
  if (exponent == 0x1F) return std::bit_cast<float>(sign | 0x7F800000U | (mantissa << 13));
  if (exponent == 0) {
    if (mantissa == 0) return std::bit_cast<float>(sign);
    exponent = 1;
    while ((mantissa & 0x400U) == 0) {
      mantissa <<= 1;
      --exponent;
    }
    mantissa &= 0x3FFU;
  }
  return std::bit_cast<float>(sign | ((exponent + 112U) << 23) | (mantissa << 13));
}

std::size_t product(const std::vector<std::size_t>& shape, std::size_t limit, bool& overflow) {
  std::size_t count = 1;
  for (const std::size_t size : shape) {
    if (size != 0 && count > limit / size) {
      overflow = true;
      return 0;
    }
    count *= size;
  }
  return count;
}

std::string shape_text(const std::vector<std::size_t>& shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i)
    text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
  return text + "]";
}

}  // namespace

std::optional<TensorStore> TensorStore::parse(std::string_view bytes, std::string& problem) {
  const auto refuse = [&](const std::string& why) {
    problem = why;
    return std::nullopt;
  };
  if (bytes.size() < 8)
    return refuse("not a safetensors file: shorter than its 8-byte header length");
  std::uint64_t header_length = 0;
  std::memcpy(&header_length, bytes.data(), 8);
  if (header_length > kMaxHeaderBytes || header_length > bytes.size() - 8) {
    return refuse("not a safetensors file: it claims a header of " + std::to_string(header_length) +
                  " bytes but has " + std::to_string(bytes.size()));
  }
  const json header = json::parse(bytes.substr(8, header_length), nullptr, false);
  if (!header.is_object()) return refuse("the safetensors header is not a JSON object");
  const std::size_t data_begin = 8 + header_length;
  const std::size_t data_size = bytes.size() - data_begin;

  TensorStore store;
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") continue;
    const std::string where = "tensor " + name + ": ";
    if (!entry.is_object() || !entry.contains("dtype") || !entry.contains("shape") ||
        !entry.contains("data_offsets")) {
      return refuse(where + "needs dtype, shape and data_offsets");
    }
    Tensor tensor;
    const json& type = entry["dtype"];
    std::size_t width = 2;
    if (type == "F32") {
      width = 4;
    } else if (type == "F16") {
      tensor.type = Type::kF16;
    } else if (type == "BF16") {
      tensor.type = Type::kBf16;
    } else {
      return refuse(where + "dtype must be F32, F16 or BF16");
    }
    const json& shape = entry["shape"];
    const json& offsets = entry["data_offsets"];
    const auto is_count = [](const json& v) { return v.is_number_unsigned(); };
    if (!shape.is_array() || !std::ranges::all_of(shape, is_count))
      return refuse(where + "shape must be a list of sizes");
    if (!offsets.is_array() || offsets.size() != 2 || !std::ranges::all_of(offsets, is_count)) {
      return refuse(where + "data_offsets must be two positions");
    }
    for (const json& size : shape) tensor.shape.push_back(size.get<std::size_t>());
    const auto begin = offsets[0].get<std::size_t>();
    const auto end = offsets[1].get<std::size_t>();
    bool overflow = false;
    const std::size_t elements = product(tensor.shape, data_size, overflow);
    if (overflow || begin > end || end > data_size || end - begin != elements * width) {
      return refuse(where + "data_offsets do not fit its shape and the file");
    }
    tensor.offset = data_begin + begin;
    store.tensors_[name] = std::move(tensor);
  }
  store.bytes_ = bytes;
  store.identity_ = std::hash<std::string_view>{}(bytes);
  return store;
}

std::vector<std::size_t> TensorStore::shape(const std::string& name) const {
  const auto found = tensors_.find(name);
  return found == tensors_.end() ? std::vector<std::size_t>() : found->second.shape;
}

// The kept numbers below one position of the axes before `axis`.
void TensorStore::append(const Tensor& tensor, const search::WeightSlice& slice, std::size_t axis,
                         std::size_t base, std::vector<float>& values) const {
  for (const search::Range& range : slice.axes[axis]) {
    const std::size_t first = base * tensor.shape[axis] + range.begin;
    const std::size_t count = range.end - range.begin;
    if (axis + 1 < slice.axes.size()) {
      for (std::size_t i = 0; i < count; ++i) append(tensor, slice, axis + 1, first + i, values);
      continue;
    }
    const std::size_t begin = values.size();
    values.resize(begin + count);
    float* const out = values.data() + begin;
    const char* const bytes = bytes_.data() + tensor.offset;
    if (tensor.type == Type::kF32) {
      std::memcpy(out, bytes + 4 * first, 4 * count);
      continue;
    }
    for (std::size_t i = 0; i < count; ++i) {
      std::uint16_t raw = 0;
      std::memcpy(&raw, bytes + 2 * (first + i), 2);
      out[i] = tensor.type == Type::kF16
                   ? from_half(raw)
                   : std::bit_cast<float>(static_cast<std::uint32_t>(raw) << 16);
    }
  }
}

std::vector<float> TensorStore::read(const search::WeightSlice& slice) const {
  assert(!mismatch(slice));
  std::vector<float> values;
  values.reserve(slice.elements());
  append(tensors_.at(slice.tensor), slice, 0, 0, values);
  return values;
}

std::optional<std::string> TensorStore::mismatch(const search::WeightSlice& slice) const {
  const auto found = tensors_.find(slice.tensor);
  if (found == tensors_.end()) return "tensor " + slice.tensor + " is missing";
  const std::vector<std::size_t>& shape = found->second.shape;
  bool fits = shape.size() == slice.axes.size();
  std::vector<std::size_t> needed;
  for (std::size_t axis = 0; axis < slice.axes.size(); ++axis) {
    needed.push_back(slice.axes[axis].empty() ? 0 : slice.axes[axis].back().end);
    fits = fits && needed[axis] <= shape[axis];
  }
  if (fits) return std::nullopt;
  return "tensor " + slice.tensor + " has shape " + shape_text(shape) + " but at least " +
         shape_text(needed) + " is used";
}

std::vector<std::string> missing_weights(const search::Network& network,
                                         const TensorStore& weights) {
  std::vector<std::string> missing;
  for (const search::Operator& op : network.operators) {
    for (const search::WeightSlice* slice : search::weight_slices(op.kind)) {
      if (auto problem = weights.mismatch(*slice)) missing.push_back(std::move(*problem));
    }
  }
  return missing;
}

}  // namespace quarry::evaluators
