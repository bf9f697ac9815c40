// One post-norm decoder layer: causal attention to itself, attention to what the last one, two or
// three encoder layers made (HAT's arbitrary encoder-decoder attention: Wang et al. 2020, arXiv
// 2005.14187, section 3.1), feed-forward. With N tokens here, K of the encoder in all
// (memory_layers times its N), d features here and e there, a and c features of the heads, f =
// ffn_width: MACs = 4 N d a + 2 N^2 a + 2 N d c + 2 K e c + 2 N K c + 2 N d f, parameters = 4 d a +
// 3 a + d + 2 d c + 2 e c
// + 3 c + d + 2 d f + f + d + 6 d.
#include "search/blocks/kinds.hpp"
#include "search/blocks/pieces.hpp"

namespace quarry::search {
namespace {

constexpr const char* kCross = "cross_";

std::optional<std::string> mismatch(const NetworkBuilder& builder, const OptionValues& values) {
  if (auto problem = expect_tokens(builder)) return problem;
  for (const char* prefix : {"", kCross}) {
    if (auto problem = width_mismatch(values, prefix)) return problem;
  }
  if (!builder.in_decoder()) return "needs a token_embedding with \"decoder\" before it";
  const std::size_t wanted = size_of(values, "memory_layers");
  const std::size_t there = builder.marked(kEncoderOutput).size();
  if (wanted <= there) return std::nullopt;
  return "attends to " + std::to_string(wanted) + " encoder layers, but there are " +
         std::to_string(there);
}

// What the last encoder layers made, the last of them first.
std::size_t append_memory(NetworkBuilder& builder, const std::string& name, std::size_t layers) {
  const auto outputs = builder.marked(kEncoderOutput);
  if (layers == 1) return outputs.back();
  const std::vector<std::size_t> last(outputs.rbegin(),
                                      outputs.rbegin() + static_cast<std::ptrdiff_t>(layers));
  const std::vector<std::size_t> one = builder.shape(last.front()).sizes;
  return builder.append({.name = name + ".memory",
                         .kind = Concatenate{.axis = 0},
                         .inputs = last,
                         .output = {{layers * one[0], one[1]}}});
}

void append(NetworkBuilder& builder, const std::string& name, const BlockParameters& parameters) {
  const OptionValues& values = parameters.chosen;
  const auto add_and_norm = [&](const std::string& part, std::size_t a, std::size_t b) {
    const std::size_t sum = builder.add(name + "." + part + "_add", a, b);
    return builder.layer_norm(name + "." + part + "_norm", sum, values.number("norm_epsilon"));
  };
  const std::size_t input = builder.current();
  const std::size_t memory = append_memory(builder, name, size_of(values, "memory_layers"));
  const std::size_t own = append_attention_layer(builder, parameters,
                                                 {.name = name + ".self",
                                                  .prefix = "",
                                                  .input = input,
                                                  .memory = input,
                                                  .causal = true,
                                                  .context_norm = ""});
  const std::size_t first = add_and_norm("self", input, own);
  const std::size_t other = append_attention_layer(builder, parameters,
                                                   {.name = name + ".cross",
                                                    .prefix = kCross,
                                                    .input = first,
                                                    .memory = memory,
                                                    .context_norm = ""});
  const std::size_t second = add_and_norm("cross", first, other);
  const std::size_t output = append_feed_forward(builder, name, second, values, false);
  add_and_norm("output", second, output);
}

}  // namespace

BlockKind decoder_layer_block() {
  std::vector<OptionSpec> parameters = width_parameters("");
  const auto add = [&](std::vector<OptionSpec> more) {
    parameters.insert(parameters.end(), more.begin(), more.end());
  };
  add(width_parameters(kCross));
  add({size_parameter("memory_layers", 1, "how many of the last encoder layers are attended to")});
  add(feed_forward_parameters());
  add({epsilon_parameter(),
       flag_parameter("packed", "queries, keys and values are one tensor, one below the other"),
       flag_parameter("counts_scaling",
                      "torchprofile counts the scaling of queries as multiplications")});
  add(projection_parameters("", ", of attention to itself"));
  add(projection_parameters(kCross, ", of attention to the encoder"));
  add({attention_precision_parameter()});
  return {.name = "decoder_layer",
          .summary = "Post-norm attention to itself and to the last encoder layers, feed-forward",
          .parameters = std::move(parameters),
          .mismatch = &mismatch,
          .append = &append};
}

}  // namespace quarry::search
