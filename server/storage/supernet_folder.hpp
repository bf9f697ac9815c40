// Where supernets that users post are kept: DATA/supernets/NAME/manifest.json, the very folder that
// a built-in one is. Written whole or not at all.
#pragma once

#include <string>

namespace quarry::server {

class SupernetFolder {
 public:
  // The folder need not be there yet.
  explicit SupernetFolder(std::string path) : path_(std::move(path)) {}

  const std::string& path() const { return path_; }

  // Whether there is a manifest of that name, sound or not.
  bool holds(const std::string& name) const;

  // On the disk when this returns; throws std::runtime_error that says what is wrong with the disk.
  // Precondition: `name` is a supernet's, so it holds no '/'.
  void save(const std::string& name, const std::string& manifest) const;

 private:
  std::string path_;
};

}  // namespace quarry::server
