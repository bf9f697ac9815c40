// Tested by tests/search/facts_test.cpp.
#include "search/supernets/facts.hpp"

#include <algorithm>

namespace quarry::search {
namespace {

NetworkFacts network_facts(const Supernet& supernet, std::string name, const Genome& genome) {
  const Network network = supernet.network(genome);
  const auto cost = supernet.reported_cost(genome, network);
  return {.name = std::move(name),
          .operators = network.operators.size(),
          .macs = cost.macs,
          .params = cost.params,
          .model_size_bytes = cost.model_size_bytes,
          .peak_activation_bytes = peak_activation_bytes(network)};
}

}  // namespace

Genome extreme_genome(const SearchSpace& space, bool largest) {
  Genome genome;
  for (const Gene& gene : space.genes()) {
    const bool texts = std::holds_alternative<std::string>(gene.choices.front());
    const auto [least, most] = std::ranges::minmax_element(gene.choices);
    const auto chosen = texts ? gene.choices.begin() : largest ? most : least;
    genome.push_back(static_cast<Choice>(chosen - gene.choices.begin()));
  }
  space.canonicalise(genome);
  return genome;
}

SupernetFacts facts_of(const Supernet& supernet) {
  SupernetFacts facts{.genes = supernet.space.size(),
                      .raw_size = supernet.space.raw_size(),
                      .canonical_size = supernet.space.canonical_size(),
                      .networks = {}};
  for (const bool largest : {false, true}) {
    facts.networks.push_back(network_facts(supernet, largest ? "largest" : "smallest",
                                           extreme_genome(supernet.space, largest)));
  }
  for (const Baseline& baseline : supernet.baselines)
    facts.networks.push_back(network_facts(supernet, baseline.name, baseline.genome));
  return facts;
}

}  // namespace quarry::search
