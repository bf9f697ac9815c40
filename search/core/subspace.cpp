// Tested by tests/search/subspace_test.cpp.
#include "search/core/subspace.hpp"

#include <algorithm>
#include <numeric>

namespace quarry::search {

namespace {

std::vector<Choice> same_among_kept(const std::vector<Choice>& same_as,
                                    const std::vector<Choice>& kept) {
  std::vector<Choice> same;
  if (same_as.empty()) return same;
  for (const Choice choice : kept) {
    const auto first =
        std::ranges::find_if(kept, [&](Choice c) { return same_as[c] == same_as[choice]; });
    same.push_back(static_cast<Choice>(first - kept.begin()));
  }
  return same;
}

}  // namespace

Subspace::Subspace(const SearchSpace& full, const std::function<bool(const Gene&, Choice)>& keep)
    : full_(full) {
  std::vector<Gene> genes(full.genes().begin(), full.genes().end());
  for (const Gene& gene : genes) {
    std::vector<Choice> all(gene.choices.size());
    std::iota(all.begin(), all.end(), Choice{0});
    std::vector<Choice> kept;
    std::ranges::copy_if(all, std::back_inserter(kept), [&](Choice c) { return keep(gene, c); });
    kept_.push_back(kept.empty() ? all : kept);
  }
  for (std::size_t i = 0; i < genes.size(); ++i) {
    std::vector<Value> choices;
    for (const Choice c : kept_[i]) choices.push_back(genes[i].choices[c]);
    genes[i].choices = std::move(choices);
    genes[i].same_as = same_among_kept(genes[i].same_as, kept_[i]);
    if (!genes[i].active_if) continue;
    Condition& condition = *genes[i].active_if;
    std::vector<bool> alive;
    for (const Choice c : kept_[condition.on]) alive.push_back(condition.alive[c]);
    condition.alive = std::move(alive);
  }
  space_ = SearchSpace(std::move(genes), {full.parameters().begin(), full.parameters().end()});
}

Genome Subspace::expand(const Genome& small) const {
  Genome genome(small.size());
  for (std::size_t i = 0; i < small.size(); ++i) genome[i] = kept_[i][small[i]];
  return full_.canonical(std::move(genome));
}

std::optional<Genome> Subspace::reduce(const Genome& full) const {
  const std::vector<bool> alive = full_.alive(full);
  Genome genome(full.size());
  for (std::size_t i = 0; i < full.size(); ++i) {
    const std::vector<Choice>& same = full_.genes()[i].same_as;
    const auto kept = std::ranges::find_if(kept_[i], [&](Choice c) {
      return c == full[i] || (!same.empty() && same[c] == same[full[i]]);
    });
    if (kept == kept_[i].end()) {
      if (alive[i]) return std::nullopt;
      continue;
    }
    genome[i] = static_cast<Choice>(kept - kept_[i].begin());
  }
  return space_.canonical(std::move(genome));
}

}  // namespace quarry::search
