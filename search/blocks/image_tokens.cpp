// Vision Transformer's entry with channels and a class token (Dosovitskiy et al. 2020, arXiv
// 2010.11929, section 3.1): a convolution whose stride is its kernel, the class token before its
// outputs, learned positions. With P patches of p x p pixels in c channels: MACs = P c p^2 dim,
// parameters = c p^2 dim + dim, dim of the class token, (P + 1) dim of the positions.
#include "search/blocks/kinds.hpp"
#include "search/blocks/pieces.hpp"

namespace quarry::search {
namespace {

std::optional<std::string> mismatch(const NetworkBuilder& builder, const OptionValues& values) {
  if (auto problem = expect_image(builder)) return problem;
  const std::vector<std::size_t>& image = builder.current_shape().sizes;
  const std::size_t patch = size_of(values, "patch");
  if (image[1] % patch == 0 && image[2] % patch == 0) return std::nullopt;
  return "patch " + std::to_string(patch) + " does not divide the image " +
         std::to_string(image[1]) + " x " + std::to_string(image[2]);
}

void append(NetworkBuilder& builder, const std::string& name, const BlockParameters& parameters) {
  const OptionValues& values = parameters.chosen;
  const std::vector<std::size_t> image = builder.current_shape().sizes;
  const std::size_t patch = size_of(values, "patch");
  const std::size_t dim = size_of(values, "dim");
  const std::size_t rows = image[1] / patch;
  const std::size_t columns = image[2] / patch;
  Convolution convolution{
      .in_channels = image[0],
      .out_channels = dim,
      .kernel = patch,
      .stride = patch,
      .weight = {name + ".patch.weight", {{{0, dim}}, {{0, image[0]}}, {{0, patch}}, {{0, patch}}}},
      .bias = first_entries(name + ".patch.bias", dim),
      .norm = std::nullopt};
  const std::size_t patches = builder.append({.name = name + ".patch",
                                              .kind = std::move(convolution),
                                              .inputs = {builder.current()},
                                              .output = {{dim, rows, columns}},
                                              .precision = precision_of(values, "precision")});
  std::size_t tokens = rows * columns;
  std::size_t sequence = builder.append({.name = name + ".sequence",
                                         .kind = Tokens{},
                                         .inputs = {patches},
                                         .output = {{tokens, dim}}});
  if (values.flag("class_token")) {
    ++tokens;
    sequence = builder.append({.name = name + ".class_token",
                               .kind = ClassToken{first_block(name + ".class_token", 1, dim)},
                               .inputs = {sequence},
                               .output = {{tokens, dim}}});
  }
  const std::size_t first = size_of(values, "first_position");
  builder.append(
      {.name = name + ".positions",
       .kind = PositionEmbedding{{name + ".positions", {{{first, first + tokens}}, {{0, dim}}}}},
       .inputs = {sequence},
       .output = {{tokens, dim}}});
}

}  // namespace

BlockKind image_tokens_block() {
  return {
      .name = "image_tokens",
      .summary = "Image to tokens: patch convolution, class token, learned positions",
      .parameters = {size_parameter("patch", 16, "side of a patch, pixels"),
                     size_parameter("dim", 768, "features per token"),
                     {.name = "class_token",
                      .type = OptionType::kFlag,
                      .fallback = true,
                      .help = "a learned token before the patches"},
                     size_parameter("first_position", 0,
                                    "row of the stored positions that the first token reads", 0),
                     precision_parameter("precision", "of the patch convolution")},
      .mismatch = &mismatch,
      .append = &append};
}

}  // namespace quarry::search
