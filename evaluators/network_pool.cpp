// Compiling and calibrating happen outside the lock; two threads may then do the same work, never
// wait for each other's. Tested by tests/evaluators/network_pool_test.cpp.
#include "evaluators/network_pool.hpp"

#include <algorithm>

#include "evaluators/onednn/calibration.hpp"

namespace quarry::evaluators {
namespace {

std::string network_key(const LoadedSupernet& supernet, const search::Genome& genome,
                        std::size_t rows, int threads, std::size_t phase) {
  return supernet.supernet().name + ":" + search::to_text(genome) + ":" + std::to_string(rows) +
         ":" + std::to_string(threads) + ":" + std::to_string(phase);
}

// Equal for sub-networks that differ in precision only: they share their f32 activations, and how
// ranges are found of them.
std::string architecture_key(const LoadedSupernet& supernet, const search::Network& network) {
  std::string key = supernet.supernet().name;
  for (const search::Operator& op : network.operators) {
    key += ":" + op.name;
    for (const std::size_t size : op.output.sizes) key += "," + std::to_string(size);
    if (search::is_integer(op.precision) && op.calibration != search::CalibrationMethod::kMinMax)
      key += "/" + std::to_string(static_cast<int>(op.calibration));
  }
  return key;
}

bool needs_calibration(const search::Network& network) {
  return std::ranges::any_of(network.operators, search::is_integer, &search::Operator::precision);
}

}  // namespace

// What the network needs to hold values as u8: measured over the calibration images, or, without
// weights or images, plausible.
Calibration NetworkPool::calibration_of(const LoadedSupernet& supernet,
                                        const search::Network& network, std::string& failure) {
  if (!needs_calibration(network)) return {};
  if (!supernet.weights() || !supernet.supernet().dataset) return plausible_calibration(network);
  const std::string architecture = architecture_key(supernet, network);
  {
    const std::scoped_lock lock(mutex_);
    if (const auto found = std::ranges::find(ranges_, architecture, &Ranges::key);
        found != ranges_.end()) {
      ranges_.splice(ranges_.begin(), ranges_, found);
      return found->calibration;
    }
  }
  CalibrationResult calibrated =
      calibrate(network, *supernet.weights(), supernet.dataset().calibration);
  failure = calibrated.failure;
  if (!failure.empty()) return {};
  const std::scoped_lock lock(mutex_);
  ranges_.push_front({architecture, calibrated.ranges});
  if (ranges_.size() > calibration_capacity_) ranges_.pop_back();
  return std::move(calibrated.ranges);
}

CompileResult NetworkPool::take(const LoadedSupernet& supernet, const search::Genome& genome,
                                std::size_t batch, int threads, std::size_t phase) {
  const search::Phase chosen = std::move(supernet.supernet().phases(genome).at(phase));
  const std::size_t rows = batch * chosen.rows;
  const std::string key = network_key(supernet, genome, rows, threads, phase);
  {
    const std::scoped_lock lock(mutex_);
    if (const auto found = std::ranges::find(kept_, key, &Kept::key); found != kept_.end()) {
      CompileResult result{.network = std::move(found->network), .failure = ""};
      kept_.erase(found);
      return result;
    }
  }
  std::string failure;
  const Calibration calibration = calibration_of(supernet, chosen.network, failure);
  if (!failure.empty()) return {.network = nullptr, .failure = failure};
  const WeightSource& weights =
      supernet.weights() ? static_cast<const WeightSource&>(*supernet.weights()) : made_up_;
  return compile(chosen.network, weights, calibration, {.batch = rows, .threads = threads},
                 &weights_);
}

void NetworkPool::give_back(const LoadedSupernet& supernet, const search::Genome& genome,
                            std::unique_ptr<CompiledNetwork> network, std::size_t phase) {
  const CompileOptions options = network->options();
  std::list<Kept> dropped;  // destroyed after the lock is released
  const std::scoped_lock lock(mutex_);
  kept_.push_front(
      {network_key(supernet, genome, options.batch, options.threads, phase), std::move(network)});
  if (kept_.size() > capacity_) dropped.splice(dropped.begin(), kept_, std::prev(kept_.end()));
}

}  // namespace quarry::evaluators
