// Decides, before anything is compiled, which operators melt into the product before them and which
// products are divided among their readers. A pure pass over the Network that knows no oneDNN, so
// what it decided can be read, printed and tested.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "search/network/network.hpp"

namespace quarry::evaluators {

// What one product (Linear, Convolution) computes, in order: its sum, `activation`, plus
// `residual`, `after_residual`.
struct MeltedProduct {
  std::size_t result = 0;  // the last operator that melted: the value that is written
  search::Activation activation = search::Activation::kNone;
  std::optional<std::size_t> residual;  // summed into this value's own buffer, which nobody reads
                                        // later
  search::Activation after_residual = search::Activation::kNone;
  // Where all readers are attention products that take features of their own: those ranges, each a
  // product and a dense tensor of its own. Empty: not divided.
  std::vector<search::Range> parts;
};

struct FusionPlan {
  std::vector<std::optional<MeltedProduct>> products;  // per operator, where it is a product
  std::vector<std::size_t> made_by;  // per operator: itself, or the product it melted into
};

FusionPlan plan_fusion(const search::Network& network);

// Every operator on its own but for an activation that a product's own kind names: each output
// exists, and nothing is summed into another's buffer.
FusionPlan plan_without_fusion(const search::Network& network);

// Takes back what melted into a product that no kernel can make so.
void separate(FusionPlan& plan, std::size_t product, const search::Network& network);

// Per operator, the operators that read it, in order.
std::vector<std::vector<std::size_t>> readers_of(const search::Network& network);

// The operator whose memory holds this one's output: Tokens only gives it another name where
// channels are stored last.
std::size_t memory_of(const search::Network& network, std::size_t index);

// One line for each product: "conv3 + add + relu -> block.relu", "qkv in 3 parts".
std::string to_text(const FusionPlan& plan, const search::Network& network);

}  // namespace quarry::evaluators
