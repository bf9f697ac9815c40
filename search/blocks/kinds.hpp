// The block kinds by name, for the registry only; everything else finds them there.
#pragma once

#include "search/blocks/block.hpp"

namespace quarry::search {

BlockKind classifier_head_block();
BlockKind decoder_layer_block();
BlockKind encoder_layer_block();
BlockKind flexible_layer_block();
BlockKind image_tokens_block();
BlockKind patch_embedding_block();
BlockKind token_embedding_block();
BlockKind transformer_encoder_block();
BlockKind vocabulary_head_block();

}  // namespace quarry::search
