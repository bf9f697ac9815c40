// Latency from operators: a table filled while some sub-networks are measured predicts others that
// nobody has seen, of random shapes and of mixed precision, without compiling them; then they are
// measured. Beside it what the same measured networks teach a ridge over genes, how much longer
// measuring takes for the table's sake, and what a prediction costs.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <stdexcept>
#include <string>
#include <vector>

#include "evaluators/fingerprint.hpp"
#include "evaluators/latency.hpp"
#include "evaluators/latency_model.hpp"
#include "evaluators/network_pool.hpp"
#include "predictors/predictor.hpp"
#include "search/core/features.hpp"
#include "search/core/rng.hpp"
#include "tests/bench/bench.hpp"

namespace quarry::bench {
namespace {

struct Options {
  std::string supernet = "bert_base_sst2_quantized";
  std::size_t fill = 60;
  std::size_t unseen = 100;
  int threads = 1;
  double seconds = 1.5;  // of each measurement at most
  std::uint64_t seed = 1;
};

Options read_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    const char* value = argv[i + 1];
    if (name == "--supernet") {
      options.supernet = value;
    } else if (name == "--fill") {
      options.fill = static_cast<std::size_t>(std::atoi(value));
    } else if (name == "--unseen") {
      options.unseen = static_cast<std::size_t>(std::atoi(value));
    } else if (name == "--threads") {
      options.threads = std::atoi(value);
    } else if (name == "--seconds") {
      options.seconds = std::atof(value);
    } else if (name == "--seed") {
      options.seed = static_cast<std::uint64_t>(std::atoll(value));
    } else {
      throw std::runtime_error("unknown option " + name);
    }
  }
  if (argc % 2 == 0 || options.fill < 2 || options.unseen < 2 || options.threads < 1)
    throw std::runtime_error(
        "options: --supernet NAME --fill N --unseen N --threads N --seconds S");
  return options;
}

// Any shape, and a share of integers that is anywhere between none and all.
search::Genome mixed_genome(const search::SearchSpace& space, search::Rng& rng) {
  search::Genome genome = space.random(rng);
  const double share = rng.uniform();
  for (std::size_t g = 0; g < genome.size(); ++g) {
    const search::Gene& gene = space.genes()[g];
    std::vector<search::Choice> integers;
    std::vector<search::Choice> others;
    for (std::size_t c = 0; c < gene.choices.size(); ++c) {
      const auto precision = search::precision_of(gene, static_cast<search::Choice>(c));
      if (!precision) continue;
      (search::is_integer(*precision) ? integers : others)
          .push_back(static_cast<search::Choice>(c));
    }
    if (integers.empty() || others.empty()) continue;
    const auto& kind = rng.uniform() < share ? integers : others;
    genome[g] = kind[rng.below(kind.size())];
  }
  space.canonicalise(genome);
  return genome;
}

class Machine {
 public:
  Machine(const evaluators::LoadedSupernet& supernet, const Options& options)
      : supernet_(supernet),
        options_(options),
        batch_(static_cast<std::size_t>(supernet.supernet().latency_batch)),
        fingerprint_(evaluators::identify_machine(options.threads).first),
        meter_({.threads = options.threads, .protocol = {.max_seconds = options.seconds}}) {}

  // In milliseconds. With a table its steps are timed and kept.
  evaluators::LatencySummary measure(const search::Genome& genome,
                                     evaluators::OperatorTimes* times) {
    evaluators::CompileResult compiled = pool_.take(supernet_, genome, batch_, options_.threads);
    if (!compiled.network) throw std::runtime_error(compiled.failure);
    std::optional<double> share;
    if (times != nullptr) {
      share = times->is_settled(fingerprint_, compiled.network->steps())
                  ? 0.0
                  : evaluators::LatencyProtocol{}.timed_share;
    }
    evaluators::LatencySummary summary = meter_.measure(*compiled.network, {}, share)->summary;
    if (times != nullptr) {
      times->record(fingerprint_, batch_, compiled.network->steps(), summary.timed_runs_ms,
                    summary.disturbed ? std::nullopt : std::optional(summary.median_ms));
    }
    return summary;
  }

  const std::string& fingerprint() const { return fingerprint_; }
  std::size_t batch() const { return batch_; }

 private:
  const evaluators::LoadedSupernet& supernet_;
  const Options& options_;
  std::size_t batch_;
  std::string fingerprint_;
  evaluators::NetworkPool pool_;
  evaluators::LatencyMeter meter_;
};

