// Tested by tests/evaluators/step_plan_test.cpp.
#include "evaluators/onednn/step_plan.hpp"

#include "evaluators/onednn/lowering.hpp"

namespace quarry::evaluators {

struct StepPlanner::Memory {
  PrimitiveBook book;
  WeightCache cache{0};  // stays empty: a plan packs nothing
  PseudoRandomWeights unread;
};

StepPlanner::StepPlanner(int threads) : threads_(threads), memory_(std::make_unique<Memory>()) {}
StepPlanner::~StepPlanner() = default;

StepPlan StepPlanner::plan(const search::Network& network, std::size_t batch) {
  const CompileOptions options{.batch = batch, .threads = threads_};
  const Calibration plausible;
  try {
    Lowering lowering(network, memory_->unread, plausible, options, memory_->cache, &memory_->book);
    return {.steps = lowering.plan_steps(), .failure = ""};
  } catch (const CompileFailure& failure) {
    return {.steps = {}, .failure = failure.what()};
  } catch (const dnnl::error& error) {
    return {.steps = {}, .failure = std::string("oneDNN: ") + error.what()};
  }
}

}  // namespace quarry::evaluators
