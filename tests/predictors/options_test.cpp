#include <catch2/catch.hpp>

#include "predictors/options.hpp"

namespace quarry {
namespace {

const std::vector<OptionSpec> kSpecs = {
    {.name = "population", .fallback = std::int64_t{50}, .help = ""},
    {.name = "rate", .type = OptionType::kNumber, .fallback = 0.5, .help = ""},
    {.name = "kernel", .type = OptionType::kText, .fallback = std::string("rbf"), .help = ""},
};

TEST_CASE("options start at their fallbacks") {
  const OptionValues values = OptionValues::defaults(kSpecs);
  CHECK(values.integer("population") == 50);
  CHECK(values.number("rate") == 0.5);
  CHECK(values.text("kernel") == "rbf");
}

TEST_CASE("a set option replaces its fallback and no other") {
  OptionValues values = OptionValues::defaults(kSpecs);
  values.set("population", std::int64_t{8});
  CHECK(values.integer("population") == 8);
  CHECK(values.number("rate") == 0.5);
}

}  // namespace
}  // namespace quarry
