// When a trust region grows and shrinks, and what it costs to leave it.
#include "search/algorithms/trust_region.hpp"

#include <catch2/catch.hpp>

namespace quarry::search {
namespace {

// The radius after batches that reached the front (+) or did not (-).
std::size_t radius_after(std::size_t genes, const std::string& batches) {
  TrustRegion region(genes);
  for (const char batch : batches) region.adapt(batch == '+');
  return region.radius();
}

Genome changed(std::size_t genes, std::size_t count) {
  Genome genome(genes, 0);
  std::fill_n(genome.begin(), count, Choice{1});
  return genome;
}

TEST_CASE("a region starts with a fifth of the genes and at least four") {
  CHECK(radius_after(100, "") == 20);
  CHECK(radius_after(45, "") == 9);
  CHECK(radius_after(24, "") == 4);
  CHECK(radius_after(1, "") == 4);
}

TEST_CASE("a region doubles after three hits in a row") {
  CHECK(radius_after(100, "++") == 20);
  CHECK(radius_after(100, "+++") == 40);
}

TEST_CASE("a region halves after four misses in a row") {
  CHECK(radius_after(100, "---") == 20);
  CHECK(radius_after(100, "----") == 10);
}

TEST_CASE("a miss between hits and a hit between misses start the count anew") {
  CHECK(radius_after(100, "++-++") == 20);
  CHECK(radius_after(100, "++-+++") == 40);
  CHECK(radius_after(100, "---+---") == 20);
  CHECK(radius_after(100, "---+----") == 10);
}

TEST_CASE("after a change of size the count starts anew") {
  CHECK(radius_after(100, "+++++") == 40);
  CHECK(radius_after(100, "++++++") == 80);
  CHECK(radius_after(100, "-------") == 10);
  CHECK(radius_after(100, "--------") == 5);
}

TEST_CASE("a region never spans more than all genes nor fewer than four") {
  CHECK(radius_after(100, "+++++++++") == 100);
  CHECK(radius_after(100, "+++++++++----") == 50);
  CHECK(radius_after(100, "----------------") == 4);
  CHECK(radius_after(3, "+++") == 4);
  CHECK(radius_after(3, "----") == 4);
}

TEST_CASE("inside the region nothing is paid, outside a thousand for every gene beyond") {
  const TrustRegion region(10);
  const std::vector<Genome> centres = {changed(10, 0)};
  CHECK(region.penalty(changed(10, 0), centres) == 0.0);
  CHECK(region.penalty(changed(10, 4), centres) == 0.0);
  CHECK(region.penalty(changed(10, 5), centres) == 1000.0);
  CHECK(region.penalty(changed(10, 10), centres) == 6000.0);
}

TEST_CASE("the nearest centre counts, and without centres everything is inside") {
  const TrustRegion region(10);
  const Genome genome = changed(10, 10);
  const std::vector<Genome> centres = {changed(10, 0), changed(10, 4), changed(10, 2)};
  CHECK(region.penalty(genome, centres) == 2000.0);
  CHECK(region.penalty(genome, {}) == 0.0);
}

TEST_CASE("how far a gene's choice moves does not matter") {
  Genome far = changed(10, 5);
  far[0] = 9;
  CHECK(TrustRegion(10).penalty(far, std::vector<Genome>{changed(10, 0)}) == 1000.0);
}

}  // namespace
}  // namespace quarry::search
