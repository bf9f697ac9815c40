// Random search without replacement: uniform over genomes, no network twice. The baseline that
// every other algorithm must beat, and the honest choice when nothing is known and evaluations are
// cheap.
#include "search/algorithms/registry.hpp"
#include "search/variation/sampling.hpp"

namespace quarry::search {
namespace {

class RandomSearch final : public SearchAlgorithm {
 public:
  RandomSearch(Problem problem, std::uint64_t seed)
      : problem_(std::move(problem)),
        rng_(Rng(seed).fork("random search")),
        sampler_(*problem_.space) {}

  std::vector<Proposal> ask(std::size_t n) override {
    std::vector<Proposal> proposals;
    while (proposals.size() < n && next_seed_ < problem_.seeds.size()) {
      const Genome& seed = problem_.seeds[next_seed_++];
      if (seen_.insert(seed)) proposals.push_back({seed, {.how = "seed"}});
    }
    while (proposals.size() < n) {
      std::optional<Genome> genome = sampler_.draw(seen_, rng_);
      if (!genome) break;
      seen_.insert(*genome);
      proposals.push_back({std::move(*genome), {.how = "random"}});
    }
    return proposals;
  }

  void tell(std::span<const Trial> trials) override {
    for (const Trial& trial : trials) seen_.insert(trial.genome);
  }

 private:
  Problem problem_;
  Rng rng_;
  UnseenSampler sampler_;
  SeenGenomes seen_;
  std::size_t next_seed_ = 0;
};

std::unique_ptr<SearchAlgorithm> make(Problem problem, const OptionValues&, std::uint64_t seed) {
  return std::make_unique<RandomSearch>(std::move(problem), seed);
}

}  // namespace

AlgorithmEntry random_search_entry() {
  return {.name = "random",
          .summary = "Uniform sampling without replacement",
          .choose = "as the baseline that every other algorithm must beat",
          .paper = "Bergstra and Bengio 2012, JMLR 13",
          .make = &make};
}

}  // namespace quarry::search
