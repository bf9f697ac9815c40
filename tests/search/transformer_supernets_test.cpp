// The built-in transformers against the figures of DyNAS-T, HAT and InstaTune
// (../shared/spec/reference.md, sections 1.0 and 1.4 to 1.7).
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "search/supernets/config.hpp"
#include "tests/support/manifests.hpp"

namespace quarry::search {
namespace {

Supernet::ReportedCost cost_of_config(const Supernet& supernet, const nlohmann::json& config) {
  FieldErrors errors;
  const auto genome = config_from_json(supernet.space, config, "", errors);
  REQUIRE(test::transcript(errors) == "");
  return supernet.reported_cost(*genome, supernet.network(*genome));
}

Supernet::ReportedCost baseline_cost(const Supernet& supernet, std::string_view name) {
  const auto found = std::ranges::find(supernet.baselines, name, &Baseline::name);
  REQUIRE(found != supernet.baselines.end());
  return supernet.reported_cost(found->genome, supernet.network(found->genome));
}

const Operator& operator_of(const Network& network, std::string_view name) {
  const auto found = std::ranges::find(network.operators, name, &Operator::name);
  REQUIRE(found != network.operators.end());
  return *found;
}

// ---------------------------------------------------------------- BERT

TEST_CASE("BERT-base has the genes, the size and the costs of DyNAS-T's") {
  const Supernet bert = test::builtin_supernet("bert_base_sst2");
  CHECK(bert.space.size() == 25);
  CHECK(bert.space.raw_size() == Approx(6.24e13).epsilon(1e-3));
  CHECK(*bert.space.canonical_size() == Approx(9.73e12).epsilon(1e-3));
  const Supernet::ReportedCost full = baseline_cost(bert, "largest f32");
  CHECK(full.params == 109443840);
  CHECK(full.macs == 11174217216 + 2457600 + 128);
}

TEST_CASE("a BERT sub-network has the MACs and parameters of DyNAS-T's row") {
  const Supernet bert = test::builtin_supernet("bert_base_sst2");
  const Supernet::ReportedCost cost = cost_of_config(
      bert, {{"num_layers", {11}},
             {"num_attention_heads", {8, 10, 6, 10, 8, 6, 12, 12, 6, 6, 8, 10}},
             {"intermediate_size",
              {2048, 3072, 2048, 2048, 1024, 1024, 2048, 3072, 3072, 2048, 2048, 2048}}});
  CHECK(cost.macs == 7141557888);
  CHECK(cost.params == 78748160);
}

TEST_CASE("a BERT genome of DyNAS-T means what it means there") {
  const Supernet bert = test::builtin_supernet("bert_base_sst2");
  const Genome seed42 = {5, 0, 0, 2, 1, 1, 1, 0, 0, 3, 0, 0, 0, 0, 0, 2, 2, 0, 2, 0, 2, 2, 2, 2, 1};
  const nlohmann::json config = config_to_json(bert.space, seed42);
  CHECK(config == nlohmann::json({{"num_layers", {11}},
                                  {"num_attention_heads", {6, 6, 10, 8, 8, 8, 6, 6, 12, 6, 6, 6}},
                                  {"intermediate_size",
                                   {1024, 1024, 3072, 3072, 1024, 3072, 1024, 3072, 3072, 3072,
                                    3072, 2048}}}));
}

TEST_CASE("a BERT sub-network keeps the first heads and neurons of the checkpoint's tensors") {
  const Supernet bert = test::builtin_supernet("bert_base_sst2");
  const Network network = bert.network(bert.baselines[1].genome);
  const auto& query = std::get<Linear>(operator_of(network, "layer5.query").kind);
  const auto& output = std::get<Linear>(operator_of(network, "layer5.output").kind);
  const WeightSlice rows{"bert.encoder.layer.5.attention.self.query.weight",
                         {{{0, 384}}, {{0, 768}}}};
  const WeightSlice columns{"bert.encoder.layer.5.output.dense.weight", {{{0, 768}}, {{0, 1024}}}};
  CHECK(query.weight == rows);
  CHECK(output.weight == columns);
}

TEST_CASE("quantized BERT has a precision gene for each of 74 linear operators") {
  const Supernet bert = test::builtin_supernet("bert_base_sst2_quantized");
  CHECK(bert.space.size() == 99);
  CHECK(bert.space.raw_size() == Approx(1.18e36).epsilon(1e-2));
  CHECK(*bert.space.canonical_size() == Approx(1.7e35).epsilon(1e-2));
  const auto largest = std::ranges::find(bert.baselines, "largest int8", &Baseline::name);
  const QuantizationPolicy policy = policy_of(bert.network(largest->genome));
  CHECK(policy.size() == 74);
  CHECK(std::ranges::all_of(policy,
                            [](const auto& entry) { return entry.second == Precision::kInt8; }));
}

TEST_CASE("a gene of quantized BERT's policy is that of the operator in module order") {
  const Supernet bert = test::builtin_supernet("bert_base_sst2_quantized");
  const Network f32 = bert.network(bert.baselines.front().genome);
  const QuantizationPolicy before = policy_of(f32);
  for (std::size_t gene = 0; gene < 74; ++gene) {
    Genome genome = bert.baselines.front().genome;
    genome[25 + gene] = 0;
    QuantizationPolicy expected = before;
    expected[gene].second = Precision::kInt8;
    CHECK(policy_of(bert.network(genome)) == expected);
  }
  CHECK(before[0].first == "layer0.query");
  CHECK(before[71].first == "layer11.output");
  CHECK(before[73].first == "head.classifier");
}

TEST_CASE("precision genes of absent BERT layers are dead, those of the head never") {
  const Supernet bert = test::builtin_supernet("bert_base_sst2_quantized");
  Genome genome(99);
  genome[0] = 5;  // 11 layers
  const std::vector<bool> alive = bert.space.alive(genome);
  CHECK(alive[25 + 65]);
  CHECK_FALSE(alive[25 + 66]);
  CHECK_FALSE(alive[25 + 71]);
  CHECK(alive[25 + 72]);
  CHECK(alive[25 + 73]);
}

// ---------------------------------------------------------------- ViT and BEiT-3

TEST_CASE("ViT-B/16 has the size and the costs of DyNAS-T's") {
  const Supernet vit = test::builtin_supernet("vit_base_imagenet");
  CHECK(vit.space.size() == 25);
  CHECK(vit.space.raw_size() == Approx(2.67e13).epsilon(1e-2));
  CHECK(*vit.space.canonical_size() == Approx(9.72e12).epsilon(1e-2));
  const Supernet::ReportedCost full = baseline_cost(vit, "largest f32");
  CHECK(full.params == 86586088);
  const std::int64_t products =
      196LL * 768 * 768 + 12 * (197LL * (4 * 768 * 768 + 2 * 768 * 3072) + 2 * 197 * 197 * 768) +
      768000;
  CHECK(products / 100000 == 175638);
  CHECK(full.macs == products + 37LL * 197 * 768);
}

TEST_CASE("a ViT sub-network has the parameters of the closed formula") {
  const Supernet vit = test::builtin_supernet("vit_base_imagenet");
  const std::int64_t a = 6 * 64, f = 1024;
  const std::int64_t layer = 4 * 768 * a + 3 * a + 768 + 2 * 768 * f + f + 768 + 4608;
  CHECK(baseline_cost(vit, "smallest f32").params ==
        590592 + 768 + 197 * 768 + 10 * layer + 1536 + 769000);
}

TEST_CASE("the vision path of BEiT-3 has InstaTune's ranges and the costs of its operators") {
  const Supernet beit = test::builtin_supernet("beit3_base");
  CHECK(beit.space.size() == 25);
  CHECK(beit.space.raw_size() == Approx(2.0 * std::pow(12.0, 12)).epsilon(1e-12));
  const Supernet::ReportedCost full = baseline_cost(beit, "largest f32");
  CHECK(full.macs / 100000 == 175638);  // InstaTune prints 17.62 G, which is with the norms
  const std::int64_t norms = 2 * (3 * 768 + 3072);
  CHECK(full.params == 590592 + 768 + 197 * 768 +
                           12 * (4 * 768 * 768 + 4 * 768 + 2 * 768 * 3072 + 3072 + 768 + norms) +
                           1536 + 769000);
}

TEST_CASE("the quantized image transformers can be INT8 in all 74 products") {
  for (const char* name : {"vit_base_imagenet_quantized", "beit3_base_quantized"}) {
    const Supernet supernet = test::builtin_supernet(name);
    CHECK(supernet.space.size() == 99);
    const auto largest = std::ranges::find(supernet.baselines, "largest int8", &Baseline::name);
    const QuantizationPolicy policy = policy_of(supernet.network(largest->genome));
    CHECK(policy.size() == 74);
    for (const auto& [op, precision] : policy) CHECK(precision == Precision::kInt8);
    const double f32 = static_cast<double>(baseline_cost(supernet, "largest f32").model_size_bytes);
    CHECK(f32 / static_cast<double>(baseline_cost(supernet, "largest int8").model_size_bytes) >
          3.8);
  }
}

TEST_CASE("genes of the image transformers' policies are those of the modules in their order") {
  const auto int8_by = [](const Supernet& supernet, std::size_t gene) {
    Genome genome = supernet.baselines.front().genome;  // all f32
    genome[25 + gene] = 0;
    for (const auto& [op, precision] : policy_of(supernet.network(genome))) {
      if (precision == Precision::kInt8) return op;
    }
    return std::string("none");
  };
  const Supernet vit = test::builtin_supernet("vit_base_imagenet_quantized");
  CHECK(int8_by(vit, 6) == "layer1.query");
  CHECK(int8_by(vit, 72) == "embedding.patch");
  CHECK(int8_by(vit, 73) == "head.classifier");
  const Supernet beit = test::builtin_supernet("beit3_base_quantized");
  CHECK(int8_by(beit, 6) == "layer1.key");
  CHECK(int8_by(beit, 8) == "layer1.query");
}

// ---------------------------------------------------------------- TransformerLT

TEST_CASE("TransformerLT has the genes and the sizes of DyNAS-T's") {
  const Supernet lt = test::builtin_supernet("transformer_lt_wmt_en_de");
  CHECK(lt.space.size() == 39);
  CHECK(lt.space.raw_size() == Approx(2.4e15).epsilon(2e-2));
  CHECK(*lt.space.canonical_size() == Approx(4.18e14).epsilon(1e-3));
}

TEST_CASE("HAT's network for Xeon has its published parameters and FLOPs") {
  const Supernet lt = test::builtin_supernet("transformer_lt_wmt_en_de");
  // 137.9 ms in HAT's README: 30.47 M parameters, 1.87 G FLOPs of products but the output layer's.
  const nlohmann::json config = {{"encoder_embed_dim", 512},
                                 {"decoder_embed_dim", 512},
                                 {"encoder_ffn_embed_dim", 3072},
                                 {"decoder_ffn_embed_dim", 3072},
                                 {"decoder_layer_num", 1},
                                 {"encoder_self_attention_heads", {4, 8, 8, 8, 8, 8}},
                                 {"decoder_self_attention_heads", 8},
                                 {"decoder_ende_attention_heads", 8},
                                 {"decoder_arbitrary_ende_attn", 1}};
  CHECK(cost_of_config(lt, config).params == 30465536);
  FieldErrors errors;
  const Network network = lt.network(*config_from_json(lt.space, config, "", errors));
  const double products = static_cast<double>(cost_of(network).macs - 30LL * 512 * 32768);
  CHECK(2.0 * products == Approx(1.8726e9).epsilon(5e-5));
}

TEST_CASE("TransformerLT reads queries, keys and values from one stored tensor each layer") {
  const Supernet lt = test::builtin_supernet("transformer_lt_wmt_en_de");
  const Network network = lt.network(lt.baselines[1].genome);
  const auto& key = std::get<Linear>(operator_of(network, "decoder0.cross.key").kind);
  const WeightSlice weight{"decoder.layers.0.encoder_attn.in_proj_weight",
                           {{{512, 1024}}, {{0, 512}}}};
  CHECK(key.weight == weight);
  CHECK(key.bias == WeightSlice{"decoder.layers.0.encoder_attn.in_proj_bias", {{{512, 1024}}}});
}

TEST_CASE("tied embeddings are stored once") {
  const Supernet lt = test::builtin_supernet("transformer_lt_wmt_en_de");
  const Network network = lt.network(lt.baselines.front().genome);
  const std::int64_t positions = 2 * 30 * 640;
  CHECK(cost_of(network).params ==
        baseline_cost(lt, "largest f32").params + 32768 * 640 + positions);
}

// ---------------------------------------------------------------- FlexiBERT

TEST_CASE("FlexiBERT's heterogeneous space has the published 3.32e9 networks") {
  const Supernet flexibert = test::builtin_supernet("flexibert");
  CHECK(flexibert.space.size() == 29);
  CHECK(*flexibert.space.canonical_size() == 240.0 * 240.0 * (1.0 + 240.0 * 240.0));
}

TEST_CASE("FlexiBERT's homogeneous network is BERT-Mini") {
  const Supernet flexibert = test::builtin_supernet("flexibert");
  const Supernet::ReportedCost cost = baseline_cost(flexibert, "BERT-Mini");
  const std::int64_t layer = 4 * (256 * 256 + 256) + 2 * 256 * 1024 + 1024 + 256 + 4 * 256;
  CHECK(cost.params == (50265 + 514 + 2) * 256 + 512 + 4 * layer + 256 * 256 + 256 + 2 * 256 + 2);
  const std::int64_t products = 128LL * (4 * 256 * 256 + 2 * 256 * 1024) + 2 * 128 * 128 * 256;
  CHECK(cost.macs == 4 * products + 256 * 256 + 512);
}

TEST_CASE("FlexiBERT-Mini projects between layers of unequal width") {
  const Supernet flexibert = test::builtin_supernet("flexibert");
  const Network network = flexibert.network(flexibert.baselines[1].genome);
  const auto& projection = std::get<Linear>(operator_of(network, "layer2.projection").kind);
  CHECK(projection.in_features == 256);
  CHECK(projection.out_features == 128);
  CHECK(std::ranges::none_of(network.operators, [](const Operator& op) {
    return op.name == "layer1.projection" || op.name == "layer3.projection";
  }));
  CHECK(operator_of(network, "layer1.intermediate3").output.sizes.back() == 512);
  CHECK(std::get<SpectralMix>(operator_of(network, "layer3.transform").kind).spectrum ==
        Spectrum::kCosine);
}

}  // namespace
}  // namespace quarry::search
