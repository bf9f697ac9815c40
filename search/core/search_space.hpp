// The ordered genes of a supernet with their choices and activity. A gene may depend on another (a
// layer's width on the depth): while its condition fails it is dead and changes nothing. The
// canonical genome has every dead gene at choice 0, so two genomes are the same network iff their
// canonical forms are equal.
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

  // Right length and every choice in range.
  bool contains(const Genome& genome) const;

  // alive[i] tells whether gene i matters in this genome.
  std::vector<bool> alive(const Genome& genome) const;
  void canonicalise(Genome& genome) const;
  Genome canonical(Genome genome) const;

  // Uniform per gene, then canonical.
  Genome random(Rng& rng) const;

  // Product of the numbers of choices.
  double raw_size() const;
  // Number of distinct canonical genomes; nothing if that takes more than 10^7 steps to count.
  std::optional<double> canonical_size() const;

 private:
  std::vector<Gene> genes_;
  std::vector<Parameter> parameters_;
  std::vector<std::size_t> conditional_;  // conditional genes, each after the gene it depends on
  bool chained_ = false;                  // some condition depends on a conditional gene
};

}  // namespace quarry::search
