// The FlexiBERT table: 2037 transformer encoders, 660 of them with a measured score on the QNLI
// task (Tuli et al., "FlexiBERT: are current transformer architectures too homogeneous and rigid?",
// JAIR 77, 2023; data of github.com/jha-lab/txf_design-space). Read from ../shared/data, never
// copied. Tested by tests/shared/tabular_test.cpp.
//
// The space: a model has 2 or 4 layers, and per layer a number of heads, a hidden size, a
// similarity and a feed-forward width. The library holds exactly the models in which none of these
// falls from one layer to the next. Such a list of two values is known by how many of its layers
// have the larger one; of three values, by how many have at least the middle one and how many of
// those the largest. With these counts as genes, alive for their number of layers, the 2037
// canonical genomes are the 2037 models: nothing illegal can be said, where a gene per layer and
// value would have 332,352 genomes. Neighbouring counts differ in one layer, so the structure is
// kept. The 660 follow no rule and are listed in `legal`: one genome in three.
#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/bench/search/bench_problem.hpp"

namespace quarry::bench {
namespace {

using nlohmann::json;
using search::Choice;
using search::Genome;

constexpr std::size_t kLayersGene = 0;  // choice 0: two layers, 1: four

// The space with, for each number of layers, where its genes begin.
class FlexibertSpace {
 public:
  FlexibertSpace() {
    genes_.push_back({.name = "layers",
                      .kind = search::GeneKind::kOrdinal,
                      .choices = {std::int64_t{2}, std::int64_t{4}}});
    add_genes(2, {true, false});
    begin_of_four_ = genes_.size();
    add_genes(4, {false, true});
  }

  search::SearchSpace space() const {
    std::vector<search::Parameter> parameters;
    for (std::size_t i = 0; i < genes_.size(); ++i)
      parameters.push_back({.name = genes_[i].name, .first_gene = i});
    return {genes_, parameters};
  }

  Genome encode(const json& model) const {
    const bool has_four = model.at("l") == 4;
    Genome genome(genes_.size());
    genome[kLayersGene] = has_four ? 1 : 0;
    const auto count = [&](const char* list, auto at_least) {
      return static_cast<Choice>(std::ranges::count_if(
          model.at(list), [&](const json& value) { return value >= json(at_least); }));
    };
    std::size_t gene = has_four ? begin_of_four_ : kLayersGene + 1;
    genome[gene++] = count("a", 4);
    genome[gene++] = count("h", 256);
    genome[gene++] = count("s", "wma");  // the other is "sdp"
    const Choice wide = count("f", 1024);
    genome[gene] = wide;
    if (wide > 0) genome[gene + wide] = count("f", 2048);
    return genome;
  }

 private:
  // How many of `layers` layers: 0 ... layers.
  void add_count(const std::string& name, std::size_t layers, search::Condition condition) {
    search::Gene gene{
        .name = name, .kind = search::GeneKind::kOrdinal, .active_if = std::move(condition)};
    for (std::size_t count = 0; count <= layers; ++count)
      gene.choices.emplace_back(static_cast<std::int64_t>(count));
    genes_.push_back(std::move(gene));
  }

  void add_genes(std::size_t layers, std::vector<bool> alive) {
    const std::string of = "_of_" + std::to_string(layers);
    const search::Condition condition{.on = kLayersGene, .alive = std::move(alive)};
    for (const char* what : {"heads_4", "hidden_256", "similarity_wma"})
      add_count(what + of, layers, condition);
    const std::size_t wide = genes_.size();
    add_count("ffn_1024_up" + of, layers, condition);
    for (std::size_t count = 1; count <= layers; ++count) {
      search::Condition exactly{.on = wide, .alive = std::vector<bool>(layers + 1)};
      exactly.alive[count] = true;
      add_count("ffn_2048_of_" + std::to_string(count) + of, count, std::move(exactly));
    }
  }

  std::vector<search::Gene> genes_;
  std::size_t begin_of_four_ = 0;
};

}  // namespace

std::optional<BenchProblem> flexibert_problem() {
  const std::string path =
      std::string(QUARRY_SOURCE_DIR) + "/../shared/data/flexibert_small_qnli.json";
  std::ifstream file(path);
  if (!file) {
    std::cerr << "flexibert: skipped, " << path << " is not here\n";
    return std::nullopt;
  }
  const json document = json::parse(file);
  const FlexibertSpace flexibert;
  const auto scores = std::make_shared<std::map<Genome, double>>();
  double best = 0.0;
  for (std::size_t i = 0; i < document.at("model_dicts").size(); ++i) {
    const json& score = document.at("accuracies")[i].at("QNLI");
    if (score.is_null()) continue;
    scores->emplace(flexibert.encode(document.at("model_dicts")[i]), score.get<double>());
    best = std::max(best, score.get<double>());
  }
  BenchProblem problem;
  problem.name = "flexibert-qnli";
  problem.family = "tabular";
  problem.space = std::make_shared<const search::SearchSpace>(flexibert.space());
  problem.objectives = 1;
  problem.exact.resize(1);
  for (const auto& [genome, score] : *scores) problem.legal.push_back(genome);
  problem.evaluate = [scores](const Genome& genome) {
    const auto found = scores->find(genome);
    if (found == scores->end()) return Answer{.succeeded = false};
    return Answer{.objectives = {1.0 - found->second}};
  };
  problem.reference = {0.25};  // score 0.75, about the mean of the measured models
  search::Points points(1);
  points.add(std::vector{1.0 - best});
  set_front(problem, points);
  return problem;
}

}  // namespace quarry::bench
