// The replay benchmark: OFA MobileNetV3-w1.2 at 224 pixels, answered in microseconds by published
// measurements: accuracy by the once-for-all project's predictor (an MLP; it is not ImageNet
// accuracy), latency by its additive Samsung Note10 table. Read from ../shared/data, never copied.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/bench/search/bench_problem.hpp"

namespace quarry::bench {
namespace {

using nlohmann::json;
using search::Genome;

constexpr std::size_t kBlocks = 20;
constexpr std::size_t kBlocksPerStage = 4;
constexpr std::size_t kChoices = 3;
constexpr std::size_t kExpandGene = kBlocks;
constexpr std::size_t kDepthGene = 2 * kBlocks;
constexpr std::size_t kResolutionInput = 2 * kBlocks * kChoices + (224 - 112) / 16;

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// One layer as published: weight [outputs, inputs] row-major, kept here by input so that zero
// inputs cost nothing.
struct DenseLayer {
  std::size_t inputs = 0;
  std::size_t outputs = 0;
  std::vector<float> by_input;
  std::vector<float> bias;

  std::vector<float> run(const std::vector<float>& x) const {
    std::vector<float> y = bias;
    for (std::size_t i = 0; i < inputs; ++i) {
      if (x[i] == 0.0F) continue;
      const float* weights = by_input.data() + i * outputs;
      for (std::size_t o = 0; o < outputs; ++o) y[o] += x[i] * weights[o];
    }
    return y;
  }
};

std::vector<DenseLayer> read_layers(const std::string& bytes) {
  std::uint64_t header_size = 0;
  std::memcpy(&header_size, bytes.data(), sizeof header_size);
  const json header = json::parse(bytes.substr(8, header_size));
  const auto tensor = [&](const std::string& name) {
    const json& entry = header.at(name);
    const std::size_t begin = 8 + header_size + entry.at("data_offsets")[0].get<std::size_t>();
    const std::size_t end = 8 + header_size + entry.at("data_offsets")[1].get<std::size_t>();
    std::vector<float> values((end - begin) / sizeof(float));
    std::memcpy(values.data(), bytes.data() + begin, end - begin);
    return values;
  };
  std::vector<DenseLayer> layers;
  for (int i = 0; i < 4; ++i) {
    const std::string name = "fc" + std::to_string(i);
    const json& shape = header.at(name + ".weight").at("shape");
    DenseLayer layer{.inputs = shape[1], .outputs = shape[0]};
    const std::vector<float> weight = tensor(name + ".weight");
    layer.by_input.resize(weight.size());
    for (std::size_t o = 0; o < layer.outputs; ++o) {
      for (std::size_t x = 0; x < layer.inputs; ++x)
        layer.by_input[x * layer.outputs + o] = weight[o * layer.inputs + x];
    }
    layer.bias = tensor(name + ".bias");
    layers.push_back(std::move(layer));
  }
  return layers;
}

bool is_active(const Genome& genome, std::size_t block) {
  return block % kBlocksPerStage < genome[kDepthGene + block / kBlocksPerStage] + 2U;
}

double accuracy_percent(const std::vector<DenseLayer>& layers, const Genome& genome) {
  std::vector<float> x(layers.front().inputs);
  for (std::size_t block = 0; block < kBlocks; ++block) {
    if (!is_active(genome, block)) continue;
    x[block * kChoices + genome[block]] = 1.0F;
    x[(kBlocks + block) * kChoices + genome[kExpandGene + block]] = 1.0F;
  }
  x[kResolutionInput] = 1.0F;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    x = layers[i].run(x);
    if (i + 1 < layers.size()) {
      for (float& value : x) value = std::max(value, 0.0F);
    }
  }
  return 100.0 * static_cast<double>(x[0]);
}

struct LatencyTable {
  double constant_ms = 0.0;
  std::array<std::array<std::array<double, kChoices>, kChoices>, kBlocks> block_ms{};

  double latency_ms(const Genome& genome) const {
    double total = constant_ms;
    for (std::size_t block = 0; block < kBlocks; ++block) {
      if (is_active(genome, block))
        total += block_ms[block][genome[block]][genome[kExpandGene + block]];
    }
    return total;
  }
};

search::SearchSpace mobilenet_space() {
  const auto choices = [](std::initializer_list<std::int64_t> values) {
    return std::vector<search::Value>(values.begin(), values.end());
  };
  std::vector<search::Gene> genes;
  const auto add_block_genes = [&](const std::string& name, const auto& values) {
    for (std::size_t block = 0; block < kBlocks; ++block) {
      // Depth 2, 3, 4: a stage's third block needs choice 1, its fourth choice 2.
      const std::size_t position = block % kBlocksPerStage;
      search::Condition condition{.on = kDepthGene + block / kBlocksPerStage, .alive = {}};
      for (std::size_t depth = 2; depth < 2 + kChoices; ++depth)
        condition.alive.push_back(position < depth);
      genes.push_back({.name = name + "[" + std::to_string(block) + "]",
                       .kind = search::GeneKind::kOrdinal,
                       .choices = values,
                       .active_if = std::move(condition)});
    }
  };
  add_block_genes("ks", choices({3, 5, 7}));
  add_block_genes("e", choices({3, 4, 6}));
  for (std::size_t stage = 0; stage < kBlocks / kBlocksPerStage; ++stage) {
    genes.push_back({.name = "d[" + std::to_string(stage) + "]",
                     .kind = search::GeneKind::kOrdinal,
                     .choices = choices({2, 3, 4})});
  }
  return {std::move(genes),
          {{.name = "ks", .first_gene = 0, .count = kBlocks, .is_list = true},
           {.name = "e", .first_gene = kExpandGene, .count = kBlocks, .is_list = true},
           {.name = "d",
            .first_gene = kDepthGene,
            .count = kBlocks / kBlocksPerStage,
            .is_list = true}}};
}

}  // namespace

std::optional<BenchProblem> replay_problem() {
  const std::string folder = std::string(QUARRY_SOURCE_DIR) + "/../shared/data/";
  const std::string mlp = read_file(folder + "ofa_mbv3_w12_accuracy_mlp.safetensors");
  const std::string table = read_file(folder + "ofa_mbv3_w12_note10_224_latency.json");
  if (mlp.empty() || table.empty()) {
    std::cerr << "replay: skipped, " << folder << " is not here\n";
    return std::nullopt;
  }
  const auto layers = std::make_shared<const std::vector<DenseLayer>>(read_layers(mlp));
  const json document = json::parse(table);
  const auto latency = std::make_shared<LatencyTable>();
  latency->constant_ms = document.at("constant_ms");
  for (std::size_t block = 0; block < kBlocks; ++block) {
    for (std::size_t kernel = 0; kernel < kChoices; ++kernel) {
      for (std::size_t expand = 0; expand < kChoices; ++expand)
        latency->block_ms[block][kernel][expand] = document.at("block_ms")[block][kernel][expand];
    }
  }
  BenchProblem problem;
  problem.name = "replay";
  problem.family = "replay";
  problem.space = std::make_shared<const search::SearchSpace>(mobilenet_space());
  problem.exact.resize(2);  // both are measurements
  problem.evaluate = [layers, latency](const Genome& genome) {
    return Answer{.objectives = {latency->latency_ms(genome), -accuracy_percent(*layers, genome)}};
  };
  problem.reference = {95.0, -79.0};
  problem.best_hypervolume = 379.14;  // of 200,000 evaluations of NSGA-II: more than 1 is possible
  return problem;
}

}  // namespace quarry::bench
