// Cost rules, one per operator kind. Tested by tests/search/cost_test.cpp against ViT-B's published
// figures.
#include "search/network/cost.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace quarry::search {
namespace {

std::int64_t count(std::size_t size) { return static_cast<std::int64_t>(size); }

struct Weights {
  std::int64_t outputs = 0;
  std::int64_t inputs = 0;  // per output
};

std::int64_t weight_bytes(const Operator& op, const Weights& weights) {
  constexpr std::int64_t kScale = 4;
  constexpr std::int64_t kZeroPoint = 4;
  const auto [outputs, inputs] = weights;
  const std::int64_t scales = op.weight_scheme.per_channel ? outputs : 1;
  const std::int64_t rounding =
      scales * (kScale + (op.weight_scheme.symmetric ? 0 : kZeroPoint)) + kScale + kZeroPoint;
  switch (op.precision) {
    case Precision::kF32:
      return 4 * outputs * inputs;
    case Precision::kBf16:
      return 2 * outputs * inputs;
    case Precision::kInt8:
      return outputs * inputs + rounding;
    case Precision::kInt8Weights4:
      return outputs * ((inputs + 1) / 2) + rounding;
  }
  return 0;
}

Cost stored_f32(std::size_t elements) {
  return {.params = count(elements), .model_size_bytes = 4 * count(elements)};
}

// A kind without a rule does not compile: unknown must not become zero.
struct CostRule {
  const Operator& op;
  const Network& network;

  std::int64_t elements() const { return count(op.output.elements()); }
  const TensorShape& input(std::size_t which = 0) const {
    const std::size_t index = op.inputs[which];
    return index == kNetworkInput ? network.input : network.operators[index].output;
  }
  // Only hard swish multiplies its input by something.
  std::int64_t multiplications(Activation activation) const {
    return activation == Activation::kHardSwish ? elements() : 0;
  }

  Cost operator()(const Patchify&) const { return {}; }
  Cost operator()(const Tokens&) const { return {}; }
  Cost operator()(const Concatenate&) const { return {}; }
  Cost operator()(const Cache&) const { return {}; }
  Cost operator()(const Softmax&) const { return {}; }
  Cost operator()(const Add&) const { return {}; }
  Cost operator()(const Pool&) const { return {}; }
  Cost operator()(const TokenMean&) const { return {}; }
  Cost operator()(const TakeToken&) const { return {}; }
  Cost operator()(const Multiply&) const { return {.elementwise_macs = elements()}; }
  Cost operator()(const Activate& activate) const {
    return {.elementwise_macs = multiplications(activate.activation)};
  }
  Cost operator()(const PositionEmbedding& position) const {
    return stored_f32(position.table.elements());
  }
  Cost operator()(const ClassToken& token) const { return stored_f32(token.token.elements()); }
  Cost operator()(const LayerNorm& norm) const {
    Cost cost = stored_f32(norm.scale.elements() + norm.shift.elements());
    cost.elementwise_macs = elements();
    return cost;
  }
  Cost operator()(const TokenEmbedding& embedding) const {
    Cost cost = stored_f32(embedding.words.elements() + embedding.positions.elements() +
                           embedding.types.elements());
    if (embedding.scale < 1.0 || embedding.scale > 1.0) cost.elementwise_macs = elements();
    return cost;
  }
  // As torchprofile sees it: a mean over the width, then one over the height.
  Cost operator()(const GlobalAverage&) const {
    const std::vector<std::size_t>& sizes = input().sizes;
    return {.elementwise_macs = count(sizes[0] * sizes[1] + sizes[0])};
  }

  Cost operator()(const Linear& linear) const {
    const Weights weights{count(linear.out_features), count(linear.in_features)};
    const std::int64_t biases = count(linear.bias.elements());
    return {.macs = elements() * weights.inputs,
            .elementwise_macs = multiplications(linear.activation),
            .params = weights.outputs * weights.inputs + biases,
            .model_size_bytes = weight_bytes(op, weights) + 4 * biases};
  }

  Cost operator()(const Convolution& convolution) const {
    const Weights weights{count(convolution.out_channels),
                          count(convolution.in_channels / convolution.groups * convolution.kernel *
                                convolution.kernel)};
    const std::int64_t biases = count(convolution.bias.elements());
    const std::int64_t norm = convolution.norm ? 2 * weights.outputs : 0;
    const std::int64_t folded = convolution.norm ? weights.outputs : biases;
    return {.macs = elements() * weights.inputs,
            .elementwise_macs = multiplications(convolution.activation),
            .params = weights.outputs * weights.inputs + biases + norm,
            .model_size_bytes = weight_bytes(op, weights) + 4 * folded};
  }

