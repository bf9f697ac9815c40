// A file of weights: what is accepted can be read to its last number.
#include <nlohmann/json.hpp>

#include "evaluators/weights/safetensors.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace quarry;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string problem;
  const auto store = evaluators::TensorStore::parse(fuzz::text_of(data, size), problem);
  fuzz::require(store.has_value() == problem.empty(), "a file is read, or its mistake is told");
  if (!store) return 0;
  for (const char* name : {"w", "h", "b", ""}) {
    if (!store->contains(name)) continue;
    search::WeightSlice slice{name, {}};
    std::size_t elements = 1;
    for (const std::size_t length : store->shape(name)) {
      slice.axes.push_back({{0, length}});
      elements *= length;
    }
    // Of no axes there is nothing to walk along.
    if (slice.axes.empty()) continue;
    fuzz::require(!store->mismatch(slice), "a tensor fits its own shape");
    fuzz::require(store->read(slice).size() == elements, "and has as many numbers");
  }
  return 0;
}
