// What every evolutionary algorithm shares: generations of children that were never seen before,
// made by selection, crossover and mutation. An algorithm says who survives and who is selected;
// one with another way of breeding replaces that too.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "search/algorithms/generation.hpp"
#include "search/core/rng.hpp"
#include "search/variation/crossover.hpp"

namespace quarry::search {

struct EvolutionOptions {
  std::size_t population = 50;
  double crossover = 0.9;  // probability that a child has two parents
  Crossover crossover_kind = Crossover::kUniform;
  double mutation = 0.0;  // probability per living gene; 0 stands for one gene on average
};

std::vector<OptionSpec> evolution_option_specs();
EvolutionOptions read_evolution_options(const OptionValues& options);

class Evolution : public SearchAlgorithm {
 public:
  Evolution(Problem problem, const EvolutionOptions& options, std::uint64_t seed);

  std::vector<Proposal> ask(std::size_t n) final;
  void tell(std::span<const Trial> trials) final { generation_.tell(trials); }

 protected:
  // The successes of a generation, in trial order, the infeasible among them: who becomes a parent
  // of the next? Called before every generation, also with nothing new.
  virtual void survive(const Population& results) = 0;

  // False until something succeeded: the next generation is then a random one.
  virtual bool can_breed() const = 0;

  // A parent. Precondition: can_breed().
  virtual Member select(Rng& rng) = 0;

  // One child for this place in the generation. It may have been seen; then another is asked for.
  virtual Proposal breed(std::size_t place, Rng& rng);

  // How many children a generation has.
  virtual std::size_t generation_size() const { return options_.population; }

  Proposal child_of(const Member& mother, const Member& father, Rng& rng) const;
  Proposal mutant_of(const Member& parent, Rng& rng) const;
  std::span<const Choice> genome_of(const Member& member) const {
    return generation_.seen()[member.genome];
  }

  const Problem& problem() const { return problem_; }
  const EvolutionOptions& options() const { return options_; }
  const Generation& generation() const { return generation_; }
  double mutation_rate() const { return mutation_rate_; }
  Rng fork(std::string_view purpose, std::uint64_t number = 0) const {
    return rng_.fork(purpose, number);
  }

 private:
  bool propose_child(std::size_t place, Rng& rng);

  Problem problem_;
  EvolutionOptions options_;
  Rng rng_;
  double mutation_rate_;
  UnseenSampler sampler_;
  Generation generation_;
  std::uint64_t generations_ = 0;
};

// AlgorithmEntry::make of an Evolution that has no options of its own.
template <typename Algorithm>
std::unique_ptr<SearchAlgorithm> make_evolution(Problem problem, const OptionValues& options,
                                                std::uint64_t seed) {
  return std::make_unique<Algorithm>(std::move(problem), read_evolution_options(options), seed);
}

}  // namespace quarry::search
