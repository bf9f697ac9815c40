// The checks behind OptionValues. Tested by tests/predictors/options_test.cpp.
#include "predictors/options.hpp"

#include <cassert>

namespace quarry {

OptionValues OptionValues::defaults(std::span<const OptionSpec> specs) {
  OptionValues values;
  for (const OptionSpec& spec : specs) values.set(spec.name, spec.fallback);
  return values;
}

const OptionValue& OptionValues::at(std::string_view name) const {
  const auto found = values_.find(name);
  assert(found != values_.end() && "an option must be described before it is read");
  return found->second;
}

}  // namespace quarry
