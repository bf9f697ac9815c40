#include "evaluators/fingerprint.hpp"

#include <catch2/catch.hpp>

namespace quarry::evaluators {
namespace {

TEST_CASE("a fingerprint reads as one line") {
  const Fingerprint fingerprint{.cpu = "AMD EPYC",
                                .isa = "avx512_core_bf16",
                                .cores = 2,
                                .governor = "unknown",
                                .onednn = "2.6.3",
                                .threads = 1};
  CHECK(to_text(fingerprint) ==
        "AMD EPYC, avx512_core_bf16, 2 cores, governor unknown, oneDNN 2.6.3, 1 thread");
  CHECK(fingerprint_id(fingerprint) == "fp_2899d94ab7b54091");
  CHECK(fingerprint_from_text(to_text(fingerprint)) == fingerprint);
  CHECK(fingerprint_from_text("my phone, the old one") == std::nullopt);
}

TEST_CASE("the number of threads makes another fingerprint, asking again does not") {
  CHECK(machine_fingerprint(1) == machine_fingerprint(1));
  CHECK(fingerprint_id(machine_fingerprint(1)) != fingerprint_id(machine_fingerprint(2)));
}

}  // namespace
}  // namespace quarry::evaluators
