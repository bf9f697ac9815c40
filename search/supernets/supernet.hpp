// A supernet: a named search space and how a genome of it becomes a Network, with the weights,
// validation images and baselines that its manifest names. Immutable after loading; safe to share
// between threads.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "search/blocks/block.hpp"
#include "search/core/search_space.hpp"
#include "search/network/network.hpp"
#include "search/supernets/field_error.hpp"

namespace quarry::search {

// A genome that the manifest names: measured first in every study and shown beside the front.
struct Baseline {
  std::string name;
  std::string summary;
  Genome genome;  // canonical
};

// One entry of the manifest's "network".
struct BlockUse {
  // The parameter follows genes: the one at first_gene, or the one at first_gene + repetition.
  struct GeneReference {
    std::size_t first_gene = 0;
    bool per_repetition = false;
  };
  const BlockKind* kind = nullptr;
  std::string name;  // repeated blocks are called name0, name1, ...
  std::optional<std::size_t>
      depth_gene;          // its value is the number of repetitions; absent: exactly one
  OptionValues constants;  // every parameter that is not a gene, and fallbacks for those that are
  std::map<std::string, GeneReference> genes;
};

struct Supernet {
  std::string name;
  std::string summary;
  std::string manifest;  // the document as it was given
  TensorShape input;
  SearchSpace space;
  std::vector<BlockUse> blocks;
  std::vector<Baseline> baselines;
  std::optional<std::string> weights;  // safetensors file, beside the manifest
  std::optional<std::string> dataset;  // where the validation images come from
  std::int64_t latency_batch = 1;      // at which latency is measured unless a study says otherwise

  // Precondition: space.contains(genome). Dead genes change nothing.
  Network network(const Genome& genome) const;

  // The parameters of a block in this sub-network; repetition counts from 0.
  BlockParameters parameters_of(const BlockUse& use, const Genome& genome,
                                std::size_t repetition) const;
};

// The precision that a choice stands for; nothing unless every choice of the gene names one.
std::optional<Precision> precision_of(const Gene& gene, Choice choice);

// Reads a manifest (format: search/supernets/README.md). On any mistake: nothing, and every mistake
// in `errors`.
std::optional<Supernet> load_manifest(std::string_view text, FieldErrors& errors);

struct BuiltinSupernet {
  std::string_view manifest;
  std::string_view weights;  // safetensors bytes; empty when it has none
};

// The supernets inside the binary, in the very format that a user writes.
std::vector<BuiltinSupernet> builtin_supernets();

}  // namespace quarry::search
