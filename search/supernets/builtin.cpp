// The supernets inside the binary: every folder here with a manifest.json, and its weights where it
// has them. The list is made by search/CMakeLists.txt, one line a folder.
#include "search/supernets/supernet.hpp"

#define QUARRY_EMBEDDED(file)                         \
  extern "C" {                                        \
  extern const char quarry_embedded_##file##_begin[]; \
  extern const char quarry_embedded_##file##_end[];   \
  }
#define QUARRY_SUPERNET(name) QUARRY_EMBEDDED(name##_manifest)
#define QUARRY_SUPERNET_WITH_WEIGHTS(name) \
  QUARRY_SUPERNET(name)                    \
  QUARRY_EMBEDDED(name##_weights)
#include "builtin_supernets.inc"
#undef QUARRY_SUPERNET
#undef QUARRY_SUPERNET_WITH_WEIGHTS

namespace quarry::search {

std::vector<BuiltinSupernet> builtin_supernets() {
#define QUARRY_BYTES(file) \
  { quarry_embedded_##file##_begin, quarry_embedded_##file##_end }
#define QUARRY_SUPERNET(name) {.manifest = QUARRY_BYTES(name##_manifest), .weights = {}},
#define QUARRY_SUPERNET_WITH_WEIGHTS(name) \
  {.manifest = QUARRY_BYTES(name##_manifest), .weights = QUARRY_BYTES(name##_weights)},
  return {
#include "builtin_supernets.inc"
  };
}

}  // namespace quarry::search
