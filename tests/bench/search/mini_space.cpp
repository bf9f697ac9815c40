// Elastic vision transformers small enough to know every network of them, so that the true front is
// exact: mini_space.json (dim, depth, heads, feed-forward width) and mini_space_quantized.json
// (precision too). MACs and bytes are the exact ones of Quarry's own cost rules. The accuracy is
// SYNTHETIC: a formula made up for this benchmark, no network was ever trained. It has what makes
// real ones hard to search: diminishing returns, interactions, and a little of what no model
// explains. Tested by tests/search/mini_space_test.cpp.
#include <algorithm>
#include <cassert>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "search/network/cost.hpp"
#include "search/supernets/supernet.hpp"
#include "tests/bench/search/bench_problem.hpp"

namespace quarry::bench {
namespace {

using search::Genome;
using search::Precision;
using search::SearchSpace;

search::Supernet load(const std::string& file) {
  std::ifstream stream(std::string(QUARRY_SOURCE_DIR) + "/tests/bench/search/" + file);
  std::ostringstream text;
  text << stream.rdbuf();
  search::FieldErrors errors;
  auto supernet = search::load_manifest(text.str(), errors);
  if (!supernet)
    throw std::runtime_error(file + errors.front().pointer + ": " + errors.front().detail);
  return std::move(*supernet);
}

// ------------------------------------------------------------------ the made-up accuracy

struct Layer {
  double heads = 1.0;
  double ffn_width = 1.0;
  Precision precision = Precision::kF32;
};

struct Transformer {
  double dim = 1.0;
  std::vector<Layer> layers;
};

Transformer decode(const SearchSpace& space, const Genome& genome) {
  const auto gene_of = [&](std::string_view name, std::size_t member) {
    const auto found = std::ranges::find(space.parameters(), name, &search::Parameter::name);
    return found == space.parameters().end() ? space.size() : found->first_gene + member;
  };
  const auto number = [&](std::string_view name, std::size_t member) {
    const std::size_t gene = gene_of(name, member);
    return static_cast<double>(std::get<std::int64_t>(space.genes()[gene].choices[genome[gene]]));
  };
  Transformer net{.dim = number("dim", 0), .layers = {}};
  net.layers.resize(static_cast<std::size_t>(number("depth", 0)));
  for (std::size_t l = 0; l < net.layers.size(); ++l) {
    net.layers[l] = {.heads = number("heads", l), .ffn_width = number("ffn_width", l)};
    if (const std::size_t gene = gene_of("precision", l); gene < space.size())
      net.layers[l].precision = *search::precision_of(space.genes()[gene], genome[gene]);
  }
  return net;
}

// Diminishing returns: 0 at 0, 1/2 at `half`, 1 at infinity.
double saturating(double x, double half) { return x / (x + half); }

// What a layer adds: attention matters most in the first layers, the feed-forward part in the last,
// each makes more of the other, and a layer much wider than the one before it starves.
double skill(const Transformer& net) {
  double total = 0.0;
  for (std::size_t l = 0; l < net.layers.size(); ++l) {
    const Layer& layer = net.layers[l];
    const double early = 1.0 / (1.0 + static_cast<double>(l));
    const double attention = saturating(layer.heads, 1.5) * (0.4 + 0.6 * early);
    const double ffn = saturating(layer.ffn_width, 96.0) * (1.0 - 0.6 * early);
    const double before = l == 0 ? layer.ffn_width : net.layers[l - 1].ffn_width;
    const double fed = 0.7 + 0.3 * std::min(1.0, before / layer.ffn_width);
    total += (attention + ffn + 2.0 * attention * ffn) * fed;
  }
  return total * saturating(net.dim, 24.0);
}

// The first and the last layer are the most sensitive, narrow ones more than wide ones, and errors
// compound.
double quantization_loss(const Transformer& net) {
  double total = 0.0;
  for (std::size_t l = 0; l < net.layers.size(); ++l) {
    const Layer& layer = net.layers[l];
    if (layer.precision == Precision::kF32) continue;
    const bool is_end = l == 0 || l + 1 == net.layers.size();
    const double loss = layer.precision == Precision::kInt8 ? 0.002 : 0.01;
    total += loss * (is_end ? 2.0 : 1.0) * (1.5 - saturating(layer.ffn_width, 128.0));
  }
  return total * (1.0 + total / 0.02);
}

// Up to 0.4 % either way for each pair of neighbouring layers: as in Kauffman's NK landscapes, a
// table of random numbers with one entry per combination of the choices that interact.
double chance_of_neighbours(const Transformer& net) {
  const search::Rng rng(20220228);
  double total = 0.0;
  for (std::size_t l = 1; l < net.layers.size(); ++l) {
    const Layer& a = net.layers[l - 1];
    const Layer& b = net.layers[l];
    std::uint64_t entry = l;
    for (const double width : {a.heads, a.ffn_width, b.heads, b.ffn_width})
      entry = entry * 1024 + static_cast<std::uint64_t>(width);
    total += 0.004 * (2.0 * rng.fork("neighbours", entry).uniform() - 1.0);
  }
  return total;
}

double synthetic_accuracy(const Transformer& net) {
  return 0.6 + 0.36 * saturating(skill(net), 1.2) - quantization_loss(net) +
         chance_of_neighbours(net);
}

// ------------------------------------------------------------------ every network

struct Row {
  double accuracy = 0.0;
  double macs = 0.0;
  double model_size_bytes = 0.0;
};

// A row for every canonical genome, where it would stand if all genomes were counted through.
class Table {
 public:
  explicit Table(const search::Supernet& supernet) {
    for (const search::Gene& gene : supernet.space.genes()) radix_.push_back(gene.choices.size());
    rows_.resize(static_cast<std::size_t>(supernet.space.raw_size()));
    Genome genome(radix_.size());
    for (Row& row : rows_) {
      if (supernet.space.canonical(genome) == genome) {
        const search::Cost cost = search::cost_of(supernet.network(genome));
        row = {.accuracy = synthetic_accuracy(decode(supernet.space, genome)),
               .macs = static_cast<double>(cost.macs),
               .model_size_bytes = static_cast<double>(cost.model_size_bytes)};
        networks_.push_back(row);
      }
      for (std::size_t digit = radix_.size(); digit-- > 0;) {
        if (++genome[digit] < radix_[digit]) break;
        genome[digit] = 0;
      }
    }
  }

