// Every predictor there is, one line each. The entry is all that the catalog, the parser and the
// dashboard know of it.
#include "predictors/additive_table.hpp"
#include "predictors/boosted_trees.hpp"
#include "predictors/gaussian_process.hpp"
#include "predictors/interaction_process.hpp"
#include "predictors/mlp_ensemble.hpp"
#include "predictors/predictor.hpp"
#include "predictors/random_forest.hpp"
#include "predictors/ridge.hpp"
#include "predictors/selection.hpp"
#include "predictors/stacking.hpp"
#include "predictors/support_vectors.hpp"

namespace quarry::predictors {

std::span<const PredictorEntry> predictor_registry() {
  static const std::vector<PredictorEntry> kEntries = {
      {"ridge", "Linear model with squared penalty; the penalty is chosen by leave-one-out error",
       ridge_options(), &make_ridge, true},
      {"gaussian_process",
       "Sum of a function per column and a product of all, fitted by marginal likelihood; knows "
       "where it is unsure",
       gaussian_process_options(), &make_gaussian_process, true},
      {"interaction_process",
       "Gaussian process of a function per column, per two columns and of all, on levels and "
       "numbers",
       interaction_process_options(), &make_interaction_process},
      {"svr", "Support vector regression with an RBF kernel, as DyNAS-T has it",
       support_vectors_options(), &make_support_vectors},
      {"boosted_trees",
       "Gradient-boosted trees (XGBoost): thresholds and steps, any scale of numbers",
       boosted_trees_options(), &make_boosted_trees},
      {"random_forest", "Trees on random rows and columns; their spread says where it is unsure",
       random_forest_options(), &make_random_forest},
      {"mlp_ensemble", "Four small neural networks; their disagreement says where it is unsure",
       mlp_ensemble_options(), &make_mlp_ensemble},
      {"additive_table",
       "One number per level of every column, added up: a look-up table, the fastest",
       additive_table_options(), &make_additive_table},
      {"stacking",
       "Ridge, support vectors, interaction process and boosted trees joined by a ridge",
       stacking_options(), &make_stacking},
      {"auto",
       "The best mixture of a few of the others on rows that they did not see; its deviation is "
       "checked there",
       selection_options(), &make_selection},
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
