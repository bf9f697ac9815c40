// The block kinds by name, for the registry only; everything else finds them there.
#pragma once

#include "search/blocks/block.hpp"

namespace quarry::search {

BlockKind bottleneck_block();
BlockKind classifier_head_block();
BlockKind collaborative_filtering_block();
BlockKind convolution_block();
BlockKind decoder_layer_block();
BlockKind encoder_layer_block();
BlockKind image_classifier_block();
BlockKind flexible_layer_block();
BlockKind image_tokens_block();
BlockKind mbconv_block();
BlockKind patch_embedding_block();
BlockKind pool_block();
BlockKind resnet_stem_block();
BlockKind token_embedding_block();
BlockKind transformer_encoder_block();
BlockKind vocabulary_head_block();

}  // namespace quarry::search
