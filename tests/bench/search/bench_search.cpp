// The search benchmark: bench_search [SECTION...] [--algorithms A,B] [--seeds N] [--set
// A.OPTION=VALUE] Sections: replay, tabular, classic, mini-space, throughput; all when none is
// named. Prints tables and writes build/bench/search.json.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <sstream>

#include "search/algorithms/registry.hpp"
#include "tests/bench/search/sections.hpp"

namespace quarry::bench {

std::vector<Contestant> contestants(const SearchBenchOptions& options,
                                    const std::vector<std::string>& names) {
  std::vector<Contestant> chosen;
  for (const std::string& name : options.algorithms.empty() ? names : options.algorithms) {
    const search::AlgorithmEntry* entry = search::find_algorithm(name);
    if (entry == nullptr) {
      fmt::print(stderr, "bench_search: there is no algorithm \"{}\"\n", name);
      std::exit(2);
    }
    Contestant contestant{.label = name, .algorithm = name};
    if (name == "boshnas") contestant.most_evaluations = 250;  // a second a batch from there on
    for (const auto& [path, text] : options.options) {
      if (!path.starts_with(name + ".")) continue;
      const std::string option = path.substr(name.size() + 1);
      const auto spec = std::ranges::find(entry->options, option, &OptionSpec::name);
      if (spec == entry->options.end()) {
        fmt::print(stderr, "bench_search: {} has no option \"{}\"\n", name, option);
        std::exit(2);
      }
      switch (spec->type) {
        case OptionType::kFlag:
          contestant.options[option] = text == "true";
          break;
        case OptionType::kInteger:
          contestant.options[option] = static_cast<std::int64_t>(std::atoll(text.c_str()));
          break;
        case OptionType::kNumber:
          contestant.options[option] = std::atof(text.c_str());
          break;
        case OptionType::kText:
          contestant.options[option] = text;
          break;
      }
      contestant.label += " " + option + "=" + text;
    }
    chosen.push_back(std::move(contestant));
  }
  return chosen;
}

}  // namespace quarry::bench

int main(int argc, char** argv) {
  using namespace quarry::bench;
  const std::vector<std::pair<std::string, std::function<void(Report&, const SearchBenchOptions&)>>>
      sections = {{"throughput", &bench_throughput},
                  {"replay", &bench_replay},
                  {"tabular", &bench_tabular},
                  {"mini-space", &bench_mini_space},
                  {"classic", &bench_classic}};
  SearchBenchOptions options;
  std::vector<std::string> wanted;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const std::string value = i + 1 < argc ? argv[i + 1] : "";
    if (argument == "--algorithms") {
      std::stringstream names(value);
      for (std::string name; std::getline(names, name, ',');) options.algorithms.push_back(name);
      ++i;
    } else if (argument == "--seeds") {
      options.seeds = static_cast<std::size_t>(std::atoi(value.c_str()));
      ++i;
    } else if (argument == "--set") {
      const std::size_t equals = value.find('=');
      options.options[value.substr(0, equals)] = value.substr(equals + 1);
      ++i;
    } else {
      wanted.push_back(argument);
    }
  }
  Report report("search");
  for (const auto& [name, section] : sections) {
    if (wanted.empty() || std::ranges::find(wanted, name) != wanted.end()) section(report, options);
  }
  report.finish("build/bench");
  return 0;
}
