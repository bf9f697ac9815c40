// Architecture and quantization policy searched together, as SimQ-NAS does (arXiv 2312.13301):
// latency measured here, model size exact, accuracy predicted by a Gaussian process from published
// measurements. Says how much faster and smaller than the whole network the best sub-networks are
// that are predicted to be as accurate as the whole network in INT8.
//   bench_joint [CASE...] [--trials N] [--threads N]
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <limits>

#include "evaluators/evaluator.hpp"
#include "evaluators/onednn/onednn_info.hpp"
#include "predictors/predictor.hpp"
#include "search/algorithms/registry.hpp"
#include "search/core/features.hpp"
#include "search/core/subspace.hpp"
#include "tests/bench/bench.hpp"
#include "tests/support/dynast_rows.hpp"

namespace quarry::bench {
namespace {

using evaluators::LoadedSupernet;
using search::Genome;

struct Case {
  const char* supernet;
  const char* rows_of;  // the supernet whose networks were measured: its genes come first in ours
  const char* file;
  std::size_t accuracy_column;
  double scale;
  const char* note;
};

constexpr Case kCases[] = {
    {"bert_base_sst2_quantized", "bert_base_sst2", "bert_sst2_params_first500.csv", 5, 1.0,
     "accuracy predicted from 500 measured f32 architectures; what INT8 costs is not in the data"},
    {"inc_quantization_ofa_resnet50", "inc_quantization_ofa_resnet50",
     "results_ofa_resnet50_quant_first250.csv", 5, 0.01,
     "accuracy predicted from 250 measured architectures with their INT8 policies"}};

// A sub-network with an accuracy that others measured and published, 0..1.
struct PublishedRow {
  Genome genome;  // canonical
  double accuracy = 0.0;
};

std::vector<PublishedRow> read_rows(const Case& one, const search::Supernet& measured) {
  std::vector<PublishedRow> rows;
  for (const test::DynastRow& row : test::shared_rows(one.file)) {
    rows.push_back({test::genome_of(measured, row.config),
                    one.scale * std::stod(row.cells.at(one.accuracy_column))});
  }
  return rows;
}

struct Arguments {
  std::vector<std::string> cases;
  std::size_t trials = 100;
  std::int64_t threads = 2;
};

// Accuracy in 0..1 of any network, from published rows.
class AccuracyModel {
 public:
  AccuracyModel(const search::SearchSpace& space, const std::vector<PublishedRow>& rows)
      : space_(space), columns_(search::gene_columns(space)) {
    const predictors::PredictorEntry* entry = predictors::find_predictor("gaussian_process");
    predictor_ = entry->make(OptionValues::defaults(entry->options), columns_);
    predictors::Matrix x(rows.size(), columns_.size());
    std::vector<double> y;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      search::write_gene_row(space_, rows[i].genome, x.row(i));
      y.push_back(rows[i].accuracy);
    }
    predictor_->fit(x, y);
  }

  // The first genes of `genome` are those of the measured space.
  double operator()(const Genome& genome) const {
    const Genome known(genome.begin(), genome.begin() + static_cast<std::ptrdiff_t>(space_.size()));
    predictors::Matrix x(1, columns_.size());
    search::write_gene_row(space_, space_.canonical(known), x.row(0));
    return predictor_->predict(x).mean.front();
  }

 private:
  const search::SearchSpace& space_;
  predictors::Columns columns_;
  std::unique_ptr<predictors::Predictor> predictor_;
};

struct Measured {
  Genome genome;
  std::string name;
  double accuracy = 0.0;
  double latency_ms = 0.0;
  double size_bytes = 0.0;
};

class JointSearch {
 public:
  JointSearch(const LoadedSupernet& supernet, const AccuracyModel& accuracy,
              const Arguments& arguments)
      : supernet_(supernet),
        accuracy_(accuracy),
        trials_(arguments.trials),
        subspace_(supernet.supernet().space, runs_here) {
    const evaluators::EvaluatorEntry* entry = evaluators::find_evaluator("onednn");
    OptionValues options = OptionValues::defaults(entry->options);
    options.set("batch", std::int64_t{1});
    options.set("threads", arguments.threads);
    latency_ = entry->make({supernet_, pool_}, options);
  }