// Kendall's tau-a.
double rank_correlation(const std::vector<double>& a, const std::vector<double>& b) {
  double agreeing = 0;
  double pairs = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const double product = (a[i] - a[j]) * (b[i] - b[j]);
      agreeing += product > 0 ? 1 : product < 0 ? -1 : 0;
      pairs += 1;
    }
  }
  return agreeing / pairs;
}

double mean_error(const std::vector<double>& predicted, const std::vector<double>& measured) {
  double sum = 0;
  for (std::size_t i = 0; i < measured.size(); ++i)
    sum += std::abs(predicted[i] / measured[i] - 1.0);
  return sum / static_cast<double>(measured.size());
}

struct Predicted {
  std::vector<double> mean_ms;
  std::vector<double> sum_ms;
  std::vector<double> deviation_ms;
  double estimated_share = 0;  // of the steps
};

Predicted predict(const evaluators::LoadedSupernet& supernet, std::size_t batch, int threads,
                  const evaluators::LatencyModel& model,
                  const std::vector<search::Genome>& genomes) {
  evaluators::LatencyForecast forecast(supernet, batch, threads, model);
  Predicted predicted;
  double steps = 0;
  double estimated = 0;
  for (const search::Genome& genome : genomes) {
    const evaluators::LatencyPrediction one = forecast.predict(genome).value();
    predicted.mean_ms.push_back(one.mean_ms);
    predicted.sum_ms.push_back(one.sum_ms);
    predicted.deviation_ms.push_back(one.deviation_ms);
    steps += static_cast<double>(one.steps);
    estimated += static_cast<double>(one.estimated);
  }
  predicted.estimated_share = estimated / steps;
  return predicted;
}

std::vector<double> ridge_over_genes(const search::SearchSpace& space,
                                     const std::vector<search::Genome>& known,
                                     const std::vector<double>& known_ms,
                                     const std::vector<search::Genome>& genomes) {
  const predictors::Columns columns = search::gene_columns(space);
  const auto rows = [&](const std::vector<search::Genome>& of) {
    predictors::Matrix x(of.size(), columns.size());
    for (std::size_t i = 0; i < of.size(); ++i) search::write_gene_row(space, of[i], x.row(i));
    return x;
  };
  const predictors::PredictorEntry* entry = predictors::find_predictor("ridge");
  const auto ridge = entry->make(OptionValues::defaults(entry->options), columns);
  ridge->fit(rows(known), known_ms);
  return ridge->predict(rows(genomes)).mean;
}

// Of this thread: what else runs on the machine costs nothing.
double processor_microseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) * 1e-3;
}

// Of genomes that were not planned before, when the primitives are known already.
double microseconds_a_prediction(const evaluators::LoadedSupernet& supernet, std::size_t batch,
                                 int threads, const evaluators::LatencyModel& model,
                                 search::Rng& rng) {
  evaluators::LatencyForecast forecast(supernet, batch, threads, model);
  std::vector<search::Genome> genomes;
  for (int i = 0; i < 600; ++i) genomes.push_back(mixed_genome(supernet.supernet().space, rng));
  for (std::size_t i = 0; i < 200; ++i) forecast.predict(genomes[i]);
  const double begin = processor_microseconds();
  for (std::size_t i = 200; i < genomes.size(); ++i) forecast.predict(genomes[i]);
  return (processor_microseconds() - begin) / 400;
}

void judge(Report& report, const std::string& what, const std::vector<double>& predicted,
           const std::vector<double>& measured, bool target, const std::string& note) {
  const double error = mean_error(predicted, measured) * 100;
  const double tau = rank_correlation(predicted, measured);
  report.add({.figure = what + ": mean error",
              .value = error,
              .unit = "%",
              .target = target ? "<= 3" : "",
              .holds = target ? std::optional(error <= 3.0) : std::nullopt,
              .note = note});
  report.add({.figure = what + ": Kendall's tau",
              .value = tau,
              .unit = "",
              .target = target ? ">= .97" : "",
              .holds = target ? std::optional(tau >= 0.97) : std::nullopt});
}

