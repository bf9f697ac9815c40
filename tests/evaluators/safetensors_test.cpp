#include "evaluators/weights/safetensors.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>

namespace quarry::evaluators {
namespace {

using search::WeightSlice;

std::string file_of(const std::string& header, const std::string& data) {
  std::uint64_t length = header.size();
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &length, 8);
  return bytes + header + data;
}

template <typename Element>
std::string raw(const std::vector<Element>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Element)};
}

std::string problem_of(const std::string& bytes) {
  std::string problem;
  CHECK_FALSE(TensorStore::parse(bytes, problem).has_value());
  return problem;
}

TEST_CASE("the kept rows and columns of a tensor are read in order") {
  const std::string header =
      R"({"__metadata__":{"a":"b"},"w":{"dtype":"F32","shape":[3,2],"data_offsets":[0,24]}})";
  std::string problem;
  const auto store = TensorStore::parse(file_of(header, raw<float>({0, 1, 2, 3, 4, 5})), problem);
  REQUIRE(store.has_value());
  CHECK(store->shape("w") == std::vector<std::size_t>{3, 2});
  CHECK(store->read({"w", {{{0, 1}, {2, 3}}, {{0, 2}}}}) == std::vector<float>{0, 1, 4, 5});
  CHECK(store->read({"w", {{{0, 3}}, {{1, 2}}}}) == std::vector<float>{1, 3, 5});
}

TEST_CASE("half precision values become the floats they stand for") {
  const std::string header =
      R"({"h":{"dtype":"F16","shape":[6],"data_offsets":[0,12]},"b":{"dtype":"BF16","shape":[1],"data_offsets":[12,14]}})";
  std::string problem;
  const auto store = TensorStore::parse(
      file_of(header, raw<std::uint16_t>({0x3C00, 0xC000, 0x0001, 0x7BFF, 0x8000, 0x7C00, 0x3FC0})),
      problem);
  REQUIRE(store.has_value());
  const std::vector<float> half = store->read({"h", {{{0, 6}}}});
  CHECK(half[0] == 1.0F);
  CHECK(half[1] == -2.0F);
  CHECK(half[2] == std::ldexp(1.0F, -24));  // the smallest subnormal
  CHECK(half[3] == 65504.0F);
  CHECK((half[4] == 0.0F && std::signbit(half[4])));
  CHECK(std::isinf(half[5]));
  CHECK(store->read({"b", {{{0, 1}}}}) == std::vector<float>{1.5F});
}

TEST_CASE("a broken file is refused with what is wrong, never read") {
  CHECK(problem_of("abc") == "not a safetensors file: shorter than its 8-byte header length");
  CHECK(problem_of(std::string(8, '\xFF')).find("claims a header of") != std::string::npos);
  CHECK(problem_of(file_of("[]", "")) == "the safetensors header is not a JSON object");
  CHECK(problem_of(file_of("{oops", "")) == "the safetensors header is not a JSON object");
  CHECK(problem_of(file_of(R"({"w":{"dtype":"I8","shape":[1],"data_offsets":[0,1]}})", "x")) ==
        "tensor w: dtype must be F32, F16 or BF16");
  CHECK(problem_of(file_of(R"({"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}})", "1234")) ==
        "tensor w: data_offsets do not fit its shape and the file");
  CHECK(problem_of(
            file_of(R"({"w":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}})",
                    "1234")) == "tensor w: data_offsets do not fit its shape and the file");
  CHECK(problem_of(file_of(R"({"w":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})", "1234")) ==
        "tensor w: shape must be a list of sizes");
}

TEST_CASE("a slice that the store does not hold is explained") {
  std::string problem;
  const auto store = TensorStore::parse(
      file_of(R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})", "1234"), problem);
  REQUIRE(store.has_value());
  CHECK(store->mismatch({"v", {{{0, 1}}}}) == "tensor v is missing");
  CHECK(store->mismatch({"w", {{{0, 2}}}}) == "tensor w has shape [1] but at least [2] is used");
  CHECK_FALSE(store->mismatch({"w", {{{0, 1}}}}).has_value());
}

}  // namespace
}  // namespace quarry::evaluators
