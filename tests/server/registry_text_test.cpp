#include "server/cli/registry_text.hpp"

#include <catch2/catch.hpp>

#include "predictors/predictor.hpp"
#include "search/algorithms/registry.hpp"

namespace quarry::server {
namespace {

bool holds(const std::string& text, const std::string& part) {
  INFO(part);
  return text.find(part) != std::string::npos;
}

TEST_CASE("the list of algorithms holds the registry's words for each, the default marked") {
  const std::string text = algorithms_text();
  CHECK(text.starts_with("quarry (the default)\n"));
  for (const search::AlgorithmEntry& entry : search::algorithm_registry()) {
    CHECK(holds(text, "\n  " + entry.summary + "\n  choose it   " + entry.choose +
                          "\n  paper       " + entry.paper + "\n"));
  }
}

TEST_CASE("one algorithm is shown with every option, its default, its range and its help") {
  CHECK(*algorithm_text("cmaes") ==
        "cmaes\n"
        "  CMA-ES: learns a normal distribution of good networks\n"
        "  choose it   for one objective over ordinal genes that act together\n"
        "  paper       Hansen 2016, arXiv 1604.00772\n"
        "  objectives  1\n"
        "  options\n"
        "    population  integer, default 20, 4 to 10000\n"
        "                trials per generation\n"
        "    step        number, default 0.3, 0.01 to 1\n"
        "                first deviation, as a share of a gene's range\n");
  CHECK(holds(*algorithm_text("exhaustive"), "objectives  1 to 8\n  no options\n"));
  for (const search::AlgorithmEntry& entry : search::algorithm_registry()) {
    const std::string text = *algorithm_text(entry.name);
    for (const OptionSpec& option : entry.options) {
      CHECK(holds(text, "\n    " + option.name + " "));
      CHECK(holds(text, "  " + option.help + "\n"));
    }
  }
}

TEST_CASE("nested options say how they are written, and texts what they may be") {
  const std::string text = *algorithm_text("linas");
  CHECK(holds(text, "is {\"inner\": {\""));
  CHECK(holds(text, "nsga2, age_moea, "));
}

TEST_CASE("models are listed with their words and one is shown with its options") {
  for (const predictors::PredictorEntry& entry : predictors::predictor_registry()) {
    CHECK(holds(models_text(), entry.name + "\n  " + entry.summary + "\n"));
    CHECK(model_text(entry.name)->starts_with(entry.name + "\n"));
  }
}

TEST_CASE("there is no text of an algorithm or model that is not registered") {
  CHECK_FALSE(algorithm_text("lina").has_value());
  CHECK_FALSE(model_text("oracle").has_value());
}

}  // namespace
}  // namespace quarry::server
