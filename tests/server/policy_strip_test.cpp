#include "server/studies/policy_strip.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/support/server.hpp"

namespace quarry::server {
namespace {

const search::Supernet& vit() { return test::library().find("fashion_vit")->supernet(); }

TEST_CASE("a strip has the operators in the order in which they run, those of all networks") {
  const auto& baselines = vit().baselines;
  std::vector<search::Genome> genomes;
  for (const search::Baseline& baseline : baselines) genomes.push_back(baseline.genome);
  std::ranges::reverse(genomes);  // the smallest first: what it lacks comes later
  const PolicyStrip strip = policy_strip(vit(), genomes);
  std::vector<std::string> largest;
  for (const auto& [name, precision] : search::policy_of(vit().network(baselines.front().genome)))
    largest.push_back(name);
  CHECK(strip.operators == largest);
  CHECK(strip.rows.size() == genomes.size());
  CHECK(strip.rows.back().size() == largest.size());
}

TEST_CASE("a cell says the operator's precision, parameters and width") {
  const search::Genome genome = vit().baselines.front().genome;
  const PolicyStrip strip = policy_strip(vit(), std::span(&genome, 1));
  const search::Network network = vit().network(genome);
  const auto& op = *std::ranges::find_if(network.operators, &search::is_quantizable);
  CHECK(strip.operators.front() == op.name);
  CHECK(strip.rows[0][0].column == 0);
  CHECK(strip.rows[0][0].precision == op.precision);
  CHECK(strip.rows[0][0].params == strip.most[0]);
  CHECK(strip.rows[0][0].params > 0);
}

}  // namespace
}  // namespace quarry::server