int run(const Options& options) {
  const evaluators::SupernetLibrary library = evaluators::SupernetLibrary::builtin();
  const evaluators::LoadedSupernet* supernet = library.find(options.supernet);
  if (supernet == nullptr || supernet->supernet().decoding)
    throw std::runtime_error(options.supernet + " is no supernet of one phase");
  const search::SearchSpace& space = supernet->supernet().space;
  search::Rng rng(options.seed);
  Machine machine(*supernet, options);
  evaluators::OperatorTimes times;
  Report report("operators");
  double load = 0;
  getloadavg(&load, 1);
  fmt::print("{}: {} networks fill the table, {} others are predicted; {}; load average {:.1f}\n\n",
             options.supernet, options.fill, options.unseen,
             evaluators::to_text(evaluators::machine_fingerprint(options.threads)), load);

  std::vector<search::Genome> known;
  std::vector<double> known_ms;
  std::vector<double> timed_shares;
  std::vector<std::pair<std::size_t, evaluators::LatencyModel>> models;  // after so many networks
  std::size_t disturbed = 0;
  while (known.size() < options.fill) {
    known.push_back(mixed_genome(space, rng));
    const evaluators::LatencySummary summary = machine.measure(known.back(), &times);
    known_ms.push_back(summary.median_ms);
    timed_shares.push_back(summary.timed_share * 100);
    disturbed += summary.disturbed ? 1 : 0;
    const std::size_t count = known.size();
    if (count == options.fill || count == 5 || count == 10 || count == 20 || count == 40) {
      auto model = fit_latency_model(machine.fingerprint(), times.table(machine.fingerprint()));
      if (model) models.emplace_back(count, std::move(*model));
    }
  }
  if (models.empty())
    throw std::runtime_error("no measurement was undisturbed; nothing was learned");

  std::vector<search::Genome> unseen;
  while (unseen.size() < options.unseen) {
    search::Genome genome = mixed_genome(space, rng);
    const auto is_in = [&](const auto& of) { return std::ranges::find(of, genome) != of.end(); };
    if (!is_in(known) && !is_in(unseen)) unseen.push_back(std::move(genome));
  }
  std::vector<Predicted> predicted;
  for (const auto& [count, model] : models)
    predicted.push_back(predict(*supernet, machine.batch(), options.threads, model, unseen));
  std::vector<double> measured;
  std::size_t disturbed_unseen = 0;
  for (const search::Genome& genome : unseen) {
    const evaluators::LatencySummary summary = machine.measure(genome, nullptr);
    measured.push_back(summary.median_ms);
    disturbed_unseen += summary.disturbed ? 1 : 0;
  }

  const auto [least, most] = std::ranges::minmax(measured);
  for (std::size_t i = 0; i < models.size(); ++i) {
    const bool last = i + 1 == models.size();
    judge(report, fmt::format("table of {} networks", models[i].first), predicted[i].mean_ms,
          measured, last,
          fmt::format("{} rows, {:.1f} % of the steps estimated; {:.1f} to {:.1f} ms, {} of {} "
                      "disturbed",
                      models[i].second.steps.size(), 100 * predicted[i].estimated_share, least,
                      most, disturbed_unseen, measured.size()));
  }
  const Predicted& final = predicted.back();
  judge(report, "the sum alone, not corrected", final.sum_ms, measured, false, "");
  judge(report, fmt::format("ridge over genes, {} networks", known.size()),
        ridge_over_genes(space, known, known_ms, unseen), measured, false, "");
  double within = 0;
  for (std::size_t i = 0; i < measured.size(); ++i)
    within += std::abs(final.mean_ms[i] - measured[i]) <= 2 * final.deviation_ms[i] ? 1 : 0;
  report.add({.figure = "measured within two of its deviations",
              .value = 100 * within / static_cast<double>(measured.size()),
              .unit = "%"});
  report.add(
      {.figure = "time of runs timed for the table, of all measuring",
       .value = median(timed_shares),
       .unit = "%",
       .target = "<= 10",
       .holds = median(timed_shares) <= 10,
       .note = fmt::format("largest {:.1f} %; {} of {} disturbed",
                           *std::ranges::max_element(timed_shares), disturbed, known.size())});
  report.add({.figure = "a prediction",
              .value = microseconds_a_prediction(*supernet, machine.batch(), options.threads,
                                                 models.back().second, rng),
              .unit = "us",
              .note = "the processor's time, network and plan included"});
  report.finish("build/bench");
  return 0;
}

}  // namespace
}  // namespace quarry::bench

int main(int argc, char** argv) {
  try {
    return quarry::bench::run(quarry::bench::read_options(argc, argv));
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_operators: {}\n", error.what());
    return 1;
  }
}
