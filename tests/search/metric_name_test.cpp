#include "search/core/metric_name.hpp"

#include <catch2/catch.hpp>

namespace quarry::search {
namespace {

TEST_CASE("a metric's name may say a place, and both parts are told apart") {
  CHECK(metric_of("latency_ms@phone") == "latency_ms");
  CHECK(place_of("latency_ms@phone") == "phone");
  CHECK(metric_of("latency_ms") == "latency_ms");
  CHECK(place_of("latency_ms").empty());
}

TEST_CASE("a place is a word that fits into conditions and heads of tables") {
  CHECK(is_place("device=phone"));
  CHECK(is_place("fp_0123456789abcdef"));
  CHECK_FALSE(is_place(""));
  CHECK_FALSE(is_place("two words"));
  CHECK_FALSE(is_place("a,b"));
  CHECK_FALSE(is_place("a@b"));
  CHECK_FALSE(is_place("a<b"));
  CHECK_FALSE(is_place(std::string(65, 'a')));
}

}  // namespace
}  // namespace quarry::search
