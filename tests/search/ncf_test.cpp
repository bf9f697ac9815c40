// Neural matrix factorisation against the formulas of its block and ../shared/spec/reference.md,
// section 1.9.
#include <catch2/catch.hpp>

#include "tests/support/manifests.hpp"

namespace quarry::search {
namespace {

TEST_CASE("neural matrix factorisation has about ten million networks, as published") {
  const Supernet net = test::builtin_supernet("ncf");
  CHECK(net.space.canonical_size() == Approx(25.0 * (8 + 64 + 512 + 4096 + 32768 + 262144)));
}

TEST_CASE("a tower of neural matrix factorisation costs what its shape dictates") {
  const Supernet net = test::builtin_supernet("ncf");
  const Genome& genome = test::baseline(net, "tower");
  const auto cost = net.reported_cost(genome, net.network(genome));
  CHECK(cost.macs == 128 * 64 + 64 * 32 + 32 + 32);
  CHECK(cost.params == 65103 * (64 + 32) + 129 * 64 + 65 * 32 + 65);
}

TEST_CASE("products that read two vectors keep the first features of each") {
  const Supernet net = test::builtin_supernet("ncf");
  const Network network = net.network(test::baseline(net, "tower"));
  const auto slice = [&](const char* name) {
    const auto op = std::ranges::find(network.operators, name, &Operator::name);
    return std::get<Linear>(op->kind).weight;
  };
  CHECK(slice("ncf.hidden0") ==
        WeightSlice{"ncf.hidden0.weight", {{{0, 64}}, {{0, 64}, {128, 192}}}});
  CHECK(slice("ncf.hidden1") == first_block("ncf.hidden1.weight", 32, 64));
  CHECK(slice("ncf.score") == WeightSlice{"ncf.score.weight", {{{0, 1}}, {{0, 32}, {128, 160}}}});
}

TEST_CASE("widths of absent layers of neural matrix factorisation are dead") {
  const Supernet net = test::builtin_supernet("ncf");
  Genome genome = test::baseline(net, "tower");
  const Cost before = cost_of(net.network(genome));
  genome.back() = 7;
  CHECK(cost_of(net.network(genome)).params == before.params);
  CHECK(net.space.canonical(genome) == test::baseline(net, "tower"));
}

}  // namespace
}  // namespace quarry::search
