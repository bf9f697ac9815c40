#include "tests/bench/bench.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace quarry::bench {

void Report::add(Figure figure) {
  fmt::print("{:<66} {:>11} {:<11} {:<14} {}\n", figure.figure,
             figure.value ? fmt::format("{:.4g}", *figure.value) : "absent", figure.unit,
             figure.target.empty()
                 ? ""
                 : figure.target + (figure.holds ? (*figure.holds ? " holds" : " MISSED") : ""),
             figure.note);
  std::fflush(stdout);
  figures_.push_back(std::move(figure));
}

void Report::finish(const std::string& folder) const {
  using nlohmann::json;
  json figures = json::array();
  for (const Figure& figure : figures_) {
    figures.push_back({{"figure", figure.figure},
                       {"value", figure.value ? json(*figure.value) : json(nullptr)},
                       {"unit", figure.unit},
                       {"target", figure.target.empty() ? json(nullptr) : json(figure.target)},
                       {"holds", figure.holds ? json(*figure.holds) : json(nullptr)},
                       {"note", figure.note}});
  }
  std::filesystem::create_directories(folder);
  const std::string path = folder + "/" + name_ + ".json";
  std::ofstream(path) << figures.dump(1) << "\n";
  fmt::print("written to {}\n", path);
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2.0;
}

}  // namespace quarry::bench
