// What every block kind must do with its default parameters.
#include <catch2/catch.hpp>
#include <set>

#include "search/blocks/block.hpp"

namespace quarry::search {
namespace {

void append_block(NetworkBuilder& builder, const char* kind_name, const char* name,
                  const char* flag = nullptr) {
  const BlockKind* kind = find_block(kind_name);
  OptionValues values = OptionValues::defaults(kind->parameters);
  if (flag != nullptr) values.set(flag, true);
  REQUIRE(kind->mismatch(builder, values) == std::nullopt);
  kind->append(builder, name, {values, values});
}

// An encoder of one layer and the embedding of a decoder.
NetworkBuilder begun_decoder() {
  NetworkBuilder builder({{16}}, 1000);
  append_block(builder, "token_embedding", "source");
  append_block(builder, "encoder_layer", "encoder");
  append_block(builder, "token_embedding", "target", "decoder");
  return builder;
}

TEST_CASE("every block describes itself and either takes a shape or says why not") {
  for (const BlockKind& kind : block_registry()) {
    INFO(kind.name);
    CHECK_FALSE(kind.summary.empty());
    for (const OptionSpec& parameter : kind.parameters) CHECK_FALSE(parameter.help.empty());
    const OptionValues values = OptionValues::defaults(kind.parameters);
    bool taken = false;
    const std::vector<NetworkBuilder> inputs = {NetworkBuilder({{32, 32}}),
                                                NetworkBuilder({{9, 768}}),
                                                NetworkBuilder({{3, 32, 32}}),
                                                NetworkBuilder({{16}}),
                                                NetworkBuilder({{16}}, 1000),
                                                NetworkBuilder({{2}}, 1000),
                                                begun_decoder()};
    for (NetworkBuilder builder : inputs) {
      const auto problem = kind.mismatch(builder, values);
      if (problem) continue;
      taken = true;
      const std::size_t before = builder.size();
      kind.append(builder, "block", {values, values});
      const Network network = builder.take();
      REQUIRE(network.operators.size() > before);
      std::set<std::string> names;
      for (std::size_t i = 0; i < network.operators.size(); ++i) {
        const Operator& op = network.operators[i];
        CHECK(names.insert(op.name).second);
        if (i >= before) CHECK(op.name.starts_with("block."));
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