  std::vector<Measured> run() {
    search::Problem problem{.space = &subspace_.space(), .objectives = 3};
    problem.exact = {[this](const Genome& small) { return -accuracy_(subspace_.expand(small)); },
                     {},
                     [this](const Genome& small) { return size_of(subspace_.expand(small)); }};
    for (const search::Baseline& baseline : supernet_.supernet().baselines) {
      if (const auto seed = subspace_.reduce(baseline.genome)) problem.seeds.push_back(*seed);
    }
    const search::AlgorithmEntry* entry = search::find_algorithm("quarry");
    // Each network that the inner search looks at is built for its size and asked for its accuracy,
    // which takes half a millisecond.
    OptionValues options = OptionValues::defaults(entry->options);
    options.set("batch", std::int64_t{4});
    options.set("inner/evaluations", std::int64_t{2000});
    const auto algorithm = entry->make(std::move(problem), options, 1);
    std::vector<Measured> measured;
    while (measured.size() < trials_) {
      const std::vector<search::Proposal> proposals = algorithm->ask(1);
      if (proposals.empty()) break;
      Measured result = measure(subspace_.expand(proposals.front().genome));
      const search::Trial trial{
          .number = measured.size(),
          .genome = proposals.front().genome,
          .succeeded = true,
          .objectives = {-result.accuracy, result.latency_ms, result.size_bytes}};
      algorithm->tell(std::span(&trial, 1));
      measured.push_back(std::move(result));
      std::fprintf(stderr, "\r%zu/%zu", measured.size(), trials_);
    }
    std::fprintf(stderr, "\r\033[2K");
    return measured;
  }

  Measured measure(const Genome& genome) {
    const evaluators::Evaluation answer = latency_->evaluate(std::span(&genome, 1), {}).front();
    if (!answer.failure.empty()) throw std::runtime_error(answer.failure);
    return {.genome = genome,
            .name = name_of(genome),
            .accuracy = accuracy_(genome),
            .latency_ms = answer.metrics.at("latency_ms").value,
            .size_bytes = size_of(genome)};
  }

 private:
  static bool runs_here(const search::Gene& gene, search::Choice choice) {
    const auto precision = search::precision_of(gene, choice);
    const auto runs = evaluators::executable_precisions();
    if (precision) return std::ranges::find(runs, *precision) != runs.end();
    const auto* text = std::get_if<std::string>(&gene.choices[choice]);
    if (text == nullptr || *text != "asymmetric") return true;
    return std::ranges::any_of(evaluators::executable_weight_schemes(),
                               [](search::WeightScheme scheme) { return !scheme.symmetric; });
  }

  double size_of(const Genome& genome) const {
    const search::Network network = supernet_.supernet().network(genome);
    return static_cast<double>(search::cost_of(network).model_size_bytes);
  }

  std::string name_of(const Genome& genome) const {
    for (const search::Baseline& baseline : supernet_.supernet().baselines) {
      if (baseline.genome == genome) return baseline.name;
    }
    return "";
  }

