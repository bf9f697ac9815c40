// The supernets inside the binary: manifests and weights embedded as they stand in this folder, by
// the symbols that search/CMakeLists.txt makes of the folders' names.
#include "search/supernets/supernet.hpp"

#define QUARRY_EMBEDDED(file)                         \
  extern "C" {                                        \
  extern const char quarry_embedded_##file##_begin[]; \
  extern const char quarry_embedded_##file##_end[];   \
  }
#define QUARRY_BYTES(file) \
  { quarry_embedded_##file##_begin, quarry_embedded_##file##_end }

QUARRY_EMBEDDED(fashion_vit_manifest)
QUARRY_EMBEDDED(fashion_vit_weights)
QUARRY_EMBEDDED(bootstrapnas_resnet50_cifar10_manifest)
QUARRY_EMBEDDED(inc_quantization_ofa_resnet50_manifest)
QUARRY_EMBEDDED(ncf_manifest)
QUARRY_EMBEDDED(ofa_mbv3_d234_e346_k357_w1_0_manifest)
QUARRY_EMBEDDED(ofa_mbv3_d234_e346_k357_w1_2_manifest)
QUARRY_EMBEDDED(ofa_proxyless_d234_e346_k357_w1_3_manifest)
QUARRY_EMBEDDED(ofa_resnet50_manifest)

namespace quarry::search {

std::vector<BuiltinSupernet> builtin_supernets() {
  return {
      {.manifest = QUARRY_BYTES(fashion_vit_manifest),
       .weights = QUARRY_BYTES(fashion_vit_weights)},
      {.manifest = QUARRY_BYTES(bootstrapnas_resnet50_cifar10_manifest)},
      {.manifest = QUARRY_BYTES(inc_quantization_ofa_resnet50_manifest)},
      {.manifest = QUARRY_BYTES(ncf_manifest)},
      {.manifest = QUARRY_BYTES(ofa_mbv3_d234_e346_k357_w1_0_manifest)},
      {.manifest = QUARRY_BYTES(ofa_mbv3_d234_e346_k357_w1_2_manifest)},
      {.manifest = QUARRY_BYTES(ofa_proxyless_d234_e346_k357_w1_3_manifest)},
      {.manifest = QUARRY_BYTES(ofa_resnet50_manifest)},
  };
}

}  // namespace quarry::search
