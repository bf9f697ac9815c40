// The supernets inside the binary: manifests and weights embedded as they stand in this folder.
#include "search/supernets/supernet.hpp"

extern "C" {
extern const char quarry_embedded_fashion_vit_manifest_begin[];
extern const char quarry_embedded_fashion_vit_manifest_end[];
extern const char quarry_embedded_fashion_vit_weights_begin[];
extern const char quarry_embedded_fashion_vit_weights_end[];
}

namespace quarry::search {

std::vector<BuiltinSupernet> builtin_supernets() {
  return {
      {.manifest = {quarry_embedded_fashion_vit_manifest_begin,
                    quarry_embedded_fashion_vit_manifest_end},
       .weights = {quarry_embedded_fashion_vit_weights_begin,
                   quarry_embedded_fashion_vit_weights_end}},
  };
}

}  // namespace quarry::search
