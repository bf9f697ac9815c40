// What the predictors reach on published measurements of sub-networks, beside the figures that the
// reference reached on them (../shared/spec/reference.md, section 4), and what they cost.
//   bench_predictors [quality|speed|transfer...] [--models A,B] [--data KEY,KEY] [--splits N]
//                    [--rows N]
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "tests/bench/predictors/sections.hpp"

namespace quarry::bench {
namespace {

bool has(const std::vector<std::string>& names, const std::string& name) {
  return names.empty() || std::ranges::find(names, name) != names.end();
}

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> names;
  std::istringstream stream(text);
  for (std::string name; std::getline(stream, name, ',');) names.push_back(name);
  return names;
}

}  // namespace

bool Arguments::wants(const std::string& section) const { return has(sections, section); }
bool Arguments::wants_model(const std::string& name) const { return has(models, name); }
bool Arguments::wants_data(const std::string& key) const { return has(data, key); }

}  // namespace quarry::bench

int main(int argc, char** argv) {
  using namespace quarry::bench;
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const std::string value = i + 1 < argc ? argv[i + 1] : "";
    if (argument == "--models") {
      arguments.models = split(value);
    } else if (argument == "--data") {
      arguments.data = split(value);
    } else if (argument == "--splits") {
      arguments.splits = std::strtoul(value.c_str(), nullptr, 10);
    } else if (argument == "--rows") {
      arguments.rows = std::strtoul(value.c_str(), nullptr, 10);
    } else {
      arguments.sections.push_back(argument);
      continue;
    }
    ++i;
  }
  Report report("predictors");
  if (arguments.wants("quality")) quality_section(report, arguments);
  if (arguments.wants("speed")) speed_section(report, arguments);
  if (arguments.wants("transfer")) transfer_section(report, arguments);
  report.finish("build/bench");
  return 0;
}
