#include "search/blocks/convolutions.hpp"

#include <catch2/catch.hpp>

#include "search/network/cost.hpp"

namespace quarry::search {
namespace {

Network built(const char* kind_name, TensorShape input,
              const std::map<std::string, OptionValue>& given) {
  const BlockKind* kind = find_block(kind_name);
  OptionValues values = OptionValues::defaults(kind->parameters);
  for (const auto& [name, value] : given) values.set(name, value);
  NetworkBuilder builder(std::move(input));
  REQUIRE(kind->mismatch(builder, values).value_or("") == "");
  kind->append(builder, "block", {values, values});
  return builder.take();
}

TEST_CASE("widths are multiples of eight that lose at most a tenth") {
  CHECK(make_divisible(3) == 8);
  CHECK(make_divisible(12) == 16);  // 12 rounds up to 16
  CHECK(make_divisible(11) == 16);  // 8 would be less than nine tenths of 11
  CHECK(make_divisible(84) == 88);
  CHECK(make_divisible(83.2) == 80);
  CHECK(scaled_width(2048, 0.35) == 720);
  CHECK(scaled_width(168, 0.2) == 32);
}

TEST_CASE("a convolution halves an image with stride 2 and counts its groups") {
  const Network network = built("convolution", {{8, 7, 7}},
                                {{"channels", std::int64_t{16}},
                                 {"stride", std::int64_t{2}},
                                 {"groups", std::int64_t{4}},
                                 {"bias", true}});
  CHECK(network.operators[0].output == TensorShape{{16, 4, 4}});
  const Cost cost = cost_of(network);
  CHECK(cost.macs == 16 * 16 * 2 * 9);
  CHECK(cost.params == 16 * 2 * 9 + 16 + 2 * 16);
}

TEST_CASE("an inverted bottleneck costs what its first lines say") {
  const Network network = built("mbconv", {{16, 10, 10}},
                                {{"channels", std::int64_t{24}},
                                 {"kernel", std::int64_t{5}},
                                 {"stride", std::int64_t{2}},
                                 {"squeeze_excitation", true}});
  const std::int64_t c = 16, k = 24, m = 64, q = 16;
  const Cost cost = cost_of(network);
  CHECK(cost.macs == 100 * c * m + 25 * (m * 25 + m * k) + 2 * m * q);
  CHECK(cost.params == c * m + m * 25 + m * k + 2 * m * q + q + m + 2 * (2 * m + k));
}

TEST_CASE("a bottleneck costs what its first lines say") {
  const Network network = built("bottleneck", {{16, 8, 8}},
                                {{"channels", std::int64_t{64}},
                                 {"conv1_channels", std::int64_t{24}},
                                 {"conv2_channels", std::int64_t{32}},
                                 {"stride", std::int64_t{2}},
                                 {"shortcut", std::string("average_pool")}});
  const std::int64_t c = 16, a = 24, b = 32, k = 64;
  const Cost cost = cost_of(network);
  CHECK(cost.macs == 64 * c * a + 16 * (9 * a * b + b * k + c * k));
  CHECK(cost.params == c * a + 9 * a * b + b * k + c * k + 2 * (a + b + 2 * k));
}

TEST_CASE("a bottleneck whose input cannot be its shortcut is refused") {
  const BlockKind* kind = find_block("bottleneck");
  OptionValues values = OptionValues::defaults(kind->parameters);
  values.set("channels", std::int64_t{32});
  const NetworkBuilder builder({{16, 8, 8}});
  CHECK(kind->mismatch(builder, values).value_or("").starts_with("has its input as the shortcut"));
}

TEST_CASE("integer operators carry scheme and calibration; others have none to differ in") {
  const std::map<std::string, OptionValue> given = {{"weight_scheme", std::string("asymmetric")},
                                                    {"calibration", std::string("kl")}};
  std::map<std::string, OptionValue> integer = given;
  integer["precision"] = std::string("int8");
  const Operator f32 = built("convolution", {{3, 8, 8}}, given).operators[0];
  const Operator int8 = built("convolution", {{3, 8, 8}}, integer).operators[0];
  CHECK(f32.weight_scheme == WeightScheme{});
  CHECK(f32.calibration == CalibrationMethod::kMinMax);
  CHECK_FALSE(int8.weight_scheme.symmetric);
  CHECK(int8.calibration == CalibrationMethod::kKl);
}

}  // namespace
}  // namespace quarry::search
