// The greatest or the mean of every window. Cost: none.
#include "search/blocks/convolutions.hpp"
#include "search/blocks/kinds.hpp"

namespace quarry::search {
namespace {

std::optional<std::string> mismatch(const NetworkBuilder& builder, const OptionValues& values) {
  const std::size_t kernel = size_of(values, "kernel");
  const std::size_t padding = size_of(values, "padding");
  if (auto problem = window_mismatch(builder, kernel, padding)) return problem;
  if (2 * padding <= kernel) return std::nullopt;
  return "padding " + std::to_string(padding) + " is more than half of kernel " +
         std::to_string(kernel) + ": some windows would hold nothing of the image";
}

void append(NetworkBuilder& builder, const std::string& name, const BlockParameters& parameters) {
  const OptionValues& values = parameters.chosen;
  append_pool(builder, name + ".pool", builder.current(),
              {.kind = values.text("kind") == "max" ? PoolKind::kMax : PoolKind::kAverage,
               .kernel = size_of(values, "kernel"),
               .stride = size_of(values, "stride"),
               .padding = size_of(values, "padding")});
}

}  // namespace

BlockKind pool_block() {
  return {.name = "pool",
          .summary = "The greatest or the mean of every window",
          .parameters = {{.name = "kind",
                          .type = OptionType::kText,
                          .fallback = std::string("max"),
                          .allowed = {"max", "average"},
                          .help = "what is taken of a window"},
                         kernel_parameter(3, "side of the window, pixels"),
                         stride_parameter(2),
                         {.name = "padding",
                          .fallback = std::int64_t{1},
                          .min = 0,
                          .max = 15,
                          .help = "pixels on each side, which take no part in a mean"}},
          .mismatch = &mismatch,
          .append = &append};
}

}  // namespace quarry::search