  const Row& at(const Genome& canonical) const {
    std::size_t index = 0;
    for (std::size_t i = 0; i < radix_.size(); ++i) index = index * radix_[i] + canonical[i];
    assert(rows_[index].macs > 0.0 && "not canonical");
    return rows_[index];
  }

  std::span<const Row> networks() const { return networks_; }

 private:
  std::vector<std::size_t> radix_;
  std::vector<Row> rows_;
  std::vector<Row> networks_;
};

search::ObjectiveVector minimised(const Row& row, std::size_t objectives) {
  search::ObjectiveVector all = {-row.accuracy, row.macs, row.model_size_bytes};
  all.resize(objectives);
  return all;
}

constexpr double kLeastAccuracy = 0.75;  // of the hypervolume's reference

// The accuracy must be measured; MACs and bytes follow from the genome.
BenchProblem mini_space(const search::Supernet& supernet, std::size_t objectives) {
  const auto table = std::make_shared<const Table>(supernet);
  BenchProblem problem;
  problem.name = supernet.name;
  problem.family = "mini-space";
  problem.space = std::make_shared<const SearchSpace>(supernet.space);
  problem.objectives = objectives;
  problem.exact = {nullptr, [table](const Genome& genome) { return table->at(genome).macs; }};
  if (objectives == 3) {
    problem.exact.emplace_back(
        [table](const Genome& genome) { return table->at(genome).model_size_bytes; });
  }
  for (const search::Baseline& baseline : supernet.baselines)
    problem.seeds.push_back(baseline.genome);
  problem.evaluate = [table, objectives](const Genome& canonical) {
    return Answer{.objectives = minimised(table->at(canonical), objectives)};
  };
  // As for the replay benchmark: a little beyond the largest network's costs, at the accuracy of a
  // small one.
  const Row& largest = table->at(problem.seeds.front());
  problem.reference = {-kLeastAccuracy, 1.02 * largest.macs, 1.02 * largest.model_size_bytes};
  problem.reference.resize(objectives);
  search::Points points(objectives);
  for (const Row& row : table->networks()) points.add(minimised(row, objectives));
  set_front(problem, points);
  return problem;
}

}  // namespace

std::vector<BenchProblem> mini_space_problems() {
  return {mini_space(load("mini_space.json"), 2), mini_space(load("mini_space_quantized.json"), 3)};
}

}  // namespace quarry::bench
