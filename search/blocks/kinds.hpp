// The block kinds by name, for the registry only; everything else finds them there.
#pragma once

#include "search/blocks/block.hpp"

namespace quarry::search {

BlockKind patch_embedding_block();
BlockKind transformer_encoder_block();
BlockKind classifier_head_block();

}  // namespace quarry::search
