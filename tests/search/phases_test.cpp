#include "search/network/phases.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "search/network/cost.hpp"
#include "tests/support/manifests.hpp"

namespace quarry::search {
namespace {

// TransformerLT with one decoder layer, which reads the last two encoder layers.
std::vector<Phase> translator_phases() {
  const Supernet lt = test::builtin_supernet("transformer_lt_wmt_en_de");
  Genome genome(lt.space.size());
  genome[14] = 5;  // decoder_layer_num 1
  genome[33] = 1;  // decoder_arbitrary_ende_attn[0] 1
  return lt.phases(lt.space.canonical(genome));
}

const Operator& operator_of(const Network& network, std::string_view name) {
  const auto found = std::ranges::find(network.operators, name, &Operator::name);
  REQUIRE(found != network.operators.end());
  return *found;
}

TEST_CASE("a network without a decoder runs in one phase") {
  const Supernet vit = test::fashion_vit();
  const std::vector<Phase> phases = vit.phases(vit.baselines.front().genome);
  REQUIRE(phases.size() == 1);
  CHECK(phases[0].rows == 1);
  CHECK(phases[0].repetitions == 1);
  CHECK(cost_of(phases[0].network) == cost_of(vit.network(vit.baselines.front().genome)));
}

TEST_CASE("a translator runs its encoder once and its decoder for every token") {
  const std::vector<Phase> phases = translator_phases();
  REQUIRE(phases.size() == 2);
  CHECK(phases[0].name == "encoder");
  CHECK(phases[0].rows * phases[0].repetitions == 1);
  CHECK(phases[1].name == "decode step");
  CHECK(phases[1].rows == 5);
  CHECK(phases[1].repetitions == 30);
  CHECK(phases[1].network.input == TensorShape{{1}});
}

TEST_CASE("keys and values of the encoder's outputs are made once, by the encoder phase") {
  const std::vector<Phase> phases = translator_phases();
  const std::int64_t e = 640, f = 3072, n = 30;
  const std::int64_t layer = n * (4 * e * 512 + 2 * e * f) + 2 * n * n * 512;
  CHECK(cost_of(phases[0].network).macs == 6 * layer + 2 * n * 2 * e * 512);
  CHECK(operator_of(phases[1].network, "decoder0.cross.key").output == TensorShape{{60, 512}});
  CHECK(kind_name(operator_of(phases[1].network, "decoder0.cross.key").kind) == "cache");
}

TEST_CASE("a step computes one token and attends to half of those before") {
  const Network step = translator_phases()[1].network;
  const std::int64_t d = 640, f = 3072;
  const std::int64_t own = 4 * d * 512 + 2 * 16 * 512;
  const std::int64_t cross = 2 * d * 512 + 2 * 60 * 512;
  CHECK(cost_of(step).macs == own + cross + 2 * d * f + d * 32768);
  CHECK(operator_of(step, "decoder0.self.softmax").output == TensorShape{{8, 1, 16}});
  CHECK(operator_of(step, "decoder0.cross.softmax").output == TensorShape{{8, 1, 60}});
}

TEST_CASE("the operators of a step are in order and their shapes fit") {
  const Network step = translator_phases()[1].network;
  for (std::size_t i = 0; i < step.operators.size(); ++i) {
    const Operator& op = step.operators[i];
    for (const std::size_t input : op.inputs) CHECK((input == kNetworkInput || input < i));
    if (std::holds_alternative<Add>(op.kind))
      CHECK(step.operators[op.inputs[0]].output == step.operators[op.inputs[1]].output);
    if (const auto* linear = std::get_if<Linear>(&op.kind))
      CHECK(step.operators[op.inputs[0]].output == TensorShape{{1, linear->in_features}});
  }
  CHECK(step.operators.back().output == TensorShape{{1, 32768}});
}

TEST_CASE("steps that decode together with the encoder cost what the whole network costs") {
  // A step for each of 30 tokens, attending to 16 instead of all 30.
  const Supernet lt = test::builtin_supernet("transformer_lt_wmt_en_de");
  const Genome genome = lt.baselines.front().genome;
  const std::vector<Phase> phases = lt.phases(genome);
  const std::int64_t saved = 6 * 30 * 2 * (30 - 16) * 512;
  CHECK(cost_of(phases[0].network).macs + 30 * cost_of(phases[1].network).macs ==
        cost_of(lt.network(genome)).macs - saved);
}

TEST_CASE("decoding steps without a decoder are refused") {
  FieldErrors errors;
  const std::string decode = R"("latency": {"batch": 1, "decode": {"steps": 3, "beam": 1}},)";
  load_manifest(test::small_manifest(R"("name": "small",)", R"("name": "small",)" + decode),
                errors);
  CHECK(test::transcript(errors) ==
        "/latency/decode there is no decoder: a token_embedding with \"decoder\" begins one\n");
}

}  // namespace
}  // namespace quarry::search
