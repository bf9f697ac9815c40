// What the server's tests share: one loaded library, and folders that clean up after themselves.
#pragma once

#include <filesystem>
#include <string>

#include "evaluators/supernet_library.hpp"

namespace quarry::test {

inline const evaluators::SupernetLibrary& library() {
  static const evaluators::SupernetLibrary kLibrary = evaluators::SupernetLibrary::builtin();
  return kLibrary;
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "quarry_test_XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace quarry::test
