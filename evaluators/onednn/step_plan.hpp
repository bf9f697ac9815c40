// Which steps a network would be compiled to, without compiling it: no weights are read or packed,
// and each kind of primitive is made once. What a plan names is what compile() makes of the same
// network, so that times measured there are found again.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "evaluators/onednn/compiled_network.hpp"

namespace quarry::evaluators {

struct StepPlan {
  std::vector<CompiledStep> steps;
  std::string failure;  // why compile() would fail too; steps is then empty
};

// Not thread-safe.
class StepPlanner {
 public:
  explicit StepPlanner(int threads);
  ~StepPlanner();

  StepPlan plan(const search::Network& network, std::size_t batch);

 private:
  struct Memory;
  int threads_;
  std::unique_ptr<Memory> memory_;
};

}  // namespace quarry::evaluators
