// Tested by tests/evaluators/fashion_vit_test.cpp.
#include "evaluators/supernet_library.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "evaluators/hash.hpp"
#include "search/supernets/facts.hpp"

namespace quarry::evaluators {
namespace {

std::string first_mistake(const search::FieldErrors& errors) {
  const std::string others =
      errors.size() > 1 ? " (and " + std::to_string(errors.size() - 1) + " more)" : "";
  return errors.front().pointer + " " + errors.front().detail + others;
}

std::optional<std::string> read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
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
    if (!supernet) throw std::logic_error("built-in manifest: " + first_mistake(errors));
    std::string problem;
    if (library.add(std::move(*supernet), builtin.weights, problem) == nullptr)
      throw std::logic_error("built-in supernet: " + problem);
  }
  return library;
}

const LoadedSupernet* SupernetLibrary::add(search::Supernet supernet, std::string_view weights,
                                           std::string& problem) {
  std::optional<TensorStore> tensors;
  if (!weights.empty()) {
    std::string unsound;
    tensors = TensorStore::parse(weights, unsound);
    if (!tensors) {
      problem = "the weights of " + supernet.name + " cannot be read: " + unsound;
      return nullptr;
    }
    const std::vector<std::string> missing =
        missing_weights(supernet.network(search::extreme_genome(supernet.space, true)), *tensors);
    if (!missing.empty()) {
      problem = "the weights of " + supernet.name + " do not fit its manifest: " + missing.front();
      return nullptr;
    }
  }
  const std::string name = supernet.name;
  const std::string version = hash_text({supernet.manifest, weights});
  auto loaded = std::make_unique<LoadedSupernet>(std::move(supernet), std::move(tensors), version);
  const std::scoped_lock lock(*mutex_);
  const auto [place, is_new] = supernets_.try_emplace(name, std::move(loaded));
  if (!is_new && place->second->version() != version) {
    problem = "there is another supernet " + name + " already: give this one a name of its own";
    return nullptr;
  }
  return place->second.get();
}

std::vector<std::string> SupernetLibrary::add_folder(const std::string& folder) {
  std::vector<std::string> problems;
  std::error_code none;
  std::vector<std::filesystem::path> manifests;
  for (const auto& entry : std::filesystem::directory_iterator(folder, none))
    manifests.push_back(entry.path() / "manifest.json");
  std::ranges::sort(manifests);
  for (const std::filesystem::path& path : manifests) {
    const std::optional<std::string> text = read_file(path);
    if (!text) continue;  // another kind of folder
    search::FieldErrors errors;
    std::optional<search::Supernet> supernet = search::load_manifest(*text, errors);
    if (!supernet) {
      problems.push_back(path.string() + ": " + first_mistake(errors));
      continue;
    }
    std::optional<std::string> weights = "";
    if (supernet->weights) weights = read_file(path.parent_path() / *supernet->weights);
    std::string problem = "cannot read the weights " + supernet->weights.value_or("");
    if (!weights || add(std::move(*supernet), *weights, problem) == nullptr)
      problems.push_back(path.string() + ": " + problem);
  }
  return problems;
}

const LoadedSupernet* SupernetLibrary::find(std::string_view name) const {
  const std::scoped_lock lock(*mutex_);
  const auto found = supernets_.find(name);
  return found == supernets_.end() ? nullptr : found->second.get();
}

std::vector<std::string> SupernetLibrary::names() const {
  const std::scoped_lock lock(*mutex_);
  std::vector<std::string> names;
  for (const auto& [name, ignored] : supernets_) names.push_back(name);
  return names;
}

}  // namespace quarry::evaluators
