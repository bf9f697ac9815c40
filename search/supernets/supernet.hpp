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
#include "search/network/cost.hpp"
#include "search/network/network.hpp"
#include "search/network/phases.hpp"
#include "search/supernets/field_error.hpp"

namespace quarry::search {

// A genome that the manifest names: measured first in every study and shown beside the front.
struct Baseline {
  std::string name;
  std::string summary;
  Genome genome;  // canonical
};

// A block's parameter follows genes: repetition i of the block reads the gene first_gene + i *
// step.
struct GeneReference {
  std::size_t first_gene = 0;
  std::size_t step = 0;
  std::vector<OptionValue> values;       // of the parameter, per choice
  std::vector<GeneReference> otherwise;  // at most one: read where the gene is dead

  std::size_t gene(std::size_t repetition) const { return first_gene + repetition * step; }
};

// How often a block is there: a constant (times has one entry) or what a gene's choice says.
struct Repeat {
  std::optional<std::size_t> gene;
  std::vector<std::size_t> times = {1};  // per choice of the gene

  std::size_t most() const;
};

// One entry of the manifest's "network".
struct BlockUse {
  const BlockKind* kind = nullptr;
  std::string name;
  std::optional<Repeat> repeat;  // absent: exactly one, called `name` as it is
  std::size_t number_from = 0;   // repetition i is called name + (number_from + i)
  OptionValues constants;        // every parameter; fallbacks for those that are not constant
  std::map<std::string, std::vector<OptionValue>> by_repetition;  // the last for all that follow
  std::map<std::string, GeneReference> genes;
  std::map<std::string, std::string>
      tensors;  // operator's part -> name of its tensors, "{i}" inside

  std::string instance_name(std::size_t repetition) const;
};

// What the metrics with a closed formula count, where a supernet's publications have their own way.
struct MetricRules {
  MacConvention convention = MacConvention::kFvcore;
  std::int64_t macs_constant = 0;
  std::map<std::string, std::int64_t> macs_per_repetition;  // block name -> added for each
  std::vector<std::string> params_without;  // operator names, '*' for any text: not counted
};

struct Supernet {
  std::string name;
  std::string summary;
  std::string manifest;  // the document as it was given
  TensorShape input;
  std::size_t vocabulary = 0;  // the input is token numbers below this; 0: real numbers
  SearchSpace space;
  std::vector<BlockUse> blocks;
  MetricRules metrics;
  std::vector<Baseline> baselines;
  std::optional<std::string> weights;  // safetensors file, beside the manifest
  std::optional<std::string> dataset;  // where the validation images come from
  std::int64_t latency_batch = 1;      // at which latency is measured unless a study says otherwise
  std::optional<Decoding> decoding;    // latency is that of an encoder and so many decoder steps

  // Precondition: space.contains(genome). Dead genes change nothing.
  Network network(const Genome& genome) const;

  // What latency is the sum of: the network itself once, or the phases of an encoder-decoder.
  std::vector<Phase> phases(const Genome& genome) const;

  // macs and params as the manifest's metrics count them. `network` is the genome's.
  struct ReportedCost {
    std::int64_t macs = 0;
    std::int64_t params = 0;
    std::int64_t model_size_bytes = 0;
  };
  ReportedCost reported_cost(const Genome& genome, const Network& network) const;

  // The parameters of a block in this sub-network; repetition counts from 0.
  BlockParameters parameters_of(const BlockUse& use, const Genome& genome,
                                std::size_t repetition) const;
  std::size_t repetitions_of(const BlockUse& use, const Genome& genome) const;
  void append_block(NetworkBuilder& builder, const BlockUse& use, const Genome& genome,
                    std::size_t repetition) const;
};

// The precision that a choice stands for; nothing unless every choice of the gene names one: "f32",
// "bf16", "int8", "int8_w4", or bits, 32 and 8.
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
