// Exhaustive search: every network of the space in counting order, the first gene fastest. Choose
// it for spaces so small that all of it can be measured; it ends by itself, with the true front.
#include "search/algorithms/registry.hpp"
#include "search/variation/sampling.hpp"

namespace quarry::search {
namespace {

class Exhaustive final : public SearchAlgorithm {
 public:
  explicit Exhaustive(Problem problem) : problem_(std::move(problem)), sampler_(*problem_.space) {}

  std::vector<Proposal> ask(std::size_t n) override {
    std::vector<Proposal> proposals;
    while (proposals.size() < n && next_seed_ < problem_.seeds.size()) {
      const Genome& seed = problem_.seeds[next_seed_++];
      if (seen_.insert(seed)) proposals.push_back({seed, {.how = "seed"}});
    }
    while (proposals.size() < n) {
      std::optional<Genome> genome = sampler_.next(seen_);
      if (!genome) break;
      seen_.insert(*genome);
      proposals.push_back({std::move(*genome), {.how = "next in order"}});
    }
    return proposals;
  }

  void tell(std::span<const Trial> trials) override {
    for (const Trial& trial : trials) seen_.insert(trial.genome);
  }

 private:
  Problem problem_;
  UnseenSampler sampler_;
  SeenGenomes seen_;
  std::size_t next_seed_ = 0;
};

std::unique_ptr<SearchAlgorithm> make(Problem problem, const OptionValues&, std::uint64_t) {
  return std::make_unique<Exhaustive>(std::move(problem));
}

}  // namespace

AlgorithmEntry exhaustive_entry() {
  return {.name = "exhaustive",
          .summary = "Every network in counting order",
          .choose = "for spaces so small that all of it can be measured",
          .paper = "none",
          .uses_chance = false,
          .make = &make};
}

}  // namespace quarry::search
