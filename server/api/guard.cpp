// Tested by tests/server/list_contract_test.cpp and tests/server/storage_fault_test.cpp.
#include "server/api/guard.hpp"

#include <algorithm>

#include "search/supernets/json_fields.hpp"
#include "server/api/views.hpp"
#include "server/http/conventions.hpp"
#include "server/storage/store_error.hpp"

namespace quarry::server {
namespace {

// 400, naming them all, when the query has parameters that are not among `known`.
std::optional<Response> refuse_unknown(const Request& request,
                                       const std::vector<std::string>& known) {
  std::vector<std::pair<std::string, std::string>> mistakes;
  for (const auto& [name, ignored] : request.query) {
    if (std::ranges::find(known, name) != known.end()) continue;
    mistakes.emplace_back(name, known.empty() ? "there is no query parameter here"
                                              : "unknown query parameter" +
                                                    search::did_you_mean(name, known) +
                                                    "; known are " + search::one_of(known));
  }
  return refuse_query(mistakes);
}

}  // namespace

Handler guarded(const std::string& method, const std::string& pattern, Handler handler) {
  static const std::map<std::string, DeclaredQuery> declared = declared_queries();
  const auto found = declared.find(method + " " + pattern);
  DeclaredQuery query = found == declared.end() ? DeclaredQuery{} : found->second;
  return [query = std::move(query), handler = std::move(handler)](const Request& request) {
    auto unknown = query.is_list ? std::nullopt : refuse_unknown(request, query.names);
    if (unknown) return std::move(*unknown);
    try {
      return handler(request);
    } catch (const StoreError& error) {
      return no_database(error.what());
    }
  };
}

}  // namespace quarry::server
