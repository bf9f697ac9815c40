// One layer of FlexiBERT (Tuli et al. 2022, arXiv 2205.11656; JAIR 77): every head mixes tokens in
// a way of its own, one to three feed-forward products stand in a row, and a layer may be wider or
// narrower than the one before it. With N tokens, d = hidden_size, w = d / heads and f the
// feed-forward widths:
//   projection  from e features, where e differs from d: MACs N e d, parameters e d + d
//   sa_sdp      attention by scaled dot products: of a head 3 N d w + 2 N^2 w, 3 (d w + w)
//   sa_wma      by weighted products (Luong et al. 2015): and N w^2 more, w^2
//   l_dft l_dct Fourier or cosine transform over tokens and features: 2 or 1 times N d (N + d) if
//   all
//               heads are so, without parameters; else of the head's value projection
//   c_5 ...     convolution over 5 (9, 13) tokens whose kernel each token makes of itself (Wu et
//   al.
//               2019, arXiv 1901.10430): of a head N d w + N d k + N w k, d w + w + d k + k
//   the rest    N (d^2 + d f1 + f1 f2 + ... + f d), the same without N and the biases, 4 d of two
//   norms
#include "search/blocks/kinds.hpp"
#include "search/blocks/pieces.hpp"

namespace quarry::search {
namespace {

constexpr std::size_t kMostHeads = 12;  // that can be told apart
constexpr std::size_t kMostStacks = 3;

std::string operation_name(std::size_t head) {
  return head == 0 ? "operation" : "operation" + std::to_string(head + 1);
}

std::string width_name(std::size_t stack) {
  return stack == 0 ? "ffn_width" : "ffn_width" + std::to_string(stack + 1);
}

std::optional<std::string> mismatch(const NetworkBuilder& builder, const OptionValues& values) {
  if (auto problem = expect_tokens(builder)) return problem;
  const std::size_t dim = size_of(values, "hidden_size");
  const std::size_t heads = size_of(values, "heads");
  if (dim % heads == 0) return std::nullopt;
  return "cannot cut hidden_size " + std::to_string(dim) + " into " + std::to_string(heads) +
         " heads";
}

// Neighbouring heads that do the same.
struct Run {
  std::string operation;
  std::size_t first = 0;
  std::size_t heads = 0;
};

std::vector<Run> runs_of(const OptionValues& values) {
  std::vector<Run> runs;
  for (std::size_t head = 0; head < size_of(values, "heads"); ++head) {
    const bool told = head > 0 && head < kMostHeads;
    const std::string& own = values.text(operation_name(told ? head : 0));
    const std::string& operation = own == "same" ? values.text("operation") : own;
    if (runs.empty() || runs.back().operation != operation) runs.push_back({operation, head, 0});
    ++runs.back().heads;
  }
  return runs;
}

// Appends the mixing of one run; its operators are called NAME.part, or NAME.part2 and so on for
// later runs, and read the run's rows of the tensors NAME.part.
class Mixer {
 public:
  Mixer(NetworkBuilder& builder, std::string name, const OptionValues& values, std::size_t input)
      : builder_(builder),
        name_(std::move(name)),
        values_(values),
        input_(input),
        tokens_(builder.shape(input).sizes[0]),
        dim_(builder.shape(input).sizes[1]),
        head_dim_(dim_ / size_of(values, "heads")) {}

  std::size_t append(const Run& run, std::size_t number) {
    run_ = &run;
    suffix_ = number == 0 ? "" : std::to_string(number + 1);
    if (run.operation.starts_with("sa_")) return append_attention_heads();
    if (run.operation.starts_with("l_")) return append_transform();
    return append_convolution(std::stoul(run.operation.substr(2)));
  }

 private:
  std::string own(const char* part) const { return name_ + "." + part + suffix_; }

  std::size_t append_projection(const char* part, const std::string& tensor, std::size_t per_head) {
    const std::size_t outputs = run_->heads * per_head;
    const std::vector<Range> rows = {
        {run_->first * per_head, (run_->first + run_->heads) * per_head}};
    return builder_.linear(own(part), input_,
                           {.in_features = dim_,
                            .out_features = outputs,
                            .activation = Activation::kNone,
                            .weight = {name_ + "." + tensor + ".weight", {rows, {{0, dim_}}}},
                            .bias = {name_ + "." + tensor + ".bias", {rows}}},
                           precision_of(values_, std::string(part) + "_precision"));
  }

  std::size_t append_attention_heads() {
    std::size_t query = append_projection("query", "query", head_dim_);
    const std::size_t key = append_projection("key", "key", head_dim_);
    const std::size_t value = append_projection("value", "value", head_dim_);
    const Precision precision = precision_of(values_, "attention_precision");
    if (run_->operation == "sa_wma") {
      WeightSlice matrices{
          name_ + ".weighting",
          {{{run_->first, run_->first + run_->heads}}, {{0, head_dim_}}, {{0, head_dim_}}}};
      query = builder_.append({.name = own("weighting"),
                               .kind = HeadProduct{.heads = run_->heads,
                                                   .head_dim = head_dim_,
                                                   .weight = std::move(matrices)},
                               .inputs = {query},
                               .output = builder_.shape(query),
                               .precision = precision});
    }
    const std::string name = suffix_.empty() ? name_ : name_ + ".attention" + suffix_;
    return append_attention(builder_, name, {query, key, value},
                            {.heads = run_->heads, .head_dim = head_dim_}, 0, precision);
  }

  std::size_t append_transform() {
    const bool all_heads = run_->heads * head_dim_ == dim_;
    const std::size_t from = all_heads ? input_ : append_projection("value", "value", head_dim_);
    const Spectrum spectrum = run_->operation == "l_dft" ? Spectrum::kFourier : Spectrum::kCosine;
    return builder_.append({.name = own("transform"),
                            .kind = SpectralMix{.spectrum = spectrum},
                            .inputs = {from},
                            .output = {{tokens_, run_->heads * head_dim_}}});
  }

