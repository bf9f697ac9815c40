// Tested by tests/search/phases_test.cpp.
#include "search/network/phases.hpp"

#include <algorithm>
#include <cassert>
#include <map>

namespace quarry::search {
namespace {

// Which operators depend on the decoder's tokens.
std::vector<bool> depends_on_decoder(const Network& network) {
  std::vector<bool> depends(network.operators.size());
  depends[*network.decoder_begin] = true;
  for (std::size_t i = *network.decoder_begin + 1; i < depends.size(); ++i) {
    depends[i] = std::ranges::any_of(network.operators[i].inputs, [&](std::size_t input) {
      return input != kNetworkInput && depends[input];
    });
  }
  return depends;
}

Network encoder_of(const Network& network, const std::vector<bool>& in_decoder) {
  Network encoder{.input = network.input, .vocabulary = network.vocabulary, .operators = {}};
  std::vector<std::size_t> place(network.operators.size());
  for (std::size_t i = 0; i < network.operators.size(); ++i) {
    if (in_decoder[i]) continue;
    place[i] = encoder.operators.size();
    Operator op = network.operators[i];
    for (std::size_t& input : op.inputs) {
      if (input != kNetworkInput) input = place[input];
    }
    encoder.operators.push_back(std::move(op));
  }
  return encoder;
}

// The decoder for one token.
class StepBuilder {
 public:
  StepBuilder(const Network& network, const std::vector<bool>& in_decoder, std::size_t attended)
      : whole_(network), in_decoder_(in_decoder), attended_(attended), place_(in_decoder.size()) {}

  Network build() {
    step_.input.sizes = {1};
    step_.vocabulary = whole_.vocabulary;
    for (std::size_t i = 0; i < whole_.operators.size(); ++i) {
      if (in_decoder_[i]) append(i);
    }
    return std::move(step_);
  }

 private:
  void append(std::size_t index) {
    Operator op = whole_.operators[index];
    if (auto* scores = std::get_if<AttentionScores>(&op.kind)) scores->causal = false;
    for (std::size_t which = 0; which < op.inputs.size(); ++which) {
      const std::size_t input = op.inputs[which];
      if (input == kNetworkInput) continue;
      op.inputs[which] =
          gathers(op, which) || !in_decoder_[input] ? cache_of(input) : place_[input];
    }
    op.output = shape_of(op);
    place_[index] = step_.operators.size();
    step_.operators.push_back(std::move(op));
  }

  // Keys, and values, of all tokens so far.
  static bool gathers(const Operator& op, std::size_t which) {
    return which == 1 && (std::holds_alternative<AttentionScores>(op.kind) ||
                          std::holds_alternative<AttentionContext>(op.kind));
  }

  std::size_t cache_of(std::size_t index) {
    if (const auto found = caches_.find(index); found != caches_.end()) return found->second;
    const Operator& made = whole_.operators[index];
    Operator cache{.name = made.name, .kind = Cache{}, .inputs = {}, .output = made.output};
    if (in_decoder_[index]) {
      cache.name += "_cache";
      cache.inputs = {place_[index]};
      cache.output.sizes[0] = attended_;
    }
    step_.operators.push_back(std::move(cache));
    return caches_[index] = step_.operators.size() - 1;
  }

  TensorShape shape_of(const Operator& op) const {
    const auto rows = [&](std::size_t which) {
      return step_.operators[op.inputs[which]].output.sizes[0];
    };
    if (const auto* scores = std::get_if<AttentionScores>(&op.kind))
      return {{scores->heads, 1, rows(1)}};
    if (std::holds_alternative<Softmax>(op.kind)) return step_.operators[op.inputs[0]].output;
    TensorShape shape = op.output;
    shape.sizes[0] = 1;
    return shape;
  }

  const Network& whole_;
  const std::vector<bool>& in_decoder_;
  std::size_t attended_;
  std::vector<std::size_t> place_;             // of operators in step_
  std::map<std::size_t, std::size_t> caches_;  // operator of whole_ -> its cache in step_
  Network step_;
};

}  // namespace

std::vector<Phase> decoding_phases(const Network& network, const Decoding& decoding) {
  assert(network.decoder_begin);
  const std::vector<bool> in_decoder = depends_on_decoder(network);
  const std::size_t attended = decoding.steps / 2 + 1;
  return {{.name = "encoder", .network = encoder_of(network, in_decoder)},
          {.name = "decode step",
           .network = StepBuilder(network, in_decoder, attended).build(),
           .rows = decoding.beam,
           .repetitions = decoding.steps}};
}

}  // namespace quarry::search
