// The networks of the executor benchmark are the published ones: figures of torchvision's model
// pages (parameters) and fvcore (multiply-accumulates).
#include <catch2/catch.hpp>

#include "search/network/cost.hpp"
#include "tests/bench/executor/networks.hpp"

namespace quarry::bench {
namespace {

TEST_CASE("ResNet50 has 25,557,032 parameters and 4.09 GMACs") {
  const search::Cost cost = search::cost_of(resnet50());
  CHECK(cost.params == 25557032);
  CHECK(cost.macs == 4089184256);
}

TEST_CASE("MobileNetV3-Large has 5,483,032 parameters and 217 MMACs") {
  const search::Cost cost = search::cost_of(mobilenet_v3_large());
  CHECK(cost.params == 5483032);
  CHECK(cost.macs / 1000000 == 216);
}

TEST_CASE("ViT-B/16 has 86,567,656 parameters and 17.56 GMACs") {
  const search::Cost cost = search::cost_of(vit_b16());
  CHECK(cost.params == 86567656);
  CHECK(cost.macs / 10000000 == 1756);
}

TEST_CASE("BERT-base's encoder follows the closed formula") {
  const std::int64_t d = 768, n = 128, f = 3072;
  const search::Cost cost = search::cost_of(bert_base());
  CHECK(cost.macs == 12 * (n * (4 * d * d + 2 * d * f) + 2 * n * n * d));
  CHECK(cost.params == 2 * d + 12 * (4 * (d * d + d) + 2 * d * f + f + d + 4 * d));
}

TEST_CASE("the networks end in the shapes their tasks need") {
  CHECK(bert_base().operators.back().output == search::TensorShape{{128, 768}});
  for (const search::Network& network : {resnet50(), mobilenet_v3_large(), vit_b16()})
    CHECK(network.operators.back().output == search::TensorShape{{1000}});
}

TEST_CASE("a random sub-network of BERT-base is never larger than the whole") {
  search::Rng rng(5);
  const std::int64_t whole = search::cost_of(bert_base()).params;
  for (int i = 0; i < 20; ++i) {
    const search::Network network = random_bert({search::Precision::kF32}, rng);
    CHECK(search::cost_of(network).params <= whole);
    CHECK(network.operators.back().output == search::TensorShape{{128, 768}});
  }
}

TEST_CASE("a network at int8 has every product by weights there, and attention in f32") {
  const search::Network int8 = at_precision(bert_base(), search::Precision::kInt8);
  for (const search::Operator& op : int8.operators)
    CHECK((op.precision == search::Precision::kInt8) == search::is_quantizable(op));
}

}  // namespace
}  // namespace quarry::bench
