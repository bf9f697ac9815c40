// The ordered genes of a supernet with their choices and activity. A gene may depend on another (a
// layer's width on the depth): while its condition fails it is dead and changes nothing. The
// canonical genome has every dead gene at choice 0 and every living one at the first of the choices
// that make the same network, so two genomes are the same network iff their canonical forms are
// equal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "search/core/genome.hpp"
#include "search/core/rng.hpp"

namespace quarry::search {

using Value = std::variant<std::int64_t, double, std::string>;

// Ordinal choices have a meaningful order (widths); categorical ones do not (precisions).
enum class GeneKind { kOrdinal, kCategorical };

// The gene is alive iff the gene `on` is alive itself and has a choice c with alive[c].
struct Condition {
  std::size_t on = 0;
  std::vector<bool> alive;  // one per choice of `on`
  bool operator==(const Condition&) const = default;
};

struct Gene {
  std::string name;  // "depth", or "heads[2]" for a member of a list
  GeneKind kind = GeneKind::kCategorical;
  std::vector<Value> choices;  // 1 to 256
  std::optional<Condition> active_if;
  // Per choice the first one that makes the same network; empty where all choices differ.
  std::vector<Choice> same_as = {};
};

// How a user sees consecutive genes: one named value, or one named list.
struct Parameter {
  std::string name;
  std::size_t first_gene = 0;
  std::size_t count = 1;
  bool is_list = false;
};

// Immutable. The constructor expects conditions without cycles that name existing genes (the
// manifest loader checks).
class SearchSpace {
 public:
  SearchSpace() = default;
  SearchSpace(std::vector<Gene> genes, std::vector<Parameter> parameters);

  std::span<const Gene> genes() const { return genes_; }
  std::span<const Parameter> parameters() const { return parameters_; }
  std::size_t size() const { return genes_.size(); }

  // A condition as inner loops read it, without following pointers. In order, each after the rule
  // of the gene it depends on.
  struct Rule {
    std::uint32_t gene = 0;
    std::uint32_t on = 0;
    std::uint32_t first = 0;
    bool chained = false;  // `on` is conditional itself
  };
  std::span<const Rule> rules() const { return rules_; }
  // Whether the choice of the gene it depends on is one that lets the rule's gene live.
  bool holds(const Rule& rule, std::span<const Choice> genome) const {
    return alive_table_[rule.first + genome[rule.on]] != 0;
  }

  // Right length and every choice in range.
  bool contains(const Genome& genome) const;

  // alive[i] tells whether gene i matters in this genome.
  std::vector<bool> alive(const Genome& genome) const;
  // The same, written to a row of size() values: each living gene's choice, `dead` for the others.
  template <typename Number>
  void write_levels(std::span<const Choice> genome, Number* row, Number dead) const;
  void canonicalise(Genome& genome) const;
  Genome canonical(Genome genome) const;

  bool is_alive(std::span<const Choice> genome, std::size_t gene) const {
    while (rule_of_[gene] != kNoRule) {
      const Rule& rule = rules_[rule_of_[gene]];
      if (!holds(rule, genome)) return false;
      gene = rule.on;
    }
    return true;
  }

  // Sets a living gene of a canonical genome and keeps it canonical: genes that die go to choice 0,
  // genes that come alive get a random choice, so a layer that appears is of any kind.
  void set(Genome& genome, std::size_t gene, Choice choice, Rng& rng) const;

  // Uniform per gene, then canonical.
  Genome random(Rng& rng) const;

  // Product of the numbers of choices.
  double raw_size() const;
  // Number of distinct canonical genomes; nothing if that takes more than 10^7 steps to count.
  std::optional<double> canonical_size() const;

 private:
  static constexpr std::uint32_t kNoRule = 0xFFFFFFFF;

  Choice first_of_same(std::size_t gene, Choice choice) const {
    const std::vector<Choice>& same = genes_[gene].same_as;
    return same.empty() ? choice : same[choice];
  }
  void kill(Genome& genome, std::size_t gene) const;
  void wake(Genome& genome, std::size_t gene, Rng& rng) const;

  std::vector<Gene> genes_;
  std::vector<Parameter> parameters_;
  std::vector<Rule> rules_;  // one per conditional gene, each after the gene it depends on
  std::vector<std::uint32_t> rule_of_;                 // per gene; kNoRule for an unconditional one
  std::vector<std::vector<std::uint32_t>> depending_;  // per gene, the rules that name it
  std::vector<std::uint8_t> alive_table_;
  std::vector<std::uint32_t> with_aliases_;  // genes of which some choices are the same
  bool chained_ = false;                     // some rule is
};

template <typename Number>
void SearchSpace::write_levels(std::span<const Choice> genome, Number* row, Number dead) const {
  for (std::size_t i = 0; i < genome.size(); ++i) row[i] = static_cast<Number>(genome[i]);
  for (const Rule& rule : rules_) {
    if (!holds(rule, genome) || (rule.chained && row[rule.on] == dead)) row[rule.gene] = dead;
  }
}

}  // namespace quarry::search
