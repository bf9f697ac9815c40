#include "server/storage/token.hpp"

#include <catch2/catch.hpp>

namespace quarry::server {
namespace {

TEST_CASE("a token is 256 bits in 43 letters and never the same twice") {
  const std::string token = make_token();
  CHECK(token.size() == 46);
  CHECK(token.starts_with("qt_"));
  CHECK(token != make_token());
}

TEST_CASE("a token's hash is SHA-256") {
  CHECK(hash_token("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("scopes have names") {
  for (const Scope scope : {Scope::kRead, Scope::kWorker, Scope::kAdmin})
    CHECK(scope_from(to_text(scope)) == scope);
  CHECK_FALSE(scope_from("root"));
}

TEST_CASE("texts are compared whole") {
  CHECK(equal_in_constant_time("abc", "abc"));
  CHECK_FALSE(equal_in_constant_time("abc", "abd"));
  CHECK_FALSE(equal_in_constant_time("abc", "ab"));
}

}  // namespace
}  // namespace quarry::server
