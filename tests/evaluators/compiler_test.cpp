// Compiled networks against plain loops, on shapes that no kernel was made for, and what the
// compiler says when it cannot.
#include <algorithm>
#include <catch2/catch.hpp>

#include "evaluators/onednn/calibration.hpp"
#include "evaluators/onednn/compiled_network.hpp"
#include "evaluators/onednn/onednn_info.hpp"
#include "search/blocks/block.hpp"
#include "tests/support/random_weights.hpp"
#include "tests/support/reference_executor.hpp"

namespace quarry::evaluators {
namespace {

using search::Network;
using search::Precision;

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

LabelledImages noise_images(std::size_t count, std::size_t elements) {
  search::Rng rng(77);
  LabelledImages images{.image_elements = elements};
  for (std::size_t i = 0; i < count * elements; ++i)
    images.images.push_back(static_cast<float>(2 * rng.uniform() - 1));
  images.labels.assign(count, 0);
  return images;
}

// Largest absolute difference to the reference over a batch, relative to the largest reference
// output.
double relative_error(const Network& network, const TensorStore& weights, std::size_t batch,
                      int threads) {
  const LabelledImages images = noise_images(64, network.input.elements());
  const CalibrationResult calibration = calibrate(network, weights, images);
  REQUIRE(calibration.failure == "");
  const CompileResult compiled =
      compile(network, weights, calibration.ranges, {.batch = batch, .threads = threads});
  REQUIRE(compiled.failure == "");
  std::copy_n(images.images.begin(), compiled.network->input().size(),
              compiled.network->input().begin());
  compiled.network->run();
  compiled.network->run();  // a second run must not see what the first left behind
  test::ReferenceExecutor reference(network, weights);
  double largest = 0, difference = 0;
  for (std::size_t b = 0; b < batch; ++b) {
    const std::vector<double> expected =
        reference.run({images.image(b).begin(), images.image(b).end()});
    for (std::size_t i = 0; i < expected.size(); ++i) {
      largest = std::max(largest, std::abs(expected[i]));
      difference = std::max(
          difference, std::abs(expected[i] - compiled.network->output()[b * expected.size() + i]));
    }
  }
  return difference / largest;
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

bool runs_bf16() {
  return std::ranges::find(executable_precisions(), Precision::kBf16) !=
         executable_precisions().end();
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
  const CalibrationResult calibration = calibrate(network, weights, noise_images(32, 96));
  const CompileResult compiled =
      compile(network, weights, calibration.ranges, {.batch = 4, .threads = 1});
  REQUIRE(compiled.failure == "");
  std::string text;
  for (const CompiledStep& step : compiled.network->steps()) {
    CHECK_FALSE(step.implementation.empty());
    CHECK(step.implementation.find("ref") == std::string::npos);
    if (step.operator_name.starts_with("layer0."))
      text += step.operator_name.substr(7) + " " + step.part + "\n";
  }
  // No quantize before fc2: fc1's product writes u8 itself. No add after out and fc2: they sum into
  // the residual.
  CHECK(text ==
        "norm1 normalise\nqkv quantize\nqkv product\nscores split heads\nscores product\nsoftmax "
        "softmax\ncontext product\n"
        "context merge heads\nout quantize\nout product\nnorm2 normalise\nfc1 quantize\nfc1 "
        "product\nfc2 product\n");
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
  CHECK(
      compiled.failure ==
      "operator patch.embedding (int8): the range of its input patch.patchify was not calibrated");
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
