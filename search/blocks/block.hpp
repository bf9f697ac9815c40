// The vocabulary of supernets: a block kind turns a few parameters into operators. A manifest names
// block kinds; each parameter there is a constant or a gene, so whatever a block takes as a
// parameter can be searched.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "predictors/options.hpp"
#include "search/network/network_builder.hpp"

namespace quarry::search {

struct BlockParameters {
  OptionValues chosen;   // of this sub-network
  OptionValues largest;  // of the supernet: what the stored tensors are sized for
};

struct BlockKind {
  std::string name;
  std::string summary;
  std::vector<OptionSpec> parameters;

  // Why the block cannot read what builder.current() is with these parameters; nothing if it can.
  std::optional<std::string> (*mismatch)(const NetworkBuilder& builder,
                                         const OptionValues& parameters);

  // Appends the block's operators, reading builder.current(). Operators are called NAME.part and
  // use the tensors NAME.part.weight and NAME.part.bias. Precondition: no mismatch.
  void (*append)(NetworkBuilder& builder, const std::string& name,
                 const BlockParameters& parameters);
};

std::span<const BlockKind> block_registry();

// nullptr when there is none of that name.
const BlockKind* find_block(std::string_view name);

// A parameter that takes the precision of one operator.
OptionSpec precision_parameter(const std::string& name, const std::string& help);
Precision precision_of(const OptionValues& values, std::string_view name);
// A whole number that is a size; the parameter "activation".
std::size_t size_of(const OptionValues& values, std::string_view name);
Activation activation_of(const OptionValues& values);

// "expects [tokens, features], got a tensor of 3 axes": for blocks that read a sequence of tokens.
std::optional<std::string> expect_tokens(const NetworkBuilder& builder);
// The same for images [channels, height, width].
std::optional<std::string> expect_image(const NetworkBuilder& builder);

}  // namespace quarry::search
