#include "evaluators/reference_baseline.hpp"

#include <catch2/catch.hpp>
#include <fstream>

#include "tests/support/server.hpp"

namespace quarry::evaluators {
namespace {

TEST_CASE("the first baseline stands for a day, for whoever asks") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() + "/reference";
  CHECK(shared_baseline_ms(path, 0.5, 1000) == 0.5);
  CHECK(shared_baseline_ms(path, 0.56, 2000) == 0.5);
  CHECK(shared_baseline_ms(path, 0.495, 3000) == 0.5);
  CHECK(shared_baseline_ms(path, 0.56, 1000 + 24 * 60 * 60) == 0.56);
}

TEST_CASE("a baseline that was made on a disturbed machine is replaced by a quicker one") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() + "/reference";
  CHECK(shared_baseline_ms(path, 0.6, 1000) == 0.6);
  CHECK(shared_baseline_ms(path, 0.5, 1001) == 0.5);
  CHECK(shared_baseline_ms(path, 0.6, 1002) == 0.5);
}

TEST_CASE("a file that cannot be read or written is passed over") {
  const test::TemporaryFolder folder;
  std::ofstream(folder.path() + "/garbage") << "what is this";
  CHECK(shared_baseline_ms(folder.path() + "/garbage", 0.5, 1000) == 0.5);
  CHECK(shared_baseline_ms(folder.path() + "/nowhere/reference", 0.5, 1000) == 0.5);
}

}  // namespace
}  // namespace quarry::evaluators
