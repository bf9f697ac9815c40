// Every block kind, one line each.
#include <cassert>

#include "search/blocks/block.hpp"
#include "search/blocks/kinds.hpp"

namespace quarry::search {

std::span<const BlockKind> block_registry() {
  static const std::vector<BlockKind> kKinds = {
      patch_embedding_block(),
      transformer_encoder_block(),
      classifier_head_block(),
      convolution_block(),
      pool_block(),
      mbconv_block(),
      resnet_stem_block(),
      bottleneck_block(),
      image_classifier_block(),
      collaborative_filtering_block(),
      token_embedding_block(),
      image_tokens_block(),
      encoder_layer_block(),
      decoder_layer_block(),
      vocabulary_head_block(),
      flexible_layer_block(),
  };
  return kKinds;
}

const BlockKind* find_block(std::string_view name) {
  for (const BlockKind& kind : block_registry()) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

OptionSpec precision_parameter(const std::string& name, const std::string& help) {
  return {.name = name,
          .type = OptionType::kText,
          .fallback = std::string("f32"),
          .allowed = {"f32", "bf16", "int8", "int8_w4"},
          .help = help};
}

Precision precision_of(const OptionValues& values, std::string_view name) {
  Precision precision = Precision::kF32;
  [[maybe_unused]] const bool known = parse_precision(values.text(name), precision);
  assert(known);
  return precision;
}

std::size_t size_of(const OptionValues& values, std::string_view name) {
  return static_cast<std::size_t>(values.integer(name));
}

Activation activation_of(const OptionValues& values) {
  Activation activation = Activation::kNone;
  [[maybe_unused]] const bool known = parse_activation(values.text("activation"), activation);
  assert(known);
  return activation;
}

namespace {

std::optional<std::string> expect_axes(const NetworkBuilder& builder, std::size_t axes,
                                       const char* what) {
  if (builder.reads_token_numbers())
    return std::string("expects ") + what + ", got token numbers: put a token_embedding before it";
  const std::size_t got = builder.current_shape().sizes.size();
  if (got == axes) return std::nullopt;
  return std::string("expects ") + what + ", got a tensor of " + std::to_string(got) +
         (got == 1 ? " axis" : " axes");
}

}  // namespace

std::optional<std::string> expect_tokens(const NetworkBuilder& builder) {
  return expect_axes(builder, 2, "a tensor [tokens, features]");
}

std::optional<std::string> expect_image(const NetworkBuilder& builder) {
  return expect_axes(builder, 3, "an image [channels, height, width]");
}

}  // namespace quarry::search
