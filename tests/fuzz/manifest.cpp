// A supernet's manifest: what is accepted must be fit to be searched.
#include "search/supernets/supernet.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace quarry;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  search::FieldErrors errors;
  const auto supernet = search::load_manifest(fuzz::text_of(data, size), errors);
  fuzz::require(supernet.has_value() == errors.empty(), "a manifest is read, or its mistakes told");
  if (!supernet) return 0;
  search::Rng random(1);
  const search::Genome genome = supernet->space.random(random);
  fuzz::require(supernet->space.contains(genome), "a random genome is of the space");
  fuzz::require(supernet->space.canonical(genome) == genome, "and canonical");
  for (const search::Baseline& baseline : supernet->baselines)
    fuzz::require(supernet->space.contains(baseline.genome), "a baseline is of the space");
  return 0;
}
