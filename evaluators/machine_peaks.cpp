// Tested by tests/evaluators/machine_peaks_test.cpp.
#include "evaluators/machine_peaks.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <vector>

#include "evaluators/onednn/calibration.hpp"
#include "evaluators/onednn/compiled_network.hpp"
#include "evaluators/onednn/onednn_info.hpp"
#include "search/network/cost.hpp"
#include "search/network/network_builder.hpp"

namespace quarry::evaluators {
namespace {

using search::Precision;

constexpr std::size_t kRuns = 12;

double least_ms(const std::function<void()>& run) {
  double least = 0.0;
  for (std::size_t i = 0; i < kRuns; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    run();
    const double ms =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
    if (i == 1 || (i > 1 && ms < least)) least = ms;  // the first warms up
  }
  return least;
}

// Products whose operands stay in a core's caches.
search::Network product(Precision precision) {
  constexpr std::size_t kRows = 512;
  constexpr std::size_t kWidth = 512;
  search::NetworkBuilder builder({{kRows, kWidth}});
  for (const char* name : {"first", "second", "third"}) {
    builder.linear(name, builder.current(),
                   {.in_features = kWidth,
                    .out_features = kWidth,
                    .activation = search::Activation::kRelu,
                    .weight = search::first_block(std::string(name) + ".weight", kWidth, kWidth),
                    .bias = search::first_entries(std::string(name) + ".bias", kWidth)},
                   precision);
  }
  return builder.take();
}

double macs_per_ms(Precision precision, int threads) {
  const search::Network network = product(precision);
  const CompileResult compiled =
      compile(network, PseudoRandomWeights{}, plausible_calibration(network),
              {.batch = 1, .threads = threads});
  if (!compiled.network) throw std::logic_error("a plain product: " + compiled.failure);
  const auto macs = static_cast<double>(search::cost_of(network).macs);
  return macs / least_ms([&] { compiled.network->run(); });
}

double bytes_per_ms(int threads) {
  constexpr std::size_t kBytes = std::size_t{256} << 20;
  const std::vector<std::uint64_t> memory(kBytes / sizeof(std::uint64_t), 1);
  std::uint64_t sum = 0;
  const double ms = least_ms([&] {
    std::uint64_t part = 0;
#pragma omp parallel for reduction(+ : part) num_threads(threads)
    for (std::size_t i = 0; i < memory.size(); ++i) part += memory[i];
    sum += part;
  });
  // The sum is known, so that no compiler can leave the reading out.
  if (sum != kRuns * memory.size())
    throw std::logic_error("memory does not hold what it was given");
  return static_cast<double>(kBytes) / ms;
}

}  // namespace

std::size_t last_cache_bytes() {
  constexpr std::size_t kAssumed = 32 * 1024 * 1024;  // where the system does not say
  std::size_t largest = 0;
  for (const int level : {_SC_LEVEL2_CACHE_SIZE, _SC_LEVEL3_CACHE_SIZE, _SC_LEVEL4_CACHE_SIZE})
    largest = std::max(largest, static_cast<std::size_t>(std::max(sysconf(level), 0L)));
  return largest == 0 ? kAssumed : largest;
}

MachinePeaks measure_peaks(int threads) {
  MachinePeaks peaks;
  for (const Precision precision : executable_precisions())
    peaks.macs_per_ms[precision] = macs_per_ms(precision, threads);
  peaks.bytes_per_ms = bytes_per_ms(threads);
  return peaks;
}

double roofline_ms(const search::Network& network, std::size_t batch, const MachinePeaks& peaks,
                   std::size_t cache_bytes) {
  double products_ms = 0.0;
  double weight_bytes = 0.0;
  for (const search::Operator& op : network.operators) {
    const search::Cost cost = search::cost_of(op, network);
    if (cost.macs == 0) continue;  // of a table of embeddings few rows are read
    products_ms += static_cast<double>(cost.macs) * static_cast<double>(batch) /
                   peaks.macs_per_ms.at(op.precision);
    weight_bytes += static_cast<double>(cost.model_size_bytes);
  }
  const double from_memory = std::max(weight_bytes - static_cast<double>(cache_bytes), 0.0);
  return std::max(products_ms, from_memory / peaks.bytes_per_ms);
}

}  // namespace quarry::evaluators
