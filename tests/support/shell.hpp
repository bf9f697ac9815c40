// Lines that a user would type into a shell, with the true command in its path.
#pragma once

#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/support/quarry_process.hpp"
#include "tests/support/server.hpp"

namespace quarry::test {

// What the shell prints of a script that finds the command as `quarry`, in a folder of its own that
// is its home too.
inline CommandResult in_shell(const std::string& shell, const std::string& script) {
  const TemporaryFolder folder;
  std::ofstream(folder.path() + "/script") << script;
  const std::string binary = std::filesystem::path(QUARRY_BINARY).parent_path().string();
  const std::string command = "cd '" + folder.path() + "' && PATH='" + binary +
                              "':$PATH HOME=$PWD " + shell + " ./script 2>errors";
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  CommandResult result;
  for (int letter = 0; (letter = std::fgetc(pipe)) != EOF;) result.out += static_cast<char>(letter);
  const int status = pclose(pipe);
  result.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  std::ifstream errors(folder.path() + "/errors");
  result.err = {std::istreambuf_iterator<char>(errors), {}};
  return result;
}

}  // namespace quarry::test
