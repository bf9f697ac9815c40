// Parameters of lists, tokens and pages, over items in memory.
#include "server/api/listing.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "server/api/list_page.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

const Listing kListing = {.fields = {{.name = "id", .kind = FieldKind::kNumber},
                                     {.name = "kind"},
                                     {.name = "size.mb", .kind = FieldKind::kNumber},
                                     {.name = "tags", .kind = FieldKind::kTexts}},
                          .properties = {"id", "kind", "size", "tags"},
                          .order = {{"id"}},
                          .shorthands = {{"kind", "kind"}, {"tag", "tags", Comparison::kHas}}};

json item(int id, const char* kind, json mb, std::vector<std::string> tags = {}) {
  json made = {{"id", id}, {"kind", kind}, {"tags", tags}};
  if (!mb.is_null()) made["size"] = {{"mb", mb}, {"kb", 1}};
  return made;
}

const std::vector<json> kItems = {item(1, "b", 2.0, {"x"}), item(2, "a", nullptr),
                                  item(3, "b", 1.0), item(4, "a", 2.0, {"x", "y"})};

Request request(std::map<std::string, std::string, std::less<>> query) {
  return {.method = "GET", .path = "/v1/things", .query = std::move(query)};
}

json answer(std::map<std::string, std::string, std::less<>> query,
            const std::vector<json>& items = kItems) {
  const Response response = answer_list(request(std::move(query)), kListing, items);
  INFO(response.body);
  REQUIRE(response.status == 200);
  return json::parse(response.body);
}

std::string ids(const json& page) {
  std::string text;
  for (const json& one : page["items"]) text += (text.empty() ? "" : " ") + one["id"].dump();
  return text;
}

TEST_CASE("a list comes in its own order unless asked otherwise") {
  CHECK(ids(answer({})) == "1 2 3 4");
  CHECK(ids(answer({{"order_by", "id desc"}})) == "4 3 2 1");
  CHECK(ids(answer({{"order_by", "kind, id desc"}})) == "4 2 3 1");
  CHECK(ids(answer({{"order_by", "kind desc"}})) == "1 3 2 4");
}

TEST_CASE("items that lack the field of the order come last, in either direction") {
  CHECK(ids(answer({{"order_by", "size.mb"}})) == "3 1 4 2");
  CHECK(ids(answer({{"order_by", "size.mb desc"}})) == "1 4 3 2");
}

TEST_CASE("filter and shorthands hold together") {
  CHECK(ids(answer({{"filter", "size.mb = 2"}})) == "1 4");
  CHECK(ids(answer({{"filter", "size.mb = 2"}, {"kind", "a"}})) == "4");
  CHECK(ids(answer({{"tag", "x"}})) == "1 4");
}

TEST_CASE("pages join to the whole, whatever the order and however small they are") {
  for (const char* order : {"", "id desc", "kind", "size.mb desc, kind", "size.mb, id desc"}) {
    INFO(order);
    std::string joined;
    json page;
    std::string token;
    do {
      page = answer({{"order_by", order}, {"page_size", "1"}, {"page_token", token}});
      joined += (joined.empty() ? "" : " ") + ids(page);
      token = page["next_page_token"].is_null() ? "" : page["next_page_token"].get<std::string>();
    } while (!token.empty());
    CHECK(joined == ids(answer({{"order_by", order}})));
  }
}

TEST_CASE("what is added or taken away between two pages moves no other item") {
  const json first = answer({{"page_size", "2"}});
  CHECK(ids(first) == "1 2");
  std::vector<json> changed = kItems;
  changed.insert(changed.begin(), item(0, "new", 1.0));
  changed.erase(changed.begin() + 2);  // 2, at which the page ended
  const json second =
      answer({{"page_size", "2"}, {"page_token", first["next_page_token"]}}, changed);
  CHECK(ids(second) == "3 4");
  CHECK(second["next_page_token"].is_null());
}

TEST_CASE("a token says nothing and serves its own list alone") {
  const std::string token = answer({{"page_size", "2"}})["next_page_token"];
  CHECK(
      token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
      std::string::npos);
  const auto status = [](std::map<std::string, std::string, std::less<>> query) {
    return answer_list(request(std::move(query)), kListing, kItems).status;
  };
  CHECK(status({{"page_token", token}}) == 200);
  CHECK(status({{"page_token", token}, {"page_size", "3"}, {"fields", "id"}}) == 200);
  CHECK(status({{"page_token", token}, {"filter", "id > 0"}}) == 400);
  CHECK(status({{"page_token", token}, {"order_by", "kind"}}) == 400);
  CHECK(status({{"page_token", token.substr(1)}}) == 400);
  CHECK(status({{"page_token", "a b"}}) == 400);
}

TEST_CASE("fields shows what is asked of each item, at any depth, and nothing else") {
  const json page = answer({{"fields", "id, size.mb"}});
  CHECK(page["items"][0] == json{{"id", 1}, {"size", {{"mb", 2.0}}}});
  CHECK(page["items"][1] == json{{"id", 2}});
}

TEST_CASE("a page is never larger than 1000 items") {
  std::vector<json> many;
  for (int i = 0; i < 1001; ++i) many.push_back(item(i, "a", 1.0));
  CHECK(answer({{"page_size", "5000"}}, many)["items"].size() == 1000);
  CHECK(answer({}, many)["items"].size() == 50);
}

TEST_CASE("all mistakes of a query are told at once, each with its parameter") {
  const Response refused = answer_list(request({{"page_size", "none"},
                                                {"filter", "colour = red"},
                                                {"order_by", "tags, kind down"},
                                                {"fields", "sizes"},
                                                {"page_tokens", "x"}}),
                                       kListing, kItems);
  CHECK(refused.status == 400);
  std::string told;
  const json document = json::parse(refused.body);
  for (const json& error : document["errors"])
    told += error["pointer"].get<std::string>() + ": " + error["detail"].get<std::string>() + "\n";
  CHECK(told ==
        "page_size: must be a whole number from 1 to 1000, got \"none\"\n"
        "filter: there is no field \"colour\" here; known are id, kind, size.mb or tags\n"
        "order_by: tags is a list, which has no order\n"
        "order_by: after \"kind\" may come asc or desc, got \"down\"\n"
        "fields: items have no \"sizes\" (did you mean \"size\"?); they have id, kind, size or "
        "tags\n"
        "page_tokens: unknown query parameter (did you mean \"page_token\"?); known are kind, tag, "
        "filter, order_by, fields, page_size or page_token\n");
}

}  // namespace
}  // namespace quarry::server
