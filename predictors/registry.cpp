// Every predictor there is, one line each. The entry is all that the catalog, the parser and the
// dashboard know of it.
#include "predictors/gaussian_process.hpp"
#include "predictors/predictor.hpp"
#include "predictors/ridge.hpp"
#include "predictors/robust_kernel.hpp"

namespace quarry::predictors {

std::span<const PredictorEntry> predictor_registry() {
  static const std::vector<PredictorEntry> kEntries = {
      {"ridge", "Linear model with squared penalty; the penalty is chosen by leave-one-out error",
       ridge_options(), &make_ridge, true},
      {"gaussian_process",
       "Sum of a function per column and a product of all, fitted by marginal likelihood; knows "
       "where it is unsure",
       gaussian_process_options(), &make_gaussian_process, true},
      {"robust_kernel",
       "Kernel regression on the logarithm with Student-t errors: for latencies, some of them "
       "disturbed",
       robust_kernel_options(), &make_robust_kernel},
  };
  return kEntries;
}

const PredictorEntry* find_predictor(std::string_view name) {
  for (const PredictorEntry& entry : predictor_registry()) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

}  // namespace quarry::predictors
