// The supernets inside the binary: manifests and weights embedded as they stand in this folder.
#include "search/supernets/supernet.hpp"

extern "C" {
extern const char quarry_embedded_fashion_vit_manifest_begin[];
extern const char quarry_embedded_fashion_vit_manifest_end[];
extern const char quarry_embedded_fashion_vit_weights_begin[];
extern const char quarry_embedded_fashion_vit_weights_end[];
extern const char quarry_embedded_bert_base_sst2_manifest_begin[];
extern const char quarry_embedded_bert_base_sst2_manifest_end[];
extern const char quarry_embedded_bert_base_sst2_quantized_manifest_begin[];
extern const char quarry_embedded_bert_base_sst2_quantized_manifest_end[];
extern const char quarry_embedded_vit_base_imagenet_manifest_begin[];
extern const char quarry_embedded_vit_base_imagenet_manifest_end[];
extern const char quarry_embedded_vit_base_imagenet_quantized_manifest_begin[];
extern const char quarry_embedded_vit_base_imagenet_quantized_manifest_end[];
extern const char quarry_embedded_beit3_base_manifest_begin[];
extern const char quarry_embedded_beit3_base_manifest_end[];
extern const char quarry_embedded_beit3_base_quantized_manifest_begin[];
extern const char quarry_embedded_beit3_base_quantized_manifest_end[];
extern const char quarry_embedded_transformer_lt_wmt_en_de_manifest_begin[];
extern const char quarry_embedded_transformer_lt_wmt_en_de_manifest_end[];
extern const char quarry_embedded_flexibert_manifest_begin[];
extern const char quarry_embedded_flexibert_manifest_end[];
}

namespace quarry::search {

std::vector<BuiltinSupernet> builtin_supernets() {
  return {
      {.manifest = {quarry_embedded_fashion_vit_manifest_begin,
                    quarry_embedded_fashion_vit_manifest_end},
       .weights = {quarry_embedded_fashion_vit_weights_begin,
                   quarry_embedded_fashion_vit_weights_end}},
      {.manifest = {quarry_embedded_bert_base_sst2_manifest_begin,
                    quarry_embedded_bert_base_sst2_manifest_end},
       .weights = {}},
      {.manifest = {quarry_embedded_bert_base_sst2_quantized_manifest_begin,
                    quarry_embedded_bert_base_sst2_quantized_manifest_end},
       .weights = {}},
      {.manifest = {quarry_embedded_vit_base_imagenet_manifest_begin,
                    quarry_embedded_vit_base_imagenet_manifest_end},
       .weights = {}},
      {.manifest = {quarry_embedded_vit_base_imagenet_quantized_manifest_begin,
                    quarry_embedded_vit_base_imagenet_quantized_manifest_end},
       .weights = {}},
      {.manifest = {quarry_embedded_beit3_base_manifest_begin,
                    quarry_embedded_beit3_base_manifest_end},
       .weights = {}},
      {.manifest = {quarry_embedded_beit3_base_quantized_manifest_begin,
                    quarry_embedded_beit3_base_quantized_manifest_end},
       .weights = {}},
      {.manifest = {quarry_embedded_transformer_lt_wmt_en_de_manifest_begin,
                    quarry_embedded_transformer_lt_wmt_en_de_manifest_end},
       .weights = {}},
      {.manifest = {quarry_embedded_flexibert_manifest_begin,
                    quarry_embedded_flexibert_manifest_end},
       .weights = {}},
  };
}

}  // namespace quarry::search