  std::size_t append_convolution(std::size_t kernel) {
    const std::size_t value = append_projection("value", "value", head_dim_);
    const std::size_t weights =
        append_projection("kernel", "kernel" + std::to_string(kernel), kernel);
    const std::size_t kernels = builder_.append({.name = own("kernel_softmax"),
                                                 .kind = Softmax{},
                                                 .inputs = {weights},
                                                 .output = {{tokens_, run_->heads, kernel}}});
    return builder_.append({.name = own("convolution"),
                            .kind = SpanConvolution{.heads = run_->heads, .kernel = kernel},
                            .inputs = {value, kernels},
                            .output = {{tokens_, run_->heads * head_dim_}}});
  }

  NetworkBuilder& builder_;
  std::string name_;
  const OptionValues& values_;
  std::size_t input_;
  std::size_t tokens_;
  std::size_t dim_;
  std::size_t head_dim_;
  const Run* run_ = nullptr;
  std::string suffix_;
};

std::size_t append_mixing(NetworkBuilder& builder, const std::string& name,
                          const OptionValues& values, std::size_t input) {
  const std::vector<std::size_t> shape = builder.shape(input).sizes;
  Mixer mixer(builder, name, values, input);
  std::vector<std::size_t> parts;
  for (const Run& run : runs_of(values)) parts.push_back(mixer.append(run, parts.size()));
  if (parts.size() == 1) return parts.front();
  return builder.append({.name = name + ".heads",
                         .kind = Concatenate{.axis = 1},
                         .inputs = parts,
                         .output = {shape}});
}

void append(NetworkBuilder& builder, const std::string& name, const BlockParameters& parameters) {
  const OptionValues& values = parameters.chosen;
  const std::size_t dim = size_of(values, "hidden_size");
  const auto add_and_norm = [&](const std::string& part, std::size_t a, std::size_t b) {
    const std::size_t sum = builder.add(name + "." + part + "_add", a, b);
    return builder.layer_norm(name + "." + part + "_norm", sum, values.number("norm_epsilon"));
  };
  std::size_t input = builder.current();
  if (builder.shape(input).sizes[1] != dim)
    input =
        append_product(builder, name + ".projection", input,
                       {.outputs = dim, .precision = precision_of(values, "projection_precision")});

  const std::size_t mixed = append_mixing(builder, name, values, input);
  const std::size_t attention = append_product(
      builder, name + ".attention_output", mixed,
      {.outputs = dim, .precision = precision_of(values, "attention_output_precision")});
  const std::size_t residual = add_and_norm("attention_output", input, attention);

  std::size_t inner = residual;
  for (std::size_t stack = 0; stack < size_of(values, "ffn_stacks"); ++stack) {
    const std::string number = stack == 0 ? "" : std::to_string(stack + 1);
    inner = append_product(builder, name + ".intermediate" + number, inner,
                           {.outputs = size_of(values, width_name(stack)),
                            .precision = precision_of(values, "intermediate_precision"),
                            .activation = activation_of(values)});
  }
  const std::size_t output =
      append_product(builder, name + ".output", inner,
                     {.outputs = dim, .precision = precision_of(values, "output_precision")});
  add_and_norm("output", residual, output);
  builder.mark(kEncoderOutput);
}

}  // namespace

BlockKind flexible_layer_block() {
  std::vector<OptionSpec> parameters = {
      size_parameter("hidden_size", 256,
                     "features per token; a projection comes first where the "
                     "layer before has another number"),
      size_parameter("heads", 4, "attention heads")};
  for (std::size_t head = 0; head < kMostHeads; ++head) {
    std::vector<std::string> allowed = {"sa_sdp", "sa_wma", "l_dft", "l_dct", "c_5", "c_9", "c_13"};
    if (head > 0) allowed.insert(allowed.begin(), "same");
    parameters.push_back({.name = operation_name(head),
                          .type = OptionType::kText,
                          .fallback = allowed.front(),
                          .allowed = allowed,
                          .help = head == 0 ? "how the heads mix tokens: attention, transform or "
                                              "convolution"
                                            : "of head " + std::to_string(head + 1) +
                                                  ", where it is not that of the others"});
  }
  parameters.push_back({.name = "ffn_stacks",
                        .fallback = std::int64_t{1},
                        .min = 1,
                        .max = kMostStacks,
                        .help = "feed-forward products in a row before the last"});
  for (std::size_t stack = 0; stack < kMostStacks; ++stack)
    parameters.push_back(size_parameter(
        width_name(stack), 512, "neurons of feed-forward product " + std::to_string(stack + 1)));
  parameters.push_back(activation_parameter());
  parameters.push_back(epsilon_parameter());
  for (const auto& [part, what] : {std::pair{"projection", "to the layer's width"},
                                   {"query", "of queries"},
                                   {"key", "of keys"},
                                   {"value", "of values"},
                                   {"kernel", "that makes kernels"},
                                   {"attention_output", "after the heads"},
                                   {"intermediate", "of the feed-forward, all but the last"},
                                   {"output", "of the feed-forward, the last"}}) {
    parameters.push_back(precision_parameter(std::string(part) + "_precision",
                                             "of the product " + std::string(what)));
  }
  parameters.push_back(attention_precision_parameter());
  return {.name = "flexible_layer",
          .summary =
              "FlexiBERT's layer: each head attention, transform or convolution; one to "
              "three feed-forward products",
          .parameters = std::move(parameters),
          .mismatch = &mismatch,
          .append = &append};
}

}  // namespace quarry::search
