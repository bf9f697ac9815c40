// What every built-in supernet must do.
#include <catch2/catch.hpp>
#include <set>
#include <sstream>

#include "tests/support/manifests.hpp"

namespace quarry::search {
namespace {

// All of a network that a metric could depend on.
std::string text_of(const Network& network) {
  std::ostringstream text;
  for (const Operator& op : network.operators) {
    text << op.name << " " << kind_name(op.kind) << " " << to_text(op.precision)
         << op.weight_scheme.symmetric << op.weight_scheme.per_channel
         << static_cast<int>(op.calibration);
    for (const std::size_t input : op.inputs) text << " <" << input;
    for (const std::size_t size : op.output.sizes) text << " " << size;
    for (const WeightSlice* slice : weight_slices(op.kind)) {
      text << " " << slice->tensor;
      for (const std::vector<Range>& axis : slice->axes) {
        text << ":";
        for (const Range& range : axis) text << range.begin << "-" << range.end << ",";
      }
    }
    if (const auto* scores = std::get_if<AttentionScores>(&op.kind))
      text << " heads " << scores->heads << "x" << scores->head_dim;
    const Cost cost = cost_of(op, network);
    text << " " << cost.macs << " " << cost.elementwise_macs << "\n";
  }
  return text.str();
}

std::vector<Supernet> all() {
  std::vector<Supernet> supernets;
  for (const BuiltinSupernet& builtin : builtin_supernets()) {
    FieldErrors errors;
    auto supernet = load_manifest(builtin.manifest, errors);
    REQUIRE(test::transcript(errors) == "");
    supernets.push_back(std::move(*supernet));
  }
  return supernets;
}

TEST_CASE("built-in supernets have names of their own, a summary and baselines that differ") {
  std::set<std::string> names;
  for (const Supernet& supernet : all()) {
    INFO(supernet.name);
    CHECK(names.insert(supernet.name).second);
    CHECK_FALSE(supernet.summary.empty());
    CHECK_FALSE(supernet.baselines.empty());
    std::set<Genome> genomes;
    std::set<std::string> baselines;
    for (const Baseline& baseline : supernet.baselines) {
      INFO(baseline.name);
      CHECK(genomes.insert(baseline.genome).second);
      CHECK(baselines.insert(baseline.name).second);
      CHECK_FALSE(baseline.summary.empty());
    }
  }
}

TEST_CASE("a gene of a built-in supernet is dead exactly where it changes nothing") {
  for (const Supernet& supernet : all()) {
    const SearchSpace& space = supernet.space;
    Rng rng(17);
    for (int round = 0; round < 3; ++round) {
      const Genome genome = space.random(rng);
      const std::string text = text_of(supernet.network(genome));
      for (std::size_t gene = 0; gene < genome.size(); ++gene) {
        Genome changed = genome;
        const std::size_t choices = space.genes()[gene].choices.size();
        changed[gene] = static_cast<Choice>((changed[gene] + 1U) % choices);
        INFO(supernet.name << " " << space.genes()[gene].name);
        const bool same_network = text_of(supernet.network(changed)) == text;
        CHECK(same_network == (space.canonical(changed) == genome));
      }
    }
  }
}

TEST_CASE("a sub-network of a built-in supernet uses only what the supernet stores") {
  for (const Supernet& supernet : all()) {
    INFO(supernet.name);
    Genome largest;
    for (const Gene& gene : supernet.space.genes()) {
      const auto most = std::ranges::max_element(gene.choices);
      largest.push_back(static_cast<Choice>(most - gene.choices.begin()));
    }
    std::map<std::string, std::vector<std::size_t>> stored;
    const Network whole = supernet.network(supernet.space.canonical(largest));
    for (const Operator& op : whole.operators) {
      for (const WeightSlice* slice : weight_slices(op.kind)) {
        std::vector<std::size_t>& sizes = stored[slice->tensor];
        sizes.resize(slice->axes.size());  // several operators may read one tensor
        for (std::size_t axis = 0; axis < sizes.size(); ++axis)
          sizes[axis] = std::max(sizes[axis], slice->axes[axis].back().end);
      }
    }
    Rng rng(19);
    for (int round = 0; round < 10; ++round) {
      for (const Operator& op : supernet.network(supernet.space.random(rng)).operators) {
        for (const WeightSlice* slice : weight_slices(op.kind)) {
          if (slice->tensor.empty()) continue;
          INFO(slice->tensor);
          const std::vector<std::size_t>& sizes = stored[slice->tensor];
          REQUIRE(sizes.size() == slice->axes.size());
          for (std::size_t axis = 0; axis < sizes.size(); ++axis)
            CHECK(slice->axes[axis].back().end <= sizes[axis]);
        }
      }
    }
  }
}

}  // namespace
}  // namespace quarry::search
