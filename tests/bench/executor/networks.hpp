// The four networks that executors are compared on, as their authors published them, operator by
// operator. Tested by tests/evaluators/bench_networks_test.cpp: shapes, MACs and parameters.
#pragma once

#include <cstddef>
#include <vector>

#include "search/core/rng.hpp"
#include "search/network/network.hpp"

namespace quarry::bench {

// An encoder layer of BERT-base; a sub-network keeps the first heads and the first neurons.
struct BertLayer {
  std::size_t heads = 12;
  std::size_t ffn_width = 3072;
};

// BERT-base's encoder (Devlin et al. 2019) over 128 embedded tokens of 768 features: their layer
// norm, then post-norm layers with separate products for queries, keys and values.
search::Network bert_encoder(const std::vector<BertLayer>& layers);
search::Network bert_base();  // 12 whole layers

// 6 to 12 layers of 6, 8, 10 or 12 heads and 1024, 2048 or 3072 neurons; every product at one of
// the given precisions.
search::Network random_bert(const std::vector<search::Precision>& precisions, search::Rng& rng);

// torchvision's resnet50 ("v1.5": the stride is in the 3x3 convolution), 224x224.
search::Network resnet50();

// torchvision's mobilenet_v3_large, 224x224.
search::Network mobilenet_v3_large();

// ViT-B/16 (Dosovitskiy et al. 2021), 224x224, 1000 classes.
search::Network vit_b16();

// The same network with every product by weights at one precision; in bf16 the attention products
// too.
search::Network at_precision(search::Network network, search::Precision precision);

}  // namespace quarry::bench