  const LoadedSupernet& supernet_;
  const AccuracyModel& accuracy_;
  std::size_t trials_;
  search::Subspace subspace_;
  evaluators::NetworkPool pool_;
  std::unique_ptr<evaluators::Evaluator> latency_;
};

void print_row(const char* what, const Measured& row, const Measured& f32, const Measured& int8) {
  fmt::print("  {:<26} {:>8.4f} {:>10.3f} {:>10.2f}   {:>6.2f} {:>6.2f}   {:>6.2f} {:>6.2f}\n",
             what, row.accuracy, row.latency_ms, row.size_bytes / 1e6,
             f32.latency_ms / row.latency_ms, f32.size_bytes / row.size_bytes,
             int8.latency_ms / row.latency_ms, int8.size_bytes / row.size_bytes);
}

// The baselines were measured minutes ago: what is compared is measured once more, side by side.
void report_case(const Case& one, JointSearch& search, const std::vector<Measured>& all,
                 Report& report) {
  const auto baseline = [&](const char* name) {
    const auto found = std::ranges::find(all, name, &Measured::name);
    if (found == all.end())
      throw std::runtime_error(std::string(one.supernet) + " has no baseline " + name);
    return *found;
  };
  Measured f32 = baseline("largest f32");
  Measured int8 = baseline("largest int8");
  const Measured* fastest = nullptr;
  const Measured* smallest = nullptr;
  for (const Measured& row : all) {
    if (row.accuracy < int8.accuracy) continue;
    if (fastest == nullptr || row.latency_ms < fastest->latency_ms) fastest = &row;
    if (smallest == nullptr || row.size_bytes < smallest->size_bytes) smallest = &row;
  }
  constexpr int kRounds = 5;
  std::vector<Measured> again = {f32, int8, *fastest, *smallest};
  std::vector<std::vector<double>> samples(again.size());
  for (int round = 0; round < kRounds; ++round) {
    for (std::size_t i = 0; i < again.size(); ++i)
      samples[i].push_back(search.measure(again[i].genome).latency_ms);
  }
  for (std::size_t i = 0; i < again.size(); ++i) again[i].latency_ms = median(samples[i]);
  fmt::print("\n{}: {} trials; {}\n", one.supernet, all.size(), one.note);
  fmt::print("  {:<26} {:>8} {:>10} {:>10}   {:^13}   {:^13}\n", "", "accuracy", "latency", "size",
             "than f32", "than int8");
  fmt::print("  {:<26} {:>8} {:>10} {:>10}   {:>6} {:>6}   {:>6} {:>6}\n", "", "(pred.)", "ms",
             "MB", "time", "size", "time", "size");
  const char* names[] = {"whole network, f32", "whole network, int8", "fastest as accurate",
                         "smallest as accurate"};
  for (std::size_t i = 0; i < again.size(); ++i) print_row(names[i], again[i], again[0], again[1]);
  const std::string where = std::string(one.supernet) + ", ";
  const auto keep = [&](const std::string& figure, double value) {
    report.keep({.figure = where + figure, .value = value, .unit = "x", .note = one.note});
  };
  keep("latency, f32 / fastest", again[0].latency_ms / again[2].latency_ms);
  keep("latency, int8 / fastest", again[1].latency_ms / again[2].latency_ms);
  keep("size, f32 / smallest", again[0].size_bytes / again[3].size_bytes);
  keep("size, int8 / smallest", again[1].size_bytes / again[3].size_bytes);
}

int run(const Arguments& arguments) {
  const evaluators::SupernetLibrary library = evaluators::SupernetLibrary::builtin();
  Report report("joint");
  for (const Case& one : kCases) {
    if (!arguments.cases.empty() &&
        std::ranges::find(arguments.cases, one.supernet) == arguments.cases.end())
      continue;
    const search::Supernet& measured = library.find(one.rows_of)->supernet();
    const std::vector<PublishedRow> rows = read_rows(one, measured);
    if (rows.empty()) {
      report.add(
          {.figure = one.supernet, .unit = "", .note = "skipped, ../shared/data is not here"});
      continue;
    }
    const AccuracyModel accuracy(measured.space, rows);
    JointSearch search(*library.find(one.supernet), accuracy, arguments);
    report_case(one, search, search.run(), report);
  }
  report.finish("build/bench");
  return 0;
}

}  // namespace
}  // namespace quarry::bench

int main(int argc, char** argv) {
  quarry::bench::Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const bool has_value = i + 1 < argc;
    if (std::strcmp(argv[i], "--trials") == 0 && has_value) {
      arguments.trials = std::strtoul(argv[++i], nullptr, 10);
    } else if (std::strcmp(argv[i], "--threads") == 0 && has_value) {
      arguments.threads = std::strtol(argv[++i], nullptr, 10);
    } else {
      arguments.cases.emplace_back(argv[i]);
    }
  }
  try {
    return quarry::bench::run(arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_joint: %s\n", error.what());
    return 1;
  }
}
