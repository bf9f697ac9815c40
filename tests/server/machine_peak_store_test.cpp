#include "server/storage/machine_peak_store.hpp"

#include <catch2/catch.hpp>

#include "server/storage/open_database.hpp"
#include "tests/support/server.hpp"

namespace quarry::server {
namespace {

using search::Precision;

TEST_CASE("of a machine's peaks the highest that was measured stays, also after a restart") {
  const test::TemporaryFolder folder;
  {
    MachinePeakStore store(open_database(folder.path()));
    CHECK_FALSE(store.find("fp_1"));
    store.save("fp_1", {.macs_per_ms = {{Precision::kF32, 8.0}, {Precision::kInt8, 30.0}},
                        .bytes_per_ms = 5.0});
    store.save("fp_1", {.macs_per_ms = {{Precision::kF32, 9.0}, {Precision::kInt8, 20.0}},
                        .bytes_per_ms = 4.0});
  }
  MachinePeakStore store(open_database(folder.path()));
  const auto peaks = store.find("fp_1");
  REQUIRE(peaks);
  CHECK(peaks->macs_per_ms.at(Precision::kF32) == 9.0);
  CHECK(peaks->macs_per_ms.at(Precision::kInt8) == 30.0);
  CHECK(peaks->bytes_per_ms == 5.0);
  CHECK_FALSE(store.find("fp_2"));
}

}  // namespace
}  // namespace quarry::server
