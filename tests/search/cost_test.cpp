// ViT-B/16's figures are those of Dosovitskiy et al. and of the InstaTune paper: 17.6 GMACs, 86.6 M
// parameters.
#include "search/network/cost.hpp"

#include <catch2/catch.hpp>

#include "search/blocks/block.hpp"

namespace quarry::search {
namespace {

Network encoder_layer(std::size_t tokens, std::size_t dim, std::int64_t heads,
                      std::int64_t head_dim, std::int64_t ffn) {
  const BlockKind* kind = find_block("transformer_encoder");
  OptionValues values = OptionValues::defaults(kind->parameters);
  values.set("heads", heads);
  values.set("head_dim", head_dim);
  values.set("ffn_width", ffn);
  NetworkBuilder builder({{tokens, dim}});
  kind->append(builder, "layer", {values, values});
  return builder.take();
}

TEST_CASE("one ViT-B block costs 1454 MMACs and 7.09 M parameters") {
  const Cost cost = cost_of(encoder_layer(197, 768, 12, 64, 3072));
  CHECK(cost.macs == 4LL * 197 * 768 * 768 + 2LL * 197 * 197 * 768 + 2LL * 197 * 768 * 3072);
  CHECK(cost.macs / 1000000 == 1453);
  CHECK(cost.params == 7087872);
  CHECK(cost.model_size_bytes == 4 * 7087872);
}

TEST_CASE("elastic widths follow the closed formula") {
  const std::int64_t d = 768, n = 128, a = 6 * 64, f = 1024;
  const Cost cost = cost_of(encoder_layer(128, 768, 6, 64, 1024));
  CHECK(cost.macs == n * (4 * d * a + 2 * d * f) + 2 * n * n * a);
  CHECK(cost.params == 4 * d * a + 3 * a + d + 2 * d * f + f + d + 4 * d);
}

TEST_CASE("bytes follow the precision of each operator") {
  Operator op{.name = "fc",
              .kind = Linear{.in_features = 5,
                             .out_features = 3,
                             .weight = {"w", {{{0, 3}}, {{0, 5}}}},
                             .bias = {"b", {{{0, 3}}}}},
              .inputs = {kNetworkInput},
              .output = {{7, 3}}};
  CHECK(cost_of(op, {}).model_size_bytes == 4 * 15 + 12);
  op.precision = Precision::kBf16;
  CHECK(cost_of(op, {}).model_size_bytes == 2 * 15 + 12);
  op.precision = Precision::kInt8;
  CHECK(cost_of(op, {}).model_size_bytes == 15 + 3 * 4 + 8 + 12);
  op.precision = Precision::kInt8Weights4;
  CHECK(cost_of(op, {}).model_size_bytes ==
        3 * 3 + 3 * 4 + 8 + 12);  // rows of 5 four-bit weights take 3 bytes
  CHECK(cost_of(op, {}).macs == 7 * 15);
  CHECK(cost_of(op, {}).params == 18);
}

TEST_CASE("what two f32 operators read of one tensor is stored once") {
  const auto product = [](const std::string& name, std::size_t first_row, std::size_t rows) {
    return Operator{.name = name,
                    .kind = Linear{.in_features = 4,
                                   .out_features = rows,
                                   .weight = {"w", {{{first_row, first_row + rows}}, {{0, 4}}}},
                                   .bias = {}},
                    .inputs = {kNetworkInput},
                    .output = {{1, rows}}};
  };
  Network network{.input = {{1, 4}}, .operators = {product("a", 0, 3), product("b", 3, 3)}};
  CHECK(cost_of(network).params == 24);
  network.operators.push_back(product("c", 1, 4));  // two rows of a's, two of b's
  CHECK(cost_of(network).params == 24 + 16 - 8);
  network.operators.back().precision = Precision::kInt8;
  CHECK(cost_of(network).params == 24 + 16);
}

TEST_CASE("the scaling of queries counts only where a publication counts it") {
  Operator scores{.name = "scores",
                  .kind = AttentionScores{.heads = 2, .head_dim = 8},
                  .inputs = {kNetworkInput, kNetworkInput},
                  .output = {{2, 5, 7}}};
  CHECK(cost_of(scores, {}).elementwise_macs == 0);
  std::get<AttentionScores>(scores.kind).counts_scaling = true;
  CHECK(cost_of(scores, {}).elementwise_macs == 5 * 2 * 8);
  CHECK(cost_of(scores, {}).macs == 2 * 5 * 7 * 8);
}

}  // namespace
}  // namespace quarry::search
