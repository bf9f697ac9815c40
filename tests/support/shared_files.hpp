// Files of ../shared/data, or of the folder that QUARRY_SHARED names.
#pragma once

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

namespace quarry::test {

// Empty, with a line that says so, where the folder is not here.
inline std::string shared_file(const std::string& name) {
  const char* given = std::getenv("QUARRY_SHARED");
  const std::string folder =
      (given != nullptr ? std::string(given) : std::string(QUARRY_SOURCE_DIR) + "/../shared") +
      "/data/";
  std::ifstream file(folder + name, std::ios::binary);
  if (!file) {
    std::cerr << name << ": skipped, " << folder << " is not here\n";
    return "";
  }
  return std::string(std::istreambuf_iterator<char>(file), {});
}

}  // namespace quarry::test
