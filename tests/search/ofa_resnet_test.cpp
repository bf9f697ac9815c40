// Once-for-all's ResNet50-D and its quantized sibling against the figures of
// ../shared/spec/reference.md, sections 1.0, 1.3, 2.1 and 2.4.
#include <catch2/catch.hpp>
#include <cmath>

#include "tests/support/configs.hpp"
#include "tests/support/inc_policy.hpp"
#include "tests/support/python_random.hpp"

namespace quarry::search {
namespace {

constexpr const char* kPlain = "ofa_resnet50";
constexpr const char* kQuantized = "inc_quantization_ofa_resnet50";

TEST_CASE("the smallest and largest ResNet50-D cost what was published, quantized or not") {
  for (const char* name : {kPlain, kQuantized}) {
    const Supernet supernet = test::builtin_supernet(name);
    const auto cost = [&](const char* baseline) {
      const Genome& genome = test::baseline(supernet, baseline);
      return supernet.reported_cost(genome, supernet.network(genome));
    };
    CHECK(cost("smallest f32").macs == 962192128);
    CHECK(cost("smallest f32").params == 6539280);
    CHECK(cost("largest f32").macs == 7491643904);
    CHECK(cost("largest f32").params == 48105992);
  }
}

TEST_CASE("ResNet50-D has 29 genes whose aliases and dead members count once") {
  const Supernet supernet = test::builtin_supernet(kPlain);
  CHECK(supernet.space.size() == 29);
  CHECK(supernet.space.raw_size() == Approx(std::pow(3.0, 29)).epsilon(1e-12));
  // Stem 2, stages of 2 to 4 and 4 to 6 blocks, widths 2 * 3^5.
  const double stages = std::pow(9.0 + 27 + 81, 3) * (81.0 + 243 + 729);
  CHECK(supernet.space.canonical_size() == Approx(2 * stages * 2 * 243).epsilon(1e-12));
}

TEST_CASE("the quantized ResNet50-D has 151 genes in DyNAS-T's order") {
  const Supernet supernet = test::builtin_supernet(kQuantized);
  CHECK(supernet.space.size() == 151);
  CHECK(supernet.space.raw_size() == Approx(std::pow(3.0, 29) * std::pow(2.0, 122)).epsilon(1e-12));
  std::string parameters;
  for (const Parameter& parameter : supernet.space.parameters())
    parameters += parameter.name + " " + std::to_string(parameter.count) + "\n";
  CHECK(parameters == "d 5\ne 18\nw 6\nq_bits 61\nq_weights_mode 61\n");
}

TEST_CASE("Python's random draws the published MobileNetV3 samples of seed 42") {
  const Supernet supernet = test::builtin_supernet("ofa_mbv3_d234_e346_k357_w1.0");
  test::PythonRandom random(42);
  CHECK(random.genome(supernet.space) == Genome{2, 0, 0, 2, 1, 0, 0, 0, 2, 0, 2, 2, 2, 0, 2,
                                                1, 0, 0, 0, 0, 0, 2, 2, 0, 2, 0, 2, 2, 2, 2,
                                                1, 0, 1, 2, 1, 0, 0, 2, 1, 1, 1, 0, 0, 1, 0});
  CHECK(random.genome(supernet.space) == Genome{0, 1, 0, 1, 1, 2, 1, 0, 2, 1, 2, 0, 1, 0, 2,
                                                1, 2, 2, 1, 2, 0, 2, 0, 0, 2, 0, 1, 0, 0, 0,
                                                1, 1, 1, 2, 1, 0, 1, 1, 0, 2, 1, 2, 2, 2, 0});
}

TEST_CASE("without the stem's middle convolution the second policy entry is the last one's") {
  const Supernet supernet = test::builtin_supernet(kQuantized);
  nlohmann::json config = {{"d", {0, 0, 0, 0, 0}}, {"e", 0.2}, {"w", 0}};
  config["q_bits"] = std::vector<int>(61, 32);
  config["q_weights_mode"] = std::vector<std::string>(61, "symmetric");
  config["q_bits"][1] = 8;
  config["q_weights_mode"][1] = "asymmetric";
  const Network skipped = supernet.network(test::genome_of(supernet, config));
  CHECK(skipped.operators[1].name == "stem.last");
  CHECK(skipped.operators[1].precision == Precision::kInt8);
  CHECK_FALSE(skipped.operators[1].weight_scheme.symmetric);
  CHECK(skipped.operators[1].calibration == CalibrationMethod::kKl);
  config["d"][0] = 2;
  const Network whole = supernet.network(test::genome_of(supernet, config));
  CHECK(whole.operators[1].name == "stem.middle");
  CHECK(whole.operators[1].precision == Precision::kInt8);
  CHECK(whole.operators[3].name == "stem.last");
  CHECK(whole.operators[3].precision == Precision::kF32);
}

TEST_CASE("every random policy reaches the convolutions that Neural Compressor would quantize") {
  const Supernet supernet = test::builtin_supernet(kQuantized);
  Rng rng(7);
  for (int i = 0; i < 50; ++i) {
    const Genome genome = supernet.space.random(rng);
    const auto config = nlohmann::json::parse(config_to_json(supernet.space, genome).dump());
    CHECK(test::policy_text(supernet.network(genome)) == test::inc_policy(config));
    CHECK(test::genome_of(supernet, config) == genome);
  }
}

TEST_CASE("a gene is dead exactly where it changes nothing") {
  const Supernet supernet = test::builtin_supernet(kQuantized);
  Rng rng(11);
  const Genome genome = supernet.space.random(rng);
  const std::vector<bool> alive = supernet.space.alive(genome);
  const auto text = [&](const Genome& of) {
    const Network network = supernet.network(of);
    return test::policy_text(network) + std::to_string(cost_of(network).macs);
  };
  for (std::size_t gene = 0; gene < genome.size(); ++gene) {
    Genome changed = genome;
    const std::size_t choices = supernet.space.genes()[gene].choices.size();
    changed[gene] = static_cast<Choice>((changed[gene] + 1U) % choices);
    INFO(supernet.space.genes()[gene].name);
    const bool same = supernet.space.canonical(changed) == genome;
    CHECK((text(changed) == text(genome)) == same);
    if (!alive[gene]) CHECK(same);
  }
}

TEST_CASE("the bytes of a quantized ResNet50-D follow from the bits of its convolutions") {
  const Supernet supernet = test::builtin_supernet(kQuantized);
  Rng rng(3);
  for (int i = 0; i < 10; ++i) {
    const Network network = supernet.network(supernet.space.random(rng));
    std::int64_t bytes = 0;
    for (const Operator& op : network.operators) {
      const auto* convolution = std::get_if<Convolution>(&op.kind);
      if (convolution == nullptr) continue;
      const auto weights = static_cast<std::int64_t>(convolution->weight.elements());
      const auto outputs = static_cast<std::int64_t>(convolution->out_channels);
      bytes += 4 * outputs;  // the folded norm
      if (op.precision == Precision::kInt8) {
        bytes += weights + outputs * (op.weight_scheme.symmetric ? 4 : 8) + 8;
      } else {
        bytes += 4 * weights;
      }
    }
    const auto features = static_cast<std::int64_t>(network.operators.back().output.elements());
    const auto& classifier = std::get<Linear>(network.operators.back().kind);
    bytes += 4 * (static_cast<std::int64_t>(classifier.weight.elements()) + features);
    CHECK(cost_of(network).model_size_bytes == bytes);
  }
}

TEST_CASE("the largest ResNet50-D takes 192 MB, in INT8 54 MB") {
  const Supernet supernet = test::builtin_supernet(kQuantized);
  const auto bytes = [&](const char* name) {
    return cost_of(supernet.network(test::baseline(supernet, name))).model_size_bytes;
  };
  CHECK(bytes("largest f32") / 1000000 == 192);
  CHECK(bytes("largest int8") / 1000000 == 54);
  CHECK(bytes("largest int8 asymmetric") > bytes("largest int8"));
}

}  // namespace
}  // namespace quarry::search
