// Tested by tests/evaluators/precision_gains_test.cpp.
#include "evaluators/precision_gains.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "evaluators/onednn/onednn_info.hpp"
#include "search/supernets/facts.hpp"

namespace quarry::evaluators {
namespace {

using search::Choice;
using search::Genome;
using search::Precision;

std::optional<Choice> choice_of(const search::Gene& gene, Precision precision) {
  for (std::size_t c = 0; c < gene.choices.size(); ++c) {
    const auto choice = static_cast<Choice>(c);
    if (search::precision_of(gene, choice) == precision) return choice;
  }
  return std::nullopt;
}

// The genome with every precision gene that offers it at this precision.
Genome all_at(const search::SearchSpace& space, Genome genome, Precision precision) {
  for (std::size_t g = 0; g < genome.size(); ++g) {
    if (const auto choice = choice_of(space.genes()[g], precision)) genome[g] = *choice;
  }
  return space.canonical(std::move(genome));
}

class GainMeter {
 public:
  GainMeter(const LoadedSupernet& supernet, NetworkPool& pool, const LatencyOptions& options,
            std::size_t batch)
      : supernet_(supernet),
        pool_(pool),
        meter_(options),
        threads_(options.threads),
        batch_(batch) {}

  // Milliseconds by operator; nothing, and why, where the network cannot be run.
  std::optional<std::map<std::string, double>> times_of(const Genome& genome,
                                                        std::string& failure) {
    CompileResult compiled = pool_.take(supernet_, genome, batch_, threads_);
    failure = compiled.failure;
    if (!compiled.network) return std::nullopt;
    const auto profile = meter_.profile(*compiled.network, {});
    std::map<std::string, double> times;
    for (std::size_t i = 0; i < profile->step_ms.size(); ++i)
      times[compiled.network->steps()[i].operator_name] += profile->step_ms[i];
    pool_.give_back(supernet_, genome, std::move(compiled.network));
    return times;
  }

 private:
  const LoadedSupernet& supernet_;
  NetworkPool& pool_;
  LatencyMeter meter_;
  int threads_;
  std::size_t batch_;
};

// The operators whose precision is another one in `changed`, which differs in precisions only.
std::vector<std::string> decided(const search::Network& network, const search::Network& changed) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < network.operators.size(); ++i) {
    if (network.operators[i].precision != changed.operators[i].precision)
      names.push_back(network.operators[i].name);
  }
  return names;
}

}  // namespace

PrecisionGains measure_precision_gains(const LoadedSupernet& supernet, NetworkPool& pool,
                                       const LatencyOptions& options, std::size_t batch) {
  PrecisionGains result;
  const search::SearchSpace& space = supernet.supernet().space;
  const Genome f32 = all_at(space, search::extreme_genome(space, true), Precision::kF32);
  GainMeter meter(supernet, pool, options, batch);
  const auto f32_times = meter.times_of(f32, result.failure);
  if (!f32_times) return result;
  const search::Network network = supernet.supernet().network(f32);
  for (const Precision precision : executable_precisions()) {
    const Genome all = all_at(space, f32, precision);
    if (precision == Precision::kF32 || all == f32) continue;
    const auto times = meter.times_of(all, result.failure);
    if (!times) return result;
    for (std::size_t g = 0; g < f32.size(); ++g) {
      const auto choice = choice_of(space.genes()[g], precision);
      if (!choice) continue;
      Genome changed = f32;
      changed[g] = *choice;
      PrecisionGain gain{.gene = g, .choice = *choice, .precision = precision, .operators = {}};
      gain.operators = decided(network, supernet.supernet().network(space.canonical(changed)));
      for (const std::string& name : gain.operators) {
        gain.f32_ms += f32_times->at(name);
        gain.ms += times->at(name);
      }
      result.gains.push_back(std::move(gain));
    }
  }
  std::ranges::stable_sort(result.gains, {}, [](const PrecisionGain& gain) {
    return std::pair(gain.gene, gain.choice);
  });
  return result;
}

}  // namespace quarry::evaluators
