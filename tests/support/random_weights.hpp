// A safetensors store with made-up weights for every slice that a network uses: for tests of
// execution, where the numbers need no meaning.
#pragma once

#include <cstring>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "evaluators/weights/safetensors.hpp"
#include "search/core/rng.hpp"
#include "search/network/network.hpp"

namespace quarry::test {

inline evaluators::TensorStore random_weights(const search::Network& network, std::uint64_t seed) {
  std::map<std::string, std::vector<std::size_t>> shapes;
  for (const search::Operator& op : network.operators) {
    for (const search::WeightSlice* slice : search::weight_slices(op.kind)) {
      std::vector<std::size_t> shape;
      for (const auto& axis : slice->axes) shape.push_back(axis.back().end);
      shapes[slice->tensor] = shape;
    }
  }
  search::Rng rng(seed);
  std::string header = "{", data;
  for (const auto& [name, shape] : shapes) {
    std::size_t elements = 1;
    std::string sizes;
    for (const std::size_t size : shape) {
      elements *= size;
      sizes += (sizes.empty() ? "" : ",") + std::to_string(size);
    }
    const std::size_t begin = data.size();
    for (std::size_t i = 0; i < elements; ++i) {
      // A variance is never negative.
      const double middle = name.find("var") == std::string::npos ? 0.0 : 1.0;
      const auto value = static_cast<float>(rng.uniform() - 0.5 + middle);
      data.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    header += (header.size() > 1 ? "," : "") +
              ("\"" + name + "\":{\"dtype\":\"F32\",\"shape\":[" + sizes + "],\"data_offsets\":[" +
               std::to_string(begin) + "," + std::to_string(data.size()) + "]}");
  }
  header += "}";
  const std::uint64_t length = header.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  std::string problem;
  auto store = evaluators::TensorStore::parse(bytes + header + data, problem);
  if (!store) throw std::runtime_error(problem);
  return std::move(*store);
}

}  // namespace quarry::test
