// Activity, canonical forms and counting. Tested by tests/search/search_space_test.cpp.
#include "search/core/search_space.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace quarry::search {

SearchSpace::SearchSpace(std::vector<Gene> genes, std::vector<Parameter> parameters)
    : genes_(std::move(genes)), parameters_(std::move(parameters)) {
  std::vector<bool> placed(genes_.size());
  std::size_t waiting = 0;
  for (std::size_t i = 0; i < genes_.size(); ++i) {
    assert(!genes_[i].choices.empty() && genes_[i].choices.size() <= 256);
    placed[i] = !genes_[i].active_if.has_value();
    if (!placed[i]) ++waiting;
  }
  while (waiting > 0) {
    const std::size_t before = waiting;
    for (std::size_t i = 0; i < genes_.size(); ++i) {
      if (placed[i] || !placed[genes_[i].active_if->on]) continue;
      chained_ = chained_ || genes_[genes_[i].active_if->on].active_if.has_value();
      conditional_.push_back(i);
      placed[i] = true;
      --waiting;
    }
    assert(waiting < before && "conditions must not form a cycle");
    if (waiting == before) break;
  }
}

bool SearchSpace::contains(const Genome& genome) const {
  if (genome.size() != genes_.size()) return false;
  for (std::size_t i = 0; i < genome.size(); ++i) {
    if (genome[i] >= genes_[i].choices.size()) return false;
  }
  return true;
}

std::vector<bool> SearchSpace::alive(const Genome& genome) const {
  assert(contains(genome));
  std::vector<bool> alive(genes_.size(), true);
  for (const std::size_t i : conditional_) {
    const Condition& condition = *genes_[i].active_if;
    alive[i] = alive[condition.on] && condition.alive[genome[condition.on]];
  }
  return alive;
}

void SearchSpace::canonicalise(Genome& genome) const {
  if (!chained_) {  // the common case, on the path of every variation: no scratch memory
    for (const std::size_t i : conditional_) {
      const Condition& condition = *genes_[i].active_if;
      if (!condition.alive[genome[condition.on]]) genome[i] = 0;
    }
    return;
  }
  const std::vector<bool> matters = alive(genome);
  for (const std::size_t i : conditional_) {
    if (!matters[i]) genome[i] = 0;
  }
}

Genome SearchSpace::canonical(Genome genome) const {
  canonicalise(genome);
  return genome;
}

Genome SearchSpace::random(Rng& rng) const {
  Genome genome(genes_.size());
  for (std::size_t i = 0; i < genes_.size(); ++i) {
    genome[i] = static_cast<Choice>(rng.below(genes_[i].choices.size()));
  }
  canonicalise(genome);
  return genome;
}

double SearchSpace::raw_size() const {
  double size = 1.0;
  for (const Gene& gene : genes_) size *= static_cast<double>(gene.choices.size());
  return size;
}

std::optional<double> SearchSpace::canonical_size() const {
  // Genes tied by conditions form groups that multiply; within a group, try every setting of the
  // controlling genes.
  std::vector<std::size_t> group(genes_.size());
  std::iota(group.begin(), group.end(), std::size_t{0});
  std::vector<bool> controls(genes_.size());
  for (const std::size_t i : conditional_) {
    const std::size_t on = genes_[i].active_if->on;
    controls[on] = true;
    const std::size_t from = group[i];
    const std::size_t to = group[on];
    std::ranges::replace(group, from, to);
  }
  double total = 1.0;
  double steps = 0.0;
  for (std::size_t g = 0; g < genes_.size(); ++g) {
    std::vector<std::size_t> members;
    std::vector<std::size_t> controllers;
    for (std::size_t i = 0; i < genes_.size(); ++i) {
      if (group[i] != g) continue;
      members.push_back(i);
      if (controls[i]) controllers.push_back(i);
    }
    if (members.empty()) continue;
    double settings = 1.0;
    for (const std::size_t i : controllers)
      settings *= static_cast<double>(genes_[i].choices.size());
    steps += settings * static_cast<double>(members.size());
    if (steps > 1e7) return std::nullopt;
    double count = 0.0;
    Genome genome(genes_.size());
    while (true) {
      const std::vector<bool> matters = alive(genome);
      // A dead controller is counted at choice 0 only, or the same network would count once for
      // each of its choices.
      const bool canonical = std::ranges::all_of(
          controllers, [&](std::size_t i) { return matters[i] || genome[i] == 0; });
      if (canonical) {
        double ways = 1.0;
        for (const std::size_t i : members) {
          if (!controls[i] && matters[i]) ways *= static_cast<double>(genes_[i].choices.size());
        }
        count += ways;
      }
      std::size_t digit = 0;
      while (digit < controllers.size() &&
             ++genome[controllers[digit]] == genes_[controllers[digit]].choices.size()) {
        genome[controllers[digit++]] = 0;
      }
      if (digit == controllers.size()) break;
    }
    total *= count;
  }
  return total;
}

}  // namespace quarry::search
