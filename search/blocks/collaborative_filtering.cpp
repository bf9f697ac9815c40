// Neural matrix factorisation (He et al. 2017, arXiv 1708.05031): a user and an item, each embedded
// twice; the product of one pair beside a perceptron on the other, then one score. Elastic in both
// embeddings and in the perceptron's depth and widths as in LINAS (arXiv 2205.10358). Users and
// items share a table, items after users. With a vocabulary of V, g and p features and widths h_0 =
// 2 p, h_1, ..., h_n: MACs = sum of h_i h_{i+1} + g + h_n, parameters = V (g + p) + sum of (h_i +
// 1) h_{i+1} + g + h_n + 1. A sub-network keeps the first features of everything.
#include "search/blocks/convolutions.hpp"
#include "search/blocks/kinds.hpp"

namespace quarry::search {
namespace {

constexpr std::size_t kMostLayers = 6;
constexpr std::size_t kPair = 2;  // user, item

std::optional<std::string> mismatch(const NetworkBuilder& builder, const OptionValues&) {
  if (builder.reads_token_numbers() && builder.current_shape().sizes[0] == kPair)
    return std::nullopt;
  return "expects two token numbers, a user's and an item's";
}

std::string hidden(std::size_t layer) { return "hidden" + std::to_string(layer); }

// Rows of a table for the user and the item, each as a vector.
std::vector<std::size_t> append_pair(NetworkBuilder& builder, const std::string& name,
                                     std::size_t input, std::size_t vocabulary,
                                     std::size_t features) {
  const std::size_t rows = builder.append(
      {.name = name + ".embedding",
       .kind =
           TokenEmbedding{.vocabulary = vocabulary,
                          .words = first_block(name + ".embedding.weight", vocabulary, features)},
       .inputs = {input},
       .output = {{kPair, features}}});
  std::vector<std::size_t> pair;
  for (std::size_t i = 0; i < kPair; ++i) {
    pair.push_back(builder.append({.name = name + (i == 0 ? ".user" : ".item"),
                                   .kind = TakeToken{i},
                                   .inputs = {rows},
                                   .output = {{features}}}));
  }
  return pair;
}

std::size_t append_joined(NetworkBuilder& builder, const std::string& name, std::size_t a,
                          std::size_t b) {
  const std::size_t features = builder.shape(a).sizes[0] + builder.shape(b).sizes[0];
  return builder.append(
      {.name = name, .kind = Concatenate{}, .inputs = {a, b}, .output = {{features}}});
}

// Columns of a product that reads two vectors, one after the other, each cut to its first entries.
std::vector<Range> joined_columns(std::size_t first, std::size_t largest_first,
                                  std::size_t second) {
  if (first == largest_first) return {{0, first + second}};
  return {{0, first}, {largest_first, largest_first + second}};
}

void append(NetworkBuilder& builder, const std::string& name, const BlockParameters& parameters) {
  const OptionValues& values = parameters.chosen;
  const std::size_t input = builder.current();
  const std::size_t vocabulary = builder.vocabulary();
  const std::size_t gmf = size_of(values, "gmf_features");
  const std::size_t mlp = size_of(values, "mlp_features");

  const auto gmf_pair = append_pair(builder, name + ".gmf", input, vocabulary, gmf);
  const std::size_t product = builder.append(
      {.name = name + ".gmf.product", .kind = Multiply{}, .inputs = gmf_pair, .output = {{gmf}}});
  const auto mlp_pair = append_pair(builder, name + ".mlp", input, vocabulary, mlp);
  std::size_t last = append_joined(builder, name + ".mlp.joined", mlp_pair[0], mlp_pair[1]);
  std::vector<Range> columns =
      joined_columns(mlp, size_of(parameters.largest, "mlp_features"), mlp);
  for (std::size_t layer = 0; layer < size_of(values, "layers"); ++layer) {
    const std::size_t width = size_of(values, hidden(layer));
    const std::string part = name + "." + hidden(layer);
    last = append_dense(builder, part, last,
                        {.in_features = builder.shape(last).sizes[0],
                         .out_features = width,
                         .activation = Activation::kRelu,
                         .weight = {part + ".weight", {{{0, width}}, columns}},
                         .bias = first_entries(part + ".bias", width)},
                        quantization_of(values, hidden(layer)));
    columns = {{0, width}};
  }
  const std::size_t features = builder.shape(last).sizes[0];
  last = append_joined(builder, name + ".joined", product, last);
  columns = joined_columns(gmf, size_of(parameters.largest, "gmf_features"), features);
  append_dense(builder, name + ".score", last,
               {.in_features = gmf + features,
                .out_features = 1,
                .weight = {name + ".score.weight", {{{0, 1}}, columns}},
                .bias = first_entries(name + ".score.bias", 1)},
               quantization_of(values, "score"));
}

}  // namespace

BlockKind collaborative_filtering_block() {
  std::vector<OptionSpec> widths = {
      count_parameter("gmf_features", 32, 1, "features of an embedding that is multiplied"),
      count_parameter("mlp_features", 32, 1, "features of an embedding for the perceptron"),
      {.name = "layers",
       .fallback = std::int64_t{3},
       .min = 1,
       .max = static_cast<double>(kMostLayers),
       .help = "hidden layers of the perceptron"}};
  std::vector<QuantizablePart> parts;
  for (std::size_t layer = 0; layer < kMostLayers; ++layer) {
    widths.push_back(count_parameter(hidden(layer), 64, 1, "neurons of this hidden layer"));
    parts.push_back({hidden(layer), "product of this hidden layer"});
  }
  parts.push_back({"score", "product that makes the score"});
  return {.name = "collaborative_filtering",
          .summary = "Neural matrix factorisation of users and items",
          .parameters = with_quantization(std::move(widths), parts),
          .mismatch = &mismatch,
          .append = &append};
}

}  // namespace quarry::search
