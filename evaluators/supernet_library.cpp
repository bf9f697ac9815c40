// Tested by tests/evaluators/fashion_vit_test.cpp.
#include "evaluators/supernet_library.hpp"

#include <stdexcept>

#include "evaluators/hash.hpp"

namespace quarry::evaluators {
namespace {

search::Genome largest_genome(const search::SearchSpace& space) {
  search::Genome genome;
  for (const search::Gene& gene : space.genes()) {
    const bool widths = gene.kind == search::GeneKind::kOrdinal;
    genome.push_back(widths ? static_cast<search::Choice>(gene.choices.size() - 1)
                            : search::Choice{0});
  }
  return genome;
}

}  // namespace

LoadedSupernet::LoadedSupernet(search::Supernet supernet, std::optional<TensorStore> weights,
                               std::string version)
    : supernet_(std::move(supernet)), weights_(std::move(weights)), version_(std::move(version)) {}

const Dataset& LoadedSupernet::dataset() const {
  const std::scoped_lock lock(mutex_);
  if (!dataset_) {
    const DatasetEntry* entry = find_dataset(supernet_.dataset.value());
    if (entry == nullptr)
      throw std::runtime_error("data set " + *supernet_.dataset +
                               " is not one that Quarry can read");
    dataset_ = std::make_unique<const Dataset>(entry->load(*entry));
  }
  return *dataset_;
}

std::optional<std::string> LoadedSupernet::accuracy_unavailable() const {
  if (!weights_) return "supernet " + supernet_.name + " has no weights";
  if (!supernet_.dataset) return "supernet " + supernet_.name + " names no validation set";
  try {
    dataset();
    return std::nullopt;
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

SupernetLibrary SupernetLibrary::builtin() {
  SupernetLibrary library;
  for (const search::BuiltinSupernet& builtin : search::builtin_supernets()) {
    search::FieldErrors errors;
    std::optional<search::Supernet> supernet = search::load_manifest(builtin.manifest, errors);
    if (!supernet)
      throw std::logic_error("built-in manifest: " + errors.front().pointer + " " +
                             errors.front().detail);
    std::optional<TensorStore> weights;
    if (!builtin.weights.empty()) {
      std::string problem;
      weights = TensorStore::parse(builtin.weights, problem);
      if (!weights)
        throw std::logic_error("built-in weights of " + supernet->name + ": " + problem);
      const std::vector<std::string> missing =
          missing_weights(supernet->network(largest_genome(supernet->space)), *weights);
      if (!missing.empty())
        throw std::logic_error("built-in weights of " + supernet->name + ": " + missing.front());
    }
    const std::string name = supernet->name;
    const std::string version = hash_text({builtin.manifest, builtin.weights});
    library.supernets_[name] =
        std::make_unique<LoadedSupernet>(std::move(*supernet), std::move(weights), version);
  }
  return library;
}

const LoadedSupernet* SupernetLibrary::find(std::string_view name) const {
  const auto found = supernets_.find(name);
  return found == supernets_.end() ? nullptr : found->second.get();
}

std::vector<std::string> SupernetLibrary::names() const {
  std::vector<std::string> names;
  for (const auto& [name, ignored] : supernets_) names.push_back(name);
  return names;
}

}  // namespace quarry::evaluators
