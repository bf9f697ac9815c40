// Tested by tests/server/list_contract_test.cpp and tests/server/storage_fault_test.cpp.
#include "server/api/guard.hpp"

#include "server/api/views.hpp"
#include "server/storage/store_error.hpp"

namespace quarry::server {
namespace {

// Reads may still be answered; what changes something may be sent again.
Response no_database(const StoreError& error) {
  Response response = problem(503, std::string("the database does not take it: ") + error.what());
  response.headers.emplace_back("Retry-After", "5");
  return response;
}

std::string in_lower_case(std::string text) {
  for (char& letter : text) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return text;
}

}  // namespace

Handler guarded(const std::string& method, const std::string& pattern, Handler handler) {
  static const std::map<std::string, DeclaredQuery> declared = declared_queries();
  const auto found = declared.find(in_lower_case(method) + " " + pattern);
  DeclaredQuery query = found == declared.end() ? DeclaredQuery{} : found->second;
  return [query = std::move(query), handler = std::move(handler)](const Request& request) {
    auto unknown = query.is_list ? std::nullopt : refuse_unknown(request, query.names);
    if (unknown) return std::move(*unknown);
    try {
      return handler(request);
    } catch (const StoreError& error) {
      return no_database(error);
    }
  };
}

}  // namespace quarry::server
