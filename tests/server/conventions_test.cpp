#include "server/http/conventions.hpp"

#include <zlib.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace quarry::server {
namespace {

std::string header_of(const Response& response, const std::string& name) {
  for (const auto& [field, value] : response.headers) {
    if (field == name) return value;
  }
  return "";
}

std::string unpacked(const std::string& packed) {
  z_stream stream{};
  REQUIRE(inflateInit2(&stream, 15 + 16) == Z_OK);
  std::string text(1 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  text.resize(stream.total_out);
  inflateEnd(&stream);
  return text;
}

TEST_CASE("a client's request id is kept if it is plain, else one is made") {
  CHECK(request_id({.headers = {{"x-request-id", "job-7.a_B"}}}) == "job-7.a_B");
  for (const std::string& strange : {std::string(), std::string("a b"), std::string("a\"b"),
                                     std::string(65, 'x'), std::string("x\r\nSet-Cookie: a")}) {
    const std::string made = request_id({.headers = {{"x-request-id", strange}}});
    CHECK(made.starts_with("rq_"));
    CHECK(made.size() == 15);
  }
}

TEST_CASE("a problem carries the id of its request") {
  const Response answer = conform({.method = "GET", .id = "rq_1"}, problem(404, "nothing here"));
  CHECK(nlohmann::json::parse(answer.body)["request_id"] == "rq_1");
  CHECK(header_of(answer, "X-Request-Id") == "rq_1");
}

TEST_CASE("what the client has already is not sent again") {
  const Request first{.method = "GET"};
  const std::string tag = header_of(conform(first, {.body = "{}"}), "ETag");
  CHECK(tag == entity_tag("{}"));
  const Request again{.method = "GET", .headers = {{"if-none-match", "\"other\", " + tag}}};
  const Response same = conform(again, {.body = "{}"});
  CHECK(same.status == 304);
  CHECK(same.body.empty());
  CHECK(conform(again, {.body = "{ }"}).status == 200);
}

TEST_CASE("tags are found in lists, weak or made of a compressed body") {
  CHECK(names_tag("\"a\"", "\"a\""));
  CHECK(names_tag("\"b\" , W/\"a-gzip\"", "\"a\""));
  CHECK(names_tag("*", "\"a\""));
  CHECK_FALSE(names_tag("", "\"a\""));
  CHECK_FALSE(names_tag("\"ab\",,", "\"a\""));
}

TEST_CASE("large text is compressed for those who can read it, and nothing else is") {
  const std::string large(5000, 'x');
  const Request can{.method = "GET", .headers = {{"accept-encoding", "br, gzip"}}};
  const Response packed = conform(can, {.body = large});
  CHECK(header_of(packed, "Content-Encoding") == "gzip");
  CHECK(packed.body.size() < 100);
  CHECK(unpacked(packed.body) == large);
  const std::string tag = header_of(packed, "ETag");
  CHECK(names_tag(tag, entity_tag(large)));
  CHECK(tag != entity_tag(large));
  CHECK(conform({.method = "GET"}, {.body = large}).body == large);
  CHECK(conform(can, {.body = "small"}).body == "small");
  const Request cannot{.method = "GET", .headers = {{"accept-encoding", "gzip;q=0"}}};
  CHECK(conform(cannot, {.body = large}).body == large);
  CHECK(conform(can, {.content_type = "image/png", .body = large}).body == large);
}

}  // namespace
}  // namespace quarry::server
