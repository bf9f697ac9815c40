// Tested end to end by tests/e2e/command_test.cpp.
#include "server/cli/input.hpp"

#include <fstream>
#include <iostream>
#include <iterator>

#include "server/cli/exit_code.hpp"

namespace quarry::server {

std::optional<std::string> read_input(const std::string& verb, const std::string& path) {
  if (path == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::cerr << "quarry " << verb << ": cannot read " << path << "\n";
    return std::nullopt;
  }
  return std::string(std::istreambuf_iterator<char>(file), {});
}

std::string shown_path(const std::string& path) { return path == "-" ? "stdin" : path; }

void print_mistakes(const std::string& verb, const std::string& path,
                    const search::FieldErrors& errors) {
  for (const search::FieldError& error : errors)
    std::cerr << "quarry " << verb << ": " << shown_path(path) << " " << error.pointer
              << (error.pointer.empty() ? "" : ": ") << error.detail << "\n";
}

int write_output(const std::string& verb, const std::string& path, const std::string& bytes) {
  if (path.empty() || path == "-") {
    std::cout << bytes << std::flush;
    return kDone;
  }
  std::ofstream file(path, std::ios::binary);
  file << bytes << std::flush;
  if (file) return kDone;
  std::cerr << "quarry " << verb << ": cannot write " << path << "\n";
  return kWentWrong;
}

}  // namespace quarry::server
