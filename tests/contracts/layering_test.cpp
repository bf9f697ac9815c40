// The house's one rule: a folder sees only the folders to its left in the dependency line. This
// test reads every include.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>

namespace {

namespace fs = std::filesystem;

// Folder -> the folders of ours that it may include, besides itself. A folder that is not listed
// may not exist.
const std::map<std::string, std::set<std::string>> kMaySee = {
    {"predictors", {}},
    {"search/core", {"predictors"}},
    {"search/network", {}},
    {"search/blocks", {"predictors", "search/network"}},
    {"search/supernets", {"predictors", "search/core", "search/network", "search/blocks"}},
    {"search/pareto", {"search/core"}},
    {"search/acquisition", {"search/core", "search/pareto"}},
    {"search/variation", {"search/core"}},
    {"search/algorithms",
     {"predictors", "search/core", "search/pareto", "search/variation", "search/acquisition"}},
    {"evaluators/weights", {"search/network"}},
    {"evaluators/onednn", {"search/network", "evaluators/weights"}},
    {"evaluators",
     {"predictors", "search/core", "search/network", "search/supernets", "evaluators/weights",
      "evaluators/onednn"}},
    {"evaluators/imports", {"search/core", "search/network", "search/supernets", "evaluators"}},
    {"server/http", {"evaluators"}},
    {"server/events", {}},
    {"server/storage", {"search/core", "evaluators"}},
    {"server/access", {"server/http", "server/storage"}},
    {"server/studies",
     {"predictors", "search/core", "search/network", "search/supernets", "search/pareto",
      "search/algorithms", "evaluators", "server/storage", "server/events"}},
    {"server/predictors",
     {"predictors", "search/core", "search/supernets", "evaluators", "server/storage",
      "server/studies"}},
    {"server/api",
     {"predictors", "search/core", "search/network", "search/blocks", "search/supernets",
      "search/algorithms", "evaluators", "evaluators/imports", "evaluators/onednn", "server/http",
      "server/storage", "server/events", "server/access", "server/studies", "server/predictors"}},
    {"server/cli",
     {"predictors", "search/core", "search/network", "search/supernets", "search/algorithms",
      "evaluators", "evaluators/weights", "evaluators/onednn", "server/http", "server/storage",
      "server/studies"}},
    {"server",
     {"search/core", "search/supernets", "evaluators", "server/http", "server/storage",
      "server/events", "server/access", "server/studies", "server/predictors", "server/api",
      "server/cli"}},
};

// A third-party header and the only folders that may include it.
const std::map<std::string, std::set<std::string>> kOnlyIn = {
    {"boost/beast", {"server/http"}},
    {"boost/asio", {"server/http"}},
    {"simdjson", {"server/studies"}},
    {"sqlite3.h", {"server/storage"}},
    {"dnnl", {"evaluators/onednn"}},
    {"Eigen/", {"predictors", "search/algorithms"}},
    {"libsvm/", {"predictors"}},
    {"xgboost/", {"predictors"}},
    {"CLI/", {"server/cli", "server"}},
};

std::vector<fs::path> sources() {
  std::vector<fs::path> files;
  for (const char* module : {"predictors", "search", "evaluators", "server"}) {
    for (const auto& entry :
         fs::recursive_directory_iterator(fs::path(QUARRY_SOURCE_DIR) / module)) {
      const fs::path extension = entry.path().extension();
      if (extension == ".hpp" || extension == ".cpp") files.push_back(entry.path());
    }
  }
  return files;
}

std::string folder_of(const fs::path& relative) { return relative.parent_path().generic_string(); }

std::vector<std::string> includes_of(const fs::path& file) {
  static const std::regex kInclude(R"(^\s*#\s*include\s*["<]([^">]+)[">])");
  std::vector<std::string> found;
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) {
    std::smatch match;
    if (std::regex_search(line, match, kInclude)) found.push_back(match[1]);
  }
  return found;
}

TEST_CASE("no file includes a folder to its right") {
  std::string backward;
  for (const fs::path& file : sources()) {
    const fs::path relative = fs::relative(file, QUARRY_SOURCE_DIR);
    const std::string folder = folder_of(relative);
    INFO(relative);
    REQUIRE(kMaySee.contains(folder));
    for (const std::string& include : includes_of(file)) {
      const std::string target = folder_of(include);
      if (!kMaySee.contains(target) || target == folder || kMaySee.at(folder).contains(target))
        continue;
      backward += relative.generic_string() + " includes " + include + "\n";
    }
  }
  CHECK(backward == "");
}

TEST_CASE("each heavy library is seen by its own folder only") {
  std::string leaks;
  for (const fs::path& file : sources()) {
    const fs::path relative = fs::relative(file, QUARRY_SOURCE_DIR);
    for (const std::string& include : includes_of(file)) {
      for (const auto& [library, folders] : kOnlyIn) {
        if (include.starts_with(library) && !folders.contains(folder_of(relative)))
          leaks += relative.generic_string() + " includes " + include + "\n";
      }
    }
  }
  CHECK(leaks == "");
}

TEST_CASE("headers never drag in the whole of nlohmann json") {
  std::string heavy;
  for (const fs::path& file : sources()) {
    if (file.extension() != ".hpp") continue;
    for (const std::string& include : includes_of(file)) {
      if (include == "nlohmann/json.hpp")
        heavy += fs::relative(file, QUARRY_SOURCE_DIR).generic_string() + "\n";
    }
  }
  CHECK(heavy == "");
}

TEST_CASE(
    "search and predictors know no JSON, clock, file, log or thread outside the manifest's "
    "folder") {
  const std::set<std::string> banned = {"chrono",  "thread",   "mutex",      "atomic",
                                        "fstream", "iostream", "filesystem", "random"};
  std::string found;
  for (const fs::path& file : sources()) {
    const std::string relative = fs::relative(file, QUARRY_SOURCE_DIR).generic_string();
    if (!relative.starts_with("search/") && !relative.starts_with("predictors/")) continue;
    for (const std::string& include : includes_of(file)) {
      const bool json =
          include.starts_with("nlohmann/") && !relative.starts_with("search/supernets/");
      if (json || banned.contains(include) || include.starts_with("spdlog"))
        found += relative + " includes " + include + "\n";
    }
  }
  CHECK(found == "");
}

}  // namespace
