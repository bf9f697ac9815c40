// A user's supernets: posted, kept, found again at the next start.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "server/storage/supernet_folder.hpp"
#include "tests/support/manifests.hpp"
#include "tests/support/server.hpp"

namespace quarry::server {
namespace {

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

TEST_CASE("a saved manifest is the very file, and a library finds it in the folder") {
  const test::TemporaryFolder data;
  const SupernetFolder folder(data.path() + "/supernets");
  folder.save("small", test::small_manifest());
  CHECK(text_of(folder.path() + "/small/manifest.json") == test::small_manifest());
  evaluators::SupernetLibrary library = evaluators::SupernetLibrary::builtin();
  CHECK(library.add_folder(folder.path()).empty());
  REQUIRE(library.find("small") != nullptr);
  CHECK_FALSE(library.find("small")->weights().has_value());
}

TEST_CASE("a broken manifest in the folder is told and keeps no other from being added") {
  const test::TemporaryFolder data;
  const SupernetFolder folder(data.path());
  folder.save("broken", "{");
  folder.save("small", test::small_manifest());
  evaluators::SupernetLibrary library = evaluators::SupernetLibrary::builtin();
  const std::vector<std::string> problems = library.add_folder(folder.path());
  REQUIRE(problems.size() == 1);
  CHECK(problems.front().starts_with(data.path() + "/broken/manifest.json: "));
  CHECK(library.find("small") != nullptr);
}

TEST_CASE("weights that the manifest names must be beside it and fit") {
  const test::TemporaryFolder data;
  const SupernetFolder folder(data.path());
  folder.save("small", test::small_manifest(R"("name": "small",)",
                                            R"("name": "small", "weights": "w.safetensors",)"));
  evaluators::SupernetLibrary library = evaluators::SupernetLibrary::builtin();
  CHECK(library.add_folder(folder.path()) ==
        std::vector<std::string>{data.path() +
                                 "/small/manifest.json: cannot read the weights w.safetensors"});
}

TEST_CASE("a name that is taken stays what it is") {
  evaluators::SupernetLibrary library = evaluators::SupernetLibrary::builtin();
  search::FieldErrors errors;
  auto manifest = search::load_manifest(
      test::small_manifest(R"("name": "small")", R"("name": "fashion_vit")"), errors);
  std::string problem;
  CHECK(library.add(std::move(*manifest), "", problem) == nullptr);
  CHECK(problem.starts_with("there is another supernet fashion_vit already"));
}

}  // namespace
}  // namespace quarry::server
