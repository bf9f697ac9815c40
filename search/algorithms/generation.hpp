// What survives between ask and tell for an algorithm that works in generations: the networks it
// has seen, the proposals still to hand out, those still to be told, and the results so far.
// Results come back in trial order, so workers' speed changes nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "search/algorithms/population.hpp"
#include "search/core/search_algorithm.hpp"
#include "search/variation/sampling.hpp"
#include "search/variation/seen.hpp"

namespace quarry::search {

class Generation {
 public:
  // Every genome proposed or told so far.
  const SeenGenomes& seen() const { return seen_; }

  // Adds a proposal to the coming generation; false, and nothing added, when its network was seen.
  // Precondition: complete() until the first of a generation's proposals; none is handed out before
  // the last was added.
  bool propose(Proposal proposal);

  // How many proposals the coming generation has.
  std::size_t proposed() const { return waiting_.size(); }

  // The next n proposals of this generation, fewer when it has fewer left.
  std::vector<Proposal> ask(std::size_t n);

  // Trials nobody asked for (a user's own) join the generation that is under way.
  void tell(std::span<const Trial> trials);

  // Everything handed out and told.
  bool complete() const { return next_ == waiting_.size() && outstanding_ == 0; }

  // The successful results since the last take, by trial number. Opens the next generation.
  Population take_results();

  // The place of a member in the generation that proposed it; 0 when nobody proposed it.
  std::size_t place_of(const Member& member) const { return places_[member.genome].place; }

 private:
  struct Place {
    std::uint32_t place = 0;
    bool outstanding = false;
  };

  SeenGenomes seen_;
  std::vector<Place> places_;  // by number in seen_
  std::vector<Proposal> waiting_;
  std::vector<std::size_t> numbers_;  // of waiting_, in seen_
  std::size_t next_ = 0;              // of waiting_, to be handed out
  std::size_t outstanding_ = 0;
  Population results_;
};

// Proposes the problem's seeds, then random networks, `count` in all (all seeds in any case); fewer
// when the space has no more. Random networks keep to the bounds that are known by formula as far
// as that is easy.
void propose_initial_sample(const Problem& problem, std::size_t count, Generation& generation,
                            Rng& rng);

}  // namespace quarry::search
