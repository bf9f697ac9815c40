// The measured networks that an evolutionary algorithm works on, as the columns that pareto/ wants:
// no genome is copied, a member only knows the number of its own.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "search/pareto/dominance.hpp"
#include "search/pareto/points.hpp"

namespace quarry::search {

struct Member {
  std::size_t trial = 0;   // number of the trial that measured it
  std::size_t genome = 0;  // number in Generation::seen()
};

struct Population {
  std::vector<Member> members;
  Points objectives{0};            // minimised, one per member
  std::vector<double> violations;  // 0 = feasible
  Points margins{0};               // one column per bound of the problem

  std::size_t size() const { return members.size(); }
  bool empty() const { return members.empty(); }

  void add(const Member& member, std::span<const double> point, double violation,
           std::span<const double> margin);
  void append(const Population& more);
  // Keeps the members at these indices, in this order.
  void keep(std::span<const std::size_t> order);
};

// The members' indices by rank, then by crowding, at most `count`.
std::vector<std::size_t> best_first(const Population& population, std::size_t count);

// The same members in the order of their fronts, by index within one: sorts only the front that
// does not fit whole.
std::vector<std::size_t> survivors(const Ranking& ranking, std::size_t count);

inline std::vector<std::size_t> indices(std::size_t count) {
  std::vector<std::size_t> all(count);
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

// The values at these indices, in this order.
template <typename T>
std::vector<T> picked(const std::vector<T>& values, std::span<const std::size_t> order) {
  std::vector<T> chosen;
  chosen.reserve(order.size());
  for (const std::size_t i : order) chosen.push_back(values[i]);
  return chosen;
}

}  // namespace quarry::search
