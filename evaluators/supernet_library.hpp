// The supernets a process knows, each with its weights and, once somebody needs it, its data set.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evaluators/weights/dataset.hpp"
#include "evaluators/weights/safetensors.hpp"
#include "search/supernets/supernet.hpp"

namespace quarry::evaluators {

// A supernet with what is needed to run it. Thread-safe.
class LoadedSupernet {
 public:
  LoadedSupernet(search::Supernet supernet, std::optional<TensorStore> weights,
                 std::string version);

  const search::Supernet& supernet() const { return supernet_; }
  const std::optional<TensorStore>& weights() const { return weights_; }

  // 16 hex digits that change whenever the manifest or the weights do: what was measured on another
  // version is another network's.
  const std::string& version() const { return version_; }

  // Loads the data set on first use; throws std::runtime_error that says how to get it.
  // Precondition: the supernet names one.
  const Dataset& dataset() const;

  // Why accuracy cannot be measured here ("has no weights", "data set ... is not installed");
  // nothing if it can.
  std::optional<std::string> accuracy_unavailable() const;

 private:
  search::Supernet supernet_;
  std::optional<TensorStore> weights_;
  std::string version_;
  mutable std::mutex mutex_;
  mutable std::unique_ptr<const Dataset> dataset_;
};

// Thread-safe. Supernets are added, never taken away.
class SupernetLibrary {
 public:
  // With the supernets inside the binary. Throws std::logic_error when one of them is broken: that
  // is our mistake.
  static SupernetLibrary builtin();

  // Adds a user's supernet. Of the same name and version: the one that is there. Nothing (nullptr)
  // when the name is taken by another, or when the weights do not have what the manifest names;
  // `problem` then says which.
  const LoadedSupernet* add(search::Supernet supernet, std::string_view weights,
                            std::string& problem);

  // Adds every FOLDER/NAME/manifest.json, with the weights that it names in the same folder. What
  // cannot be added is told, one sentence each; the others are added all the same.
  std::vector<std::string> add_folder(const std::string& folder);

  // nullptr when there is none of that name. Valid as long as the library.
  const LoadedSupernet* find(std::string_view name) const;
  std::vector<std::string> names() const;

 private:
  // Behind a pointer, so that a library can be moved.
  std::unique_ptr<std::mutex> mutex_ = std::make_unique<std::mutex>();
  std::map<std::string, std::unique_ptr<LoadedSupernet>, std::less<>> supernets_;
};

}  // namespace quarry::evaluators
