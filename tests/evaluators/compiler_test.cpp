// Compiled networks against plain loops, on shapes that no kernel was made for, and what the
// compiler says when it cannot.
#include <algorithm>
#include <catch2/catch.hpp>

#include "search/blocks/block.hpp"
#include "tests/support/execution.hpp"

namespace quarry::evaluators {
namespace {

using search::Network;
using search::Precision;
using test::relative_error;
using test::runs_bf16;

// 12 x 8 image, patches of 4, two encoder layers of 24 features, five classes.
Network small_vit(const std::string& precision, const std::string& attention,
                  const std::string& activation) {
  search::NetworkBuilder builder({{12, 8}});
  const auto append = [&](const char* kind, const std::string& name,
                          const std::vector<std::pair<std::string, OptionValue>>& given) {
    const search::BlockKind* block = search::find_block(kind);
    OptionValues values = OptionValues::defaults(block->parameters);
    for (const auto& [key, value] : given) values.set(key, value);
    block->append(builder, name, {values, values});
  };
  append("patch_embedding", "patch",
         {{"patch", std::int64_t{4}}, {"dim", std::int64_t{24}}, {"precision", precision}});
  for (const std::string layer : {"layer0", "layer1"}) {
    append("transformer_encoder", layer,
           {{"heads", std::int64_t{3}},
            {"head_dim", std::int64_t{5}},
            {"ffn_width", std::int64_t{37}},
            {"activation", activation},
            {"qkv_precision", precision},
            {"attention_precision", attention},
            {"out_precision", precision},
            {"fc1_precision", precision},
            {"fc2_precision", precision}});
  }
  append("classifier_head", "head", {{"classes", std::int64_t{5}}, {"precision", precision}});
  return builder.take();
}

TEST_CASE("f32 equals plain loops, for one image and a batch, one thread and two, ReLU and GELU") {
  for (const char* activation : {"relu", "gelu"}) {
    const Network network = small_vit("f32", "f32", activation);
    const TensorStore weights = test::random_weights(network, 1);
    CHECK(relative_error(network, weights, 1, 1) < 1e-5);
    CHECK(relative_error(network, weights, 7, 2) < 1e-5);
  }
}

TEST_CASE("int8 and four-bit weights stay near f32, each within what its bits allow") {
  const Network f32 = small_vit("f32", "f32", "relu");
  const TensorStore weights = test::random_weights(f32, 2);
  const double int8 = relative_error(small_vit("int8", "f32", "relu"), weights, 3, 1);
  const double int4 = relative_error(small_vit("int8_w4", "f32", "relu"), weights, 3, 1);
  CHECK(int8 > 1e-5);
  CHECK(int8 < 0.05);
  CHECK(int4 > int8);
  CHECK(int4 < 0.4);
}

TEST_CASE("bf16 stays near f32 where the machine has it, and is refused by name where not") {
  const Network network = small_vit("bf16", "bf16", "relu");
  const TensorStore weights = test::random_weights(small_vit("f32", "f32", "relu"), 2);
  if (runs_bf16()) {
    const double error = relative_error(network, weights, 3, 1);
    CHECK(error > 1e-5);  // it really computed in bf16
    CHECK(error < 0.02);
  } else {
    CHECK(compile(network, weights, {}, {})
              .failure.starts_with("operator patch.embedding (bf16): oneDNN cannot run it here"));
  }
}

TEST_CASE("every machine runs f32, int8 and int8 with four-bit weights") {
  const auto executable = executable_precisions();
  for (const Precision precision : {Precision::kF32, Precision::kInt8, Precision::kInt8Weights4})
    CHECK(std::ranges::find(executable, precision) != executable.end());
}

TEST_CASE("every mixture of neighbouring precisions compiles and stays near f32") {
  // Four-bit weights run in the kernel of int8 and would drown the other errors.
  std::vector<Precision> precisions = {Precision::kF32, Precision::kInt8};
  if (runs_bf16()) precisions.push_back(Precision::kBf16);
  search::Rng rng(3);
  const TensorStore weights = test::random_weights(small_vit("f32", "f32", "relu"), 4);
  for (int round = 0; round < 12; ++round) {
    Network network = small_vit("f32", "f32", round % 2 == 0 ? "relu" : "gelu");
    for (search::Operator& op : network.operators) {
      if (search::is_quantizable(op)) op.precision = precisions[rng.below(precisions.size())];
      const bool attention = std::holds_alternative<search::AttentionScores>(op.kind) ||
                             std::holds_alternative<search::AttentionContext>(op.kind);
      if (attention && runs_bf16() && rng.chance(0.5)) op.precision = Precision::kBf16;
    }
    CHECK(relative_error(network, weights, 2, 1) < 0.1);
  }
}

TEST_CASE("the program names the kernel of every step and runs integers as integers") {
  const Network network = small_vit("int8", "f32", "relu");
  const TensorStore weights = test::random_weights(network, 5);
  const CalibrationResult calibration =
      calibrate(network, weights, test::noise_inputs(network, 32));
  const CompileResult compiled =
      compile(network, weights, calibration.ranges, {.batch = 4, .threads = 1});
  REQUIRE(compiled.failure == "");
  for (const CompiledStep& step : compiled.network->steps()) {
    CHECK_FALSE(step.implementation.empty());
    CHECK(step.implementation.find("ref") == std::string::npos);
  }
  // No quantize before qkv and fc1, where the norm writes u8, nor before fc2, where fc1's product
  // does. No add after out and fc2: they sum into the residual. Nothing is moved between heads.
  CHECK(test::steps_of(*compiled.network, "layer0.") ==
        "norm1 normalise\nqkv product\nqkv product\nqkv product\nscores product\n"
        "softmax softmax\ncontext product\nout quantize\nout product\nnorm2 normalise\n"
        "fc1 product\nfc2 product\n");
}

TEST_CASE("activation memory is shared: two layers need hardly more than one") {
  const Network network = small_vit("f32", "f32", "relu");
  const TensorStore weights = test::random_weights(network, 6);
  const auto bytes = [&](bool keep) {
    return compile(network, weights, {}, {.batch = 4, .threads = 1, .keep_activations = keep})
        .network->activation_bytes();
  };
  CHECK(bytes(false) * 3 < bytes(true));
}

TEST_CASE("an int8 operator without a calibrated input is refused by name") {
  const Network network = small_vit("int8", "f32", "relu");
  const CompileResult compiled = compile(network, test::random_weights(network, 7), {}, {});
  CHECK(compiled.network == nullptr);
  CHECK(compiled.failure ==
        "operator patch.embedding (int8): the range of the network's input was not calibrated");
}

TEST_CASE("a missing tensor is refused by name") {
  const Network one_class = small_vit("f32", "f32", "relu");
  TensorStore weights = test::random_weights(one_class, 8);
  Network network = one_class;
  std::get<search::Linear>(network.operators.back().kind).weight.tensor = "nothing";
  CHECK(compile(network, weights, {}, {}).failure ==
        "operator head.classifier: tensor nothing is missing");
}

}  // namespace
}  // namespace quarry::evaluators
