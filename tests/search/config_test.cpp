#include "search/supernets/config.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/manifests.hpp"
#include "tests/support/spaces.hpp"

namespace quarry::search {
namespace {

using nlohmann::json;

TEST_CASE("a config and its genome are two views of one network") {
  const SearchSpace space = test::depth_space(2, 3);
  FieldErrors errors;
  const json config = {{"depth", 2}, {"width", {48, 16}}};
  const auto genome = config_from_json(space, config, "", errors);
  REQUIRE(genome.has_value());
  CHECK(*genome == Genome{1, 2, 0});
  CHECK(json(config_to_json(space, *genome)) == config);
}

TEST_CASE("a single value stands for all members of a list") {
  const SearchSpace space = test::depth_space(2, 3);
  FieldErrors errors;
  CHECK(config_from_json(space, {{"depth", 2}, {"width", 32}}, "", errors) == Genome{1, 1, 1});
  CHECK(config_from_json(space, {{"depth", 1}, {"width", 32}}, "", errors) == Genome{0, 1, 0});
}

TEST_CASE("whole and real numbers name the same choice") {
  const SearchSpace space = test::depth_space(1, 2);
  FieldErrors errors;
  CHECK(config_from_json(space, {{"depth", 1.0}, {"width", {32.0}}}, "", errors) == Genome{0, 1});
}

TEST_CASE("a list of choice indices must fit the space") {
  const SearchSpace space = test::depth_space(2, 3);
  FieldErrors errors;
  CHECK(genome_from_json(space, {1, 2, 0}, "/genome", errors) == Genome{1, 2, 0});
  genome_from_json(space, {1, 3, -1}, "/genome", errors);
  genome_from_json(space, {1}, "/genome", errors);
  CHECK(test::transcript(errors) ==
        "/genome/1 must be a whole number between 0 and 2: gene width[0]\n"
        "/genome/2 must be a whole number between 0 and 2: gene width[1]\n"
        "/genome must be a list of 3 choice indices, got 1 of them\n");
}

}  // namespace
}  // namespace quarry::search