  Cost operator()(const AttentionScores& scores) const {
    const std::int64_t queries = count(op.output.sizes[1] * scores.heads * scores.head_dim);
    return {.macs = elements() * count(scores.head_dim),
            .elementwise_macs = scores.counts_scaling ? queries : 0};
  }
  Cost operator()(const AttentionContext&) const {
    return {.macs = elements() * count(input(0).sizes.back())};
  }
  Cost operator()(const HeadProduct& product) const {
    Cost cost = stored_f32(product.weight.elements());
    cost.macs = elements() * count(product.head_dim);
    return cost;
  }
  // The Fourier transform takes two products over the features (real, imaginary) and two over the
  // tokens, of which the real part keeps their difference; the cosine transform one of each.
  Cost operator()(const SpectralMix& mix) const {
    const std::vector<std::size_t>& sizes = op.output.sizes;
    const std::int64_t parts = mix.spectrum == Spectrum::kFourier ? 2 : 1;
    return {.macs = parts * elements() * count(sizes[0] + sizes[1])};
  }
  Cost operator()(const SpanConvolution& span) const {
    return {.macs = elements() * count(span.kernel)};
  }
};

std::int64_t bytes_per_element(Precision precision) {
  switch (precision) {
    case Precision::kF32:
      return 4;
    case Precision::kBf16:
      return 2;
    case Precision::kInt8:
    case Precision::kInt8Weights4:
      return 1;
  }
  return 4;
}

std::size_t common_entries(const std::vector<Range>& a, const std::vector<Range>& b) {
  std::size_t common = 0;
  for (const Range& x : a) {
    for (const Range& y : b) {
      const std::size_t begin = std::max(x.begin, y.begin);
      const std::size_t end = std::min(x.end, y.end);
      if (begin < end) common += end - begin;
    }
  }
  return common;
}

// Tied embeddings are stored once: what a slice has in common with one that was counted before.
class StoredTensors {
 public:
  explicit StoredTensors(std::size_t expected) { slices_.reserve(expected); }

  std::int64_t count_again(const WeightSlice& slice) {
    const auto [begin, end] = slices_.equal_range(slice.tensor);
    std::size_t most = 0;
    for (auto earlier = begin; earlier != end; ++earlier) {
      const WeightSlice& other = *earlier->second;
      if (other.axes.size() != slice.axes.size()) continue;
      std::size_t common = 1;
      for (std::size_t axis = 0; axis < slice.axes.size(); ++axis)
        common *= common_entries(slice.axes[axis], other.axes[axis]);
      most = std::max(most, common);
    }
    slices_.emplace(slice.tensor, &slice);
    return count(most);
  }

 private:
  std::unordered_multimap<std::string_view, const WeightSlice*> slices_;
};

}  // namespace

Cost& Cost::operator+=(const Cost& other) {
  macs += other.macs;
  elementwise_macs += other.elementwise_macs;
  params += other.params;
  model_size_bytes += other.model_size_bytes;
  return *this;
}

std::string_view to_text(MacConvention convention) {
  return convention == MacConvention::kFvcore ? "fvcore" : "torchprofile";
}

std::int64_t macs(const Cost& cost, MacConvention convention) {
  return cost.macs + (convention == MacConvention::kTorchprofile ? cost.elementwise_macs : 0);
}

Cost cost_of(const Operator& op, const Network& network) {
  return std::visit(CostRule{op, network}, op.kind);
}

Cost cost_of(const Network& network) {
  return cost_of(network, [](const Operator&) { return true; });
}

Cost cost_of(const Network& network, const std::function<bool(const Operator&)>& counted) {
  Cost total;
  StoredTensors stored(2 * network.operators.size());
  for (const Operator& op : network.operators) {
    if (!counted(op)) continue;
    total += cost_of(op, network);
    if (op.precision != Precision::kF32) continue;  // another form of the numbers is another tensor
    for (const WeightSlice* slice : weight_slices(op.kind)) {
      const std::int64_t again = stored.count_again(*slice);
      total.params -= again;
      total.model_size_bytes -= 4 * again;
    }
  }
  return total;
}

std::int64_t peak_activation_bytes(const Network& network) {
  const std::size_t steps = network.operators.size();
  // A value that several read is kept as the widest of them wants it; the network's result is f32.
  std::vector<std::size_t> last_reader(steps);
  std::vector<std::int64_t> width(steps);
  for (std::size_t reader = 0; reader < steps; ++reader) {
    last_reader[reader] = reader;
    for (const std::size_t input : network.operators[reader].inputs) {
      if (input == kNetworkInput) continue;
      last_reader[input] = reader;
      width[input] = std::max(width[input], bytes_per_element(network.operators[reader].precision));
    }
  }
  std::vector<std::int64_t> freed(steps + 1);  // before a step
  std::int64_t alive = 4 * count(network.input.elements());
  std::int64_t peak = alive;
  for (std::size_t step = 0; step < steps; ++step) {
    const std::int64_t bytes =
        count(network.operators[step].output.elements()) * (width[step] > 0 ? width[step] : 4);
    alive += bytes - freed[step];
    freed[last_reader[step] + 1] += bytes;
    peak = std::max(peak, alive);
  }
  return peak;
}

double int8_share(const Network& network) {
  std::int64_t all = 0;
  std::int64_t integer = 0;
  for (const Operator& op : network.operators) {
    if (!is_quantizable(op)) continue;
    const std::int64_t products = cost_of(op, network).macs;
    all += products;
    if (is_integer(op.precision)) integer += products;
  }
  return all > 0 ? static_cast<double>(integer) / static_cast<double>(all) : 0.0;
}

}  // namespace quarry::search
