// Tested by tests/evaluators/fusion_test.cpp.
#include "evaluators/onednn/fusion.hpp"

#include <algorithm>

namespace quarry::evaluators {

using search::Activation;
using search::Network;
using search::Operator;
using search::Range;

namespace {

template <typename Kind>
bool is(const Operator& op) {
  return std::holds_alternative<Kind>(op.kind);
}

Activation own_activation(const Operator& op) {
  if (const auto* linear = std::get_if<search::Linear>(&op.kind)) return linear->activation;
  return std::get<search::Convolution>(op.kind).activation;
}

class Planner {
 public:
  explicit Planner(const Network& network)
      : network_(network), readers_(readers_of(network)), plan_(plan_without_fusion(network)) {}

  FusionPlan plan() {
    for (std::size_t i = 0; i < network_.operators.size(); ++i) {
      if (!plan_.products[i]) continue;
      MeltedProduct& product = *plan_.products[i];
      if (product.activation == Activation::kNone) melt_activation(i, product.activation);
      melt_residual(i);
      product.parts = parts_of(i);
    }
    return plan_;
  }

 private:
  const Operator& op(std::size_t index) const { return network_.operators[index]; }

  // Who reads the value, if it is one operator only.
  std::optional<std::size_t> only_reader(std::size_t value) const {
    if (readers_[value].size() != 1) return std::nullopt;
    return readers_[value].front();
  }

  void melt(std::size_t product, std::size_t into) {
    plan_.products[product]->result = into;
    plan_.made_by[into] = product;
  }

  void melt_activation(std::size_t index, Activation& activation) {
    const auto reader = only_reader(plan_.products[index]->result);
    if (!reader || !is<search::Activate>(op(*reader))) return;
    activation = std::get<search::Activate>(op(*reader).kind).activation;
    melt(index, *reader);
  }

  void melt_residual(std::size_t index) {
    MeltedProduct& product = *plan_.products[index];
    const auto reader = only_reader(product.result);
    if (!reader || !is<search::Add>(op(*reader)) || plan_.made_by[*reader] != *reader) return;
    const Operator& add = op(*reader);
    const std::size_t other = add.inputs[0] == product.result ? add.inputs[1] : add.inputs[0];
    if (!may_sum_into(other, index, *reader)) return;
    product.residual = other;
    melt(index, *reader);
    melt_activation(index, product.after_residual);
  }

  // Whether the product may overwrite `value` with the sum: it is there, and whoever else reads its
  // memory has done so.
  bool may_sum_into(std::size_t value, std::size_t product, std::size_t add) const {
    if (value == search::kNetworkInput || plan_.made_by[value] >= product) return false;
    const std::size_t memory = memory_of(network_, value);
    if (memory == search::kNetworkInput || is<search::Cache>(op(memory))) return false;
    for (std::size_t i = 0; i < network_.operators.size(); ++i) {
      if (memory_of(network_, i) != memory) continue;
      for (const std::size_t reader : readers_[i]) {
        const bool view = is<search::Tokens>(op(reader));
        if (reader != add && !view && reader >= product) return false;
      }
      if (i + 1 == network_.operators.size()) return false;  // the network's own output
    }
    return true;
  }

  std::vector<Range> parts_of(std::size_t index) const {
    if (!is<search::Linear>(op(index)) || plan_.products[index]->result != index) return {};
    std::vector<Range> parts;
    for (const std::size_t reader : readers_[index]) {
      if (!add_part_of(reader, index, parts)) return {};
    }
    std::ranges::sort(parts, {}, &Range::begin);
    const auto repeated = std::ranges::unique(parts);
    parts.erase(repeated.begin(), repeated.end());
    for (std::size_t i = 1; i < parts.size(); ++i) {
      if (parts[i].begin < parts[i - 1].end) return {};
    }
    const bool whole =
        parts.size() == 1 && parts[0].begin == 0 && parts[0].end == op(index).output.sizes.back();
    return whole ? std::vector<Range>() : parts;
  }

  // The features of `value` that an attention product reads; false for any other reader.
  bool add_part_of(std::size_t reader, std::size_t value, std::vector<Range>& parts) const {
    const auto add = [&](std::size_t input, std::size_t begin, std::size_t width) {
      if (op(reader).inputs[input] == value) parts.push_back({begin, begin + width});
    };
    if (const auto* scores = std::get_if<search::AttentionScores>(&op(reader).kind)) {
      add(0, scores->query_begin, scores->heads * scores->head_dim);
      add(1, scores->key_begin, scores->heads * scores->head_dim);
      return true;
    }
    if (const auto* context = std::get_if<search::AttentionContext>(&op(reader).kind)) {
      add(1, context->value_begin, context->heads * context->head_dim);
      return op(reader).inputs[0] != value;
    }
    return false;
  }

  const Network& network_;
  std::vector<std::vector<std::size_t>> readers_;
  FusionPlan plan_;
};

}  // namespace

std::vector<std::vector<std::size_t>> readers_of(const Network& network) {
  std::vector<std::vector<std::size_t>> readers(network.operators.size());
  for (std::size_t i = 0; i < network.operators.size(); ++i) {
    for (const std::size_t input : network.operators[i].inputs) {
      if (input == search::kNetworkInput) continue;
      if (readers[input].empty() || readers[input].back() != i) readers[input].push_back(i);
    }
  }
  return readers;
}

std::size_t memory_of(const Network& network, std::size_t index) {
  while (index != search::kNetworkInput && is<search::Tokens>(network.operators[index]))
    index = network.operators[index].inputs[0];
  return index;
}

FusionPlan plan_without_fusion(const Network& network) {
  FusionPlan plan;
  for (std::size_t i = 0; i < network.operators.size(); ++i) {
    plan.made_by.push_back(i);
    plan.products.emplace_back();
    if (search::is_quantizable(network.operators[i]))
      plan.products[i] =
          MeltedProduct{.result = i, .activation = own_activation(network.operators[i])};
  }
  return plan;
}

FusionPlan plan_fusion(const Network& network) { return Planner(network).plan(); }

void separate(FusionPlan& plan, std::size_t product, const Network& network) {
  for (std::size_t i = 0; i < plan.made_by.size(); ++i) {
    if (plan.made_by[i] == product) plan.made_by[i] = i;
  }
  plan.products[product] =
      MeltedProduct{.result = product, .activation = own_activation(network.operators[product])};
}

std::string to_text(const FusionPlan& plan, const Network& network) {
  std::string text;
  for (std::size_t i = 0; i < plan.products.size(); ++i) {
    if (!plan.products[i]) continue;
    const MeltedProduct& product = *plan.products[i];
    const auto append = [&](Activation activation) {
      if (activation != Activation::kNone) text += " + " + std::string(to_text(activation));
    };
    text += network.operators[i].name;
    append(product.activation);
    if (product.residual) text += " + " + network.operators[*product.residual].name;
    append(product.after_residual);
    if (product.result != i) text += " -> " + network.operators[product.result].name;
    if (!product.parts.empty()) text += " in " + std::to_string(product.parts.size()) + " parts";
    text += "\n";
  }
  return text;
}

}  // namespace quarry::evaluators
