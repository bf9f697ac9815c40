// What every block kind must do with its default parameters.
#include <catch2/catch.hpp>
#include <set>

#include "search/blocks/block.hpp"

namespace quarry::search {
namespace {

TEST_CASE("every block describes itself and either takes a shape or says why not") {
  for (const BlockKind& kind : block_registry()) {
    INFO(kind.name);
    CHECK_FALSE(kind.summary.empty());
    for (const OptionSpec& parameter : kind.parameters) CHECK_FALSE(parameter.help.empty());
    const OptionValues values = OptionValues::defaults(kind.parameters);
    bool taken = false;
    const std::vector<NetworkBuilder> inputs = {
        NetworkBuilder({{32, 32}}), NetworkBuilder({{9, 768}}),   NetworkBuilder({{3, 32, 32}}),
        NetworkBuilder({{16}}),     NetworkBuilder({{16}}, 1000), NetworkBuilder({{2}}, 1000)};
    for (NetworkBuilder builder : inputs) {
      const auto problem = kind.mismatch(builder, values);
      if (problem) continue;
      taken = true;
      kind.append(builder, "block", {values, values});
      const Network network = builder.take();
      REQUIRE_FALSE(network.operators.empty());
      std::set<std::string> names;
      for (std::size_t i = 0; i < network.operators.size(); ++i) {
        const Operator& op = network.operators[i];
        CHECK(names.insert(op.name).second);
        CHECK(op.name.starts_with("block."));
        CHECK(op.output.elements() > 0);
        for (const std::size_t input : op.inputs) CHECK((input == kNetworkInput || input < i));
      }
    }
    CHECK(taken);
    CHECK(kind.mismatch(NetworkBuilder({{2, 2, 2, 2}}), values).has_value());
  }
}

}  // namespace
}  // namespace quarry::search
