#include "evaluators/network_pool.hpp"

#include <catch2/catch.hpp>

namespace quarry::evaluators {
namespace {

const search::Genome& smallest(const LoadedSupernet& supernet) {
  return supernet.supernet().baselines.back().genome;
}

TEST_CASE("a network that was given back is the one taken next") {
  const SupernetLibrary library = SupernetLibrary::builtin();
  const LoadedSupernet& supernet = *library.find("fashion_vit");
  NetworkPool pool;
  CompileResult first = pool.take(supernet, smallest(supernet), 2, 1);
  REQUIRE(first.failure == "");
  const CompiledNetwork* address = first.network.get();
  pool.give_back(supernet, smallest(supernet), std::move(first.network));
  CHECK(pool.take(supernet, smallest(supernet), 2, 1).network.get() == address);
}

TEST_CASE("another batch is another network, and beyond the capacity the oldest is dropped") {
  const SupernetLibrary library = SupernetLibrary::builtin();
  const LoadedSupernet& supernet = *library.find("fashion_vit");
  NetworkPool pool(1);
  CompileResult small = pool.take(supernet, smallest(supernet), 1, 1);
  CompileResult large = pool.take(supernet, smallest(supernet), 2, 1);
  CHECK(small.network->options().batch == 1);
  const CompiledNetwork* kept = large.network.get();
  pool.give_back(supernet, smallest(supernet), std::move(small.network));
  pool.give_back(supernet, smallest(supernet), std::move(large.network));
  CHECK(pool.take(supernet, smallest(supernet), 2, 1).network.get() == kept);
}

}  // namespace
}  // namespace quarry::evaluators
