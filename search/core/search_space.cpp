// Activity, canonical forms and counting. Tested by tests/search/search_space_test.cpp.
#include "search/core/search_space.hpp"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace quarry::search {

SearchSpace::SearchSpace(std::vector<Gene> genes, std::vector<Parameter> parameters)
    : genes_(std::move(genes)), parameters_(std::move(parameters)) {
  rule_of_.assign(genes_.size(), kNoRule);
  depending_.resize(genes_.size());
  std::vector<bool> placed(genes_.size());
  std::size_t waiting = 0;
  for (std::size_t i = 0; i < genes_.size(); ++i) {
    assert(!genes_[i].choices.empty() && genes_[i].choices.size() <= 256);
    placed[i] = !genes_[i].active_if.has_value();
    if (!placed[i]) ++waiting;
    assert(genes_[i].same_as.empty() || genes_[i].same_as.size() == genes_[i].choices.size());
    if (!genes_[i].same_as.empty()) with_aliases_.push_back(static_cast<std::uint32_t>(i));
  }
  while (waiting > 0) {
    const std::size_t before = waiting;
    for (std::size_t i = 0; i < genes_.size(); ++i) {
      if (placed[i] || !placed[genes_[i].active_if->on]) continue;
      const Condition& condition = *genes_[i].active_if;
      rule_of_[i] = static_cast<std::uint32_t>(rules_.size());
      depending_[condition.on].push_back(rule_of_[i]);
      rules_.push_back({.gene = static_cast<std::uint32_t>(i),
                        .on = static_cast<std::uint32_t>(condition.on),
                        .first = static_cast<std::uint32_t>(alive_table_.size()),
                        .chained = genes_[condition.on].active_if.has_value()});
      alive_table_.insert(alive_table_.end(), condition.alive.begin(), condition.alive.end());
      chained_ = chained_ || rules_.back().chained;
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
  for (const Rule& rule : rules_) alive[rule.gene] = alive[rule.on] && holds(rule, genome);
  return alive;
}

void SearchSpace::canonicalise(Genome& genome) const {
  for (const std::uint32_t gene : with_aliases_) genome[gene] = first_of_same(gene, genome[gene]);
  if (!chained_) {  // the common case, on the path of every variation: no scratch memory
    for (const Rule& rule : rules_) {
      if (!holds(rule, genome)) genome[rule.gene] = 0;
    }
    return;
  }
  const std::vector<bool> matters = alive(genome);
  for (const Rule& rule : rules_) {
    if (!matters[rule.gene]) genome[rule.gene] = 0;
  }
}

void SearchSpace::set(Genome& genome, std::size_t gene, Choice choice, Rng& rng) const {
  const Choice before = genome[gene];
  genome[gene] = first_of_same(gene, choice);
  for (const std::uint32_t r : depending_[gene]) {
    const Rule& rule = rules_[r];
    const bool lived = alive_table_[rule.first + before] != 0;
    if (lived == holds(rule, genome)) continue;
    if (lived) {
      kill(genome, rule.gene);
    } else {
      wake(genome, rule.gene, rng);
    }
  }
}

void SearchSpace::kill(Genome& genome, std::size_t gene) const {
  for (const std::uint32_t r : depending_[gene]) {
    if (holds(rules_[r], genome)) kill(genome, rules_[r].gene);
  }
  genome[gene] = 0;
}

void SearchSpace::wake(Genome& genome, std::size_t gene, Rng& rng) const {
  const auto drawn = static_cast<Choice>(rng.below(genes_[gene].choices.size()));
  genome[gene] = first_of_same(gene, drawn);
  for (const std::uint32_t r : depending_[gene]) {
    if (holds(rules_[r], genome)) wake(genome, rules_[r].gene, rng);
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

namespace {

std::size_t different_choices(const Gene& gene) {
  if (gene.same_as.empty()) return gene.choices.size();
  std::size_t count = 0;
  for (std::size_t c = 0; c < gene.same_as.size(); ++c) count += gene.same_as[c] == c ? 1 : 0;
  return count;
}

}  // namespace

std::optional<double> SearchSpace::canonical_size() const {
  // Genes tied by conditions form groups that multiply; within a group, try every setting of the
  // controlling genes.
  std::vector<std::size_t> group(genes_.size());
  std::iota(group.begin(), group.end(), std::size_t{0});
  std::vector<bool> controls(genes_.size());
  for (const Rule& rule : rules_) {
    controls[rule.on] = true;
    const std::size_t from = group[rule.gene];
    const std::size_t to = group[rule.on];
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
      const bool canonical = std::ranges::all_of(controllers, [&](std::size_t i) {
        return matters[i] ? first_of_same(i, genome[i]) == genome[i] : genome[i] == 0;
      });
      if (canonical) {
        double ways = 1.0;
        for (const std::size_t i : members) {
          if (!controls[i] && matters[i]) ways *= static_cast<double>(different_choices(genes_[i]));
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
