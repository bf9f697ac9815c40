// What survives between ask and tell for an algorithm that works in generations: the proposals
// still to hand out, those still to be told, and the results so far. Results come back in trial
// order, so workers' speed changes nothing.
#pragma once

#include <cstddef>
#include <deque>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "search/core/search_algorithm.hpp"
#include "search/variation/seen.hpp"

namespace quarry::search {

class Generation {
 public:
  // Precondition: complete().
  void start(std::vector<Proposal> proposals);

  // The next n proposals of this generation, fewer when it has fewer left.
  std::vector<Proposal> ask(std::size_t n);

  // Trials nobody asked for (a user's own) join the generation that is under way.
  void tell(std::span<const Trial> trials);

  // Everything handed out and told.
  bool complete() const { return waiting_.empty() && outstanding_.empty(); }

  // The results since the last take, by trial number.
  std::vector<Trial> take_results();

 private:
  std::deque<Proposal> waiting_;
  std::unordered_set<std::string> outstanding_;
  std::vector<Trial> results_;
};

// The problem's seeds, then random networks, `count` in all; fewer when the space has no more. Adds
// them to `seen`.
std::vector<Proposal> initial_sample(const Problem& problem, std::size_t count, SeenGenomes& seen,
                                     Rng& rng);

}  // namespace quarry::search
