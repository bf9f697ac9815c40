#include "server/cli/import_report.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace quarry::server {
namespace {

const nlohmann::json kReport = nlohmann::json::parse(R"({
  "format": "csv", "rows": 3, "taken": 2, "rejected": 1, "networks": 1, "repeated": 1,
  "columns": [{"column": "config", "is": "config"}, {"column": "acc", "is": "accuracy*0.01"},
              {"column": "macs", "is": "macs"}, {"column": "t", "is": "latency_ms"},
              {"column": "lat", "is": "ignore", "suggestion": "lat=latency_ms"}],
  "metrics": {"accuracy": {"values": 2, "networks": 1, "min": 0.5, "max": 0.75},
              "latency_ms": {"values": 0, "networks": 0, "min": 0, "max": 0}},
  "checks": [{"column": "macs", "metric": "macs", "compared": 3, "equal": 2}],
  "rejected_rows": [{"line": 4, "column": "macs", "reason": "is 1, but macs is 2"}],
  "repeated_networks": []})");

TEST_CASE("a report shows what each column was, what was found and what was not taken") {
  CHECK(import_report(kReport) ==
        "2 of 3 rows taken (csv): 1 network\n\n"
        "  column  is\n"
        "  config  config\n"
        "  acc     accuracy*0.01  2 values, 0.5 to 0.75\n"
        "  macs    macs           2 of 3 are what Quarry counts\n"
        "  t       latency_ms     not measured\n"
        "  lat     ignore         perhaps --column \"lat=latency_ms\"\n"
        "\n1 network measured more than once: every value is kept\n"
        "\nnot taken:\n  line 4, macs: is 1, but macs is 2\n");
}

TEST_CASE("of many rows that were not taken the first are shown and the others counted") {
  CHECK(import_report(kReport, 0).ends_with("\nnot taken:\n  and 1 more\n"));
}

TEST_CASE("without imports the table says how to make one") {
  CHECK(import_table(nlohmann::json::array()) ==
        "no imports; 'quarry import FILE --supernet NAME' makes one\n");
}

}  // namespace
}  // namespace quarry::server
