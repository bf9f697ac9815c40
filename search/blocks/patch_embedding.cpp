// Vision Transformer's entry (Dosovitskiy et al. 2020, arXiv 2010.11929, section 3.1): patches, a
// linear embedding, learned positions; no class token. Cost: one linear operator of patch^2 inputs,
// MACs = tokens * patch^2 * dim.
#include "search/blocks/kinds.hpp"
#include "search/blocks/pieces.hpp"

namespace quarry::search {
namespace {

std::size_t patch_of(const OptionValues& values) {
  return static_cast<std::size_t>(values.integer("patch"));
}

std::optional<std::string> mismatch(const NetworkBuilder& builder, const OptionValues& values) {
  const TensorShape& input = builder.current_shape();
  if (input.sizes.size() != 2)
    return "expects an image [height, width], got one of " + std::to_string(input.sizes.size()) +
           " axes";
  const std::size_t patch = patch_of(values);
  if (input.sizes[0] % patch != 0 || input.sizes[1] % patch != 0) {
    return "patch " + std::to_string(patch) + " does not divide the image " +
           std::to_string(input.sizes[0]) + " x " + std::to_string(input.sizes[1]);
  }
  return std::nullopt;
}

void append(NetworkBuilder& builder, const std::string& name, const BlockParameters& parameters) {
  const std::size_t patch = patch_of(parameters.chosen);
  const auto dim = static_cast<std::size_t>(parameters.chosen.integer("dim"));
  const TensorShape image = builder.current_shape();
  const std::size_t tokens = (image.sizes[0] / patch) * (image.sizes[1] / patch);
  const std::size_t pixels = patch * patch;
  const std::size_t cut = builder.append({.name = name + ".patchify",
                                          .kind = Patchify{.patch = patch},
                                          .inputs = {builder.current()},
                                          .output = {{tokens, pixels}}});
  const std::size_t embedded =
      append_product(builder, name + ".embedding", cut,
                     {.outputs = dim, .precision = precision_of(parameters.chosen, "precision")});
  builder.append({.name = name + ".position",
                  .kind = PositionEmbedding{first_block(name + ".position", tokens, dim)},
                  .inputs = {embedded},
                  .output = {{tokens, dim}}});
}

}  // namespace

BlockKind patch_embedding_block() {
  return {.name = "patch_embedding",
          .summary = "Image to tokens: square patches, linear embedding, learned positions",
          .parameters = {{.name = "patch",
                          .fallback = std::int64_t{4},
                          .min = 1,
                          .max = 64,
                          .help = "side of a patch, pixels"},
                         {.name = "dim",
                          .fallback = std::int64_t{64},
                          .min = 1,
                          .max = 65536,
                          .help = "features per token"},
                         precision_parameter("precision", "of the embedding")},
          .mismatch = &mismatch,
          .append = &append};
}

}  // namespace quarry::search
