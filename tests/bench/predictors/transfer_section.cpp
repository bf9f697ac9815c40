#include "tests/bench/predictors/sections.hpp"
namespace quarry::bench {
void transfer_section(Report&, const Arguments&) {}
}  // namespace quarry::bench
