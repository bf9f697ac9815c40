// The service under load: the true server on loopback, the load in this process.
// bench_service [SECTION ...] [--seconds N] [--trials N] [--front-trials N] [--folder DIR]
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <exception>

#include "tests/bench/service/sections.hpp"
#include "tests/support/server.hpp"

namespace quarry::bench {
namespace {

struct Section {
  std::string_view name;
  void (*run)(Report&, const ServiceOptions&);
};

// The one that forks comes first, before this process has had threads.
constexpr std::array<Section, 7> kSections = {{{"gets", &get_section},
                                               {"asks", &ask_section},
                                               {"completions", &completion_section},
                                               {"front", &front_section},
                                               {"start", &start_section},
                                               {"lists", &list_section},
                                               {"crowd", &crowd_section}}};

int run(const std::vector<std::string>& words) {
  const test::TemporaryFolder folder;
  ServiceOptions options{.folder = folder.path()};
  std::vector<std::string> wanted;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const bool takes_value = word.starts_with("--");
    if (takes_value && i + 1 == words.size()) throw std::runtime_error(word + " needs a value");
    const std::string value = takes_value ? words[++i] : "";
    if (word == "--seconds") {
      options.crowd_seconds = std::stod(value);
    } else if (word == "--trials") {
      options.stored_trials = std::stoul(value);
    } else if (word == "--front-trials") {
      options.front_trials = std::stoul(value);
    } else if (word == "--folder") {
      options.folder = value;
    } else if (std::ranges::find(kSections, word, &Section::name) != kSections.end()) {
      wanted.push_back(word);
    } else {
      throw std::runtime_error("unknown argument \"" + word + "\"");
    }
  }
  Report report("service");
  for (const Section& section : kSections) {
    if (wanted.empty() || std::ranges::find(wanted, section.name) != wanted.end())
      section.run(report, options);
  }
  double load = 0.0;
  getloadavg(&load, 1);
  fmt::print("load average {:.1f}\n", load);
  report.finish("build/bench");
  return 0;
}

}  // namespace
}  // namespace quarry::bench

int main(int argc, char** argv) {
  try {
    return quarry::bench::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    fmt::print(stderr, "bench_service: {}\n", error.what());
    return 1;
  }
}
