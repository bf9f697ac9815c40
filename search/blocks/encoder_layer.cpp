// One encoder layer with separate query, key and value products (Vaswani et al. 2017), elastic in
// heads and feed-forward width as InstaTune and DyNAS-T are: a sub-network keeps the first heads
// and the first neurons. With N tokens, d features, a = heads * head_dim and f = ffn_width: MACs =
// 4 N d a + 2 N^2 a + 2 N d f, parameters = 4 d a + 3 a + d + 2 d f + f + d and 2 for each feature
// that a norm normalises.
//
// Where the norms are:
//   post          after each of the two sums (Vaswani et al.; BERT, HAT)
//   pre           before attention and before the feed-forward (ViT)
//   pre_and_post  as pre, and after the sum of attention (the ViT supernet of DyNAS-T)
//   sub           as pre, and inside, before attention's output product and the second feed-forward
//                 product (BEiT-3; Wang et al. 2022, arXiv 2210.06423)
#include "search/blocks/kinds.hpp"
#include "search/blocks/pieces.hpp"

namespace quarry::search {
namespace {

std::optional<std::string> mismatch(const NetworkBuilder& builder, const OptionValues& values) {
  if (auto problem = expect_tokens(builder)) return problem;
  return width_mismatch(values, "");
}

void append(NetworkBuilder& builder, const std::string& name, const BlockParameters& parameters) {
  const OptionValues& values = parameters.chosen;
  const std::string& placement = values.text("norm");
  const bool before = placement != "post";
  const bool after_attention = placement == "post" || placement == "pre_and_post";
  const bool inside = placement == "sub";
  const auto norm = [&](const char* part, std::size_t input) {
    return builder.layer_norm(name + "." + part, input, values.number("norm_epsilon"));
  };

  const std::size_t input = builder.current();
  const std::size_t source = before ? norm("input_norm", input) : input;
  const std::size_t attention =
      append_attention_layer(builder, parameters,
                             {.name = name,
                              .prefix = "",
                              .input = source,
                              .memory = source,
                              .context_norm = inside ? name + ".context_norm" : ""});
  std::size_t residual = builder.add(name + ".attention_add", input, attention);
  if (after_attention) residual = norm("attention_output_norm", residual);

  const std::size_t inner = before ? norm("ffn_norm", residual) : residual;
  const std::size_t output = append_feed_forward(builder, name, inner, values, inside);
  const std::size_t sum = builder.add(name + ".output_add", residual, output);
  if (!before) norm("output_norm", sum);
  builder.mark(kEncoderOutput);
}

}  // namespace

BlockKind encoder_layer_block() {
  std::vector<OptionSpec> parameters = width_parameters("");
  const auto add = [&](std::vector<OptionSpec> more) {
    parameters.insert(parameters.end(), more.begin(), more.end());
  };
  add(feed_forward_parameters());
  add({{.name = "norm",
        .type = OptionType::kText,
        .fallback = std::string("post"),
        .allowed = {"post", "pre", "pre_and_post", "sub"},
        .help = "where the layer norms are: after the sums, before the sublayers, both, or before "
                "and inside"},
       epsilon_parameter(),
       flag_parameter("packed", "queries, keys and values are one tensor, one below the other"),
       flag_parameter("counts_scaling",
                      "torchprofile counts the scaling of queries as multiplications")});
  add(projection_parameters("", ""));
  add({attention_precision_parameter()});
  return {.name = "encoder_layer",
          .summary =
              "Attention and feed-forward; separate query, key and value products; norms "
              "after, before or inside",
          .parameters = std::move(parameters),
          .mismatch = &mismatch,
          .append = &append};
}

}  // namespace quarry::search
