#include "tests/bench/executor/network_dump.hpp"

#include <cmath>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "search/core/rng.hpp"

namespace quarry::bench {
namespace {

using nlohmann::json;
using search::WeightSlice;

// A kind that no network of the benchmark has is refused.
struct Attributes {
  json& out;

  void operator()(const search::Add&) const {}
  void operator()(const search::Multiply&) const {}
  void operator()(const search::Softmax&) const {}
  void operator()(const search::GlobalAverage&) const {}
  void operator()(const search::Tokens&) const {}
  void operator()(const search::Activate& kind) const { activation(kind.activation); }
  void operator()(const search::LayerNorm& kind) const {
    out["epsilon"] = kind.epsilon;
    out["scale"] = kind.scale.tensor;
    out["shift"] = kind.shift.tensor;
  }
  void operator()(const search::Linear& kind) const {
    activation(kind.activation);
    out["weight"] = kind.weight.tensor;
    out["bias"] = kind.bias.tensor;
  }
  void operator()(const search::Convolution& kind) const {
    activation(kind.activation);
    out["kernel"] = kind.kernel;
    out["stride"] = kind.stride;
    out["padding"] = kind.padding;
    out["groups"] = kind.groups;
    out["weight"] = kind.weight.tensor;
    out["bias"] = kind.bias.tensor;
    if (kind.norm) {
      out["norm"] = {{"epsilon", kind.norm->epsilon},
                     {"scale", kind.norm->scale.tensor},
                     {"shift", kind.norm->shift.tensor},
                     {"mean", kind.norm->mean.tensor},
                     {"variance", kind.norm->variance.tensor}};
    }
  }
  void operator()(const search::Pool& kind) const {
    out["pool"] = kind.kind == search::PoolKind::kMax ? "max" : "average";
    out["kernel"] = kind.kernel;
    out["stride"] = kind.stride;
    out["padding"] = kind.padding;
  }
  void operator()(const search::PositionEmbedding& kind) const { out["table"] = kind.table.tensor; }
  void operator()(const search::ClassToken& kind) const { out["token"] = kind.token.tensor; }
  void operator()(const search::TakeToken& kind) const { out["index"] = kind.index; }
  void operator()(const search::AttentionScores& kind) const {
    out["heads"] = kind.heads;
    out["head_dim"] = kind.head_dim;
    out["query_begin"] = kind.query_begin;
    out["key_begin"] = kind.key_begin;
  }
  void operator()(const search::AttentionContext& kind) const {
    out["heads"] = kind.heads;
    out["head_dim"] = kind.head_dim;
    out["value_begin"] = kind.value_begin;
  }
  template <typename Kind>
  void operator()(const Kind& kind) const {
    throw std::logic_error("no dump of " + std::string(search::kind_name(kind)));
  }

 private:
  void activation(search::Activation kind) const { out["activation"] = search::to_text(kind); }
};

class WeightMaker {
 public:
  explicit WeightMaker(std::uint64_t seed) : rng_(seed) {}

  void normal(const WeightSlice& slice, double mean, double deviation) {
    make(slice, [&] { return mean + deviation * rng_.normal(); });
  }
  void uniform(const WeightSlice& slice, double low, double high) {
    make(slice, [&] { return low + (high - low) * rng_.uniform(); });
  }
  void product(const WeightSlice& weight, const WeightSlice& bias, std::size_t inputs,
               search::Activation activation) {
    const bool halves =
        activation == search::Activation::kRelu || activation == search::Activation::kHardSwish;
    normal(weight, 0.0, std::sqrt((halves ? 2.0 : 1.0) / static_cast<double>(inputs)));
    normal(bias, 0.0, 0.1);
  }

  std::string safetensors() const {
    const std::string header = header_.dump();
    const std::uint64_t length = header.size();
    std::string bytes(8, '\0');
    std::memcpy(bytes.data(), &length, 8);
    return bytes + header + data_;
  }

 private:
  template <typename Draw>
  void make(const WeightSlice& slice, const Draw& draw) {
    if (slice.tensor.empty()) return;
    std::vector<std::size_t> shape;
    for (const std::vector<search::Range>& axis : slice.axes) shape.push_back(axis.back().end);
    const std::size_t begin = data_.size();
    for (std::size_t i = 0; i < slice.elements(); ++i) {
      const auto value = static_cast<float>(draw());
      data_.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    header_[slice.tensor] = {
        {"dtype", "F32"}, {"shape", shape}, {"data_offsets", {begin, data_.size()}}};
  }

  search::Rng rng_;
  json header_ = json::object();
  std::string data_;
};

}  // namespace

json dump(const search::Network& network) {
  json operators = json::array();
  for (const search::Operator& op : network.operators) {
    json inputs = json::array();
    for (const std::size_t input : op.inputs)
      inputs.push_back(input == search::kNetworkInput ? -1 : static_cast<int>(input));
    json entry = {{"name", op.name},
                  {"kind", search::kind_name(op.kind)},
                  {"inputs", inputs},
                  {"output", op.output.sizes}};
    std::visit(Attributes{entry}, op.kind);
    operators.push_back(std::move(entry));
  }
  return {{"input", network.input.sizes}, {"operators", operators}};
}

std::string made_up_weights(const search::Network& network, std::uint64_t seed) {
  WeightMaker maker(seed);
  for (const search::Operator& op : network.operators) {
    if (const auto* linear = std::get_if<search::Linear>(&op.kind)) {
      maker.product(linear->weight, linear->bias, linear->in_features, linear->activation);
    } else if (const auto* convolution = std::get_if<search::Convolution>(&op.kind)) {
      const std::size_t inputs = convolution->in_channels / convolution->groups *
                                 convolution->kernel * convolution->kernel;
      maker.product(convolution->weight, convolution->bias, inputs, convolution->activation);
      if (!convolution->norm) continue;
      maker.normal(convolution->norm->scale, 1.0, 0.1);
      maker.normal(convolution->norm->shift, 0.0, 0.1);
      maker.normal(convolution->norm->mean, 0.0, 0.1);
      maker.uniform(convolution->norm->variance, 0.8, 1.25);
    } else if (const auto* norm = std::get_if<search::LayerNorm>(&op.kind)) {
      maker.normal(norm->scale, 1.0, 0.1);
      maker.normal(norm->shift, 0.0, 0.1);
    } else if (const auto* position = std::get_if<search::PositionEmbedding>(&op.kind)) {
      maker.normal(position->table, 0.0, 0.5);
    } else if (const auto* token = std::get_if<search::ClassToken>(&op.kind)) {
      maker.normal(token->token, 0.0, 0.5);
    }
  }
  return maker.safetensors();
}

}  // namespace quarry::bench
