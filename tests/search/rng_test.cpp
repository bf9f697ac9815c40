#include "search/core/rng.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <vector>

namespace quarry::search {
namespace {

TEST_CASE("the stream of a seed is fixed for ever") {
  Rng rng(42);
  CHECK(rng.next() == 1546998764402558742ULL);
  CHECK(rng.next() == 6990951692964543102ULL);
}

TEST_CASE("a fork depends on seed, purpose and generation, not on what was drawn") {
  Rng drawn(7);
  drawn.next();
  CHECK(drawn.fork("mutation", 3).next() == Rng(7).fork("mutation", 3).next());
  CHECK(Rng(7).fork("mutation", 3).next() != Rng(7).fork("mutation", 4).next());
  CHECK(Rng(7).fork("mutation", 3).next() != Rng(7).fork("crossover", 3).next());
  CHECK(Rng(7).fork("mutation", 3).next() != Rng(8).fork("mutation", 3).next());
}

TEST_CASE("bounded draws reach every value and stay inside") {
  Rng rng(1);
  std::set<std::uint64_t> drawn;
  for (int i = 0; i < 200; ++i) drawn.insert(rng.below(5));
  CHECK(drawn == std::set<std::uint64_t>{0, 1, 2, 3, 4});
  CHECK(rng.below(1) == 0);
}

TEST_CASE("uniform draws lie in [0, 1) and average a half") {
  Rng rng(3);
  double sum = 0;
  for (int i = 0; i < 10000; ++i) {
    const double u = rng.uniform();
    REQUIRE((u >= 0 && u < 1));
    sum += u;
  }
  CHECK(sum / 10000 == Approx(0.5).margin(0.02));
}

TEST_CASE("a shuffle keeps every item") {
  std::vector<int> items = {1, 2, 3, 4, 5, 6};
  Rng rng(5);
  rng.shuffle<int>(items);
  CHECK(std::multiset<int>(items.begin(), items.end()) == std::multiset<int>{1, 2, 3, 4, 5, 6});
}

}  // namespace
}  // namespace quarry::search
