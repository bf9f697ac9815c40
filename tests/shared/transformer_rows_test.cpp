// The costs of DyNAS-T's transformers, row by row, in result files of its searches
// (../shared/data/README.md).
#include <catch2/catch.hpp>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "search/supernets/config.hpp"
#include "tests/support/manifests.hpp"
#include "tests/support/python_dict.hpp"

namespace quarry::search {
namespace {

struct Row {
  nlohmann::json config;
  std::vector<std::string> fields;  // after the config
};

// Nothing where the file is not here.
std::vector<Row> rows_of(const std::string& name) {
  const std::string path = std::string(QUARRY_SOURCE_DIR) + "/../shared/data/" + name;
  std::ifstream file(path);
  std::vector<Row> rows;
  std::string line;
  if (!std::getline(file, line)) {
    std::cerr << "transformer rows: skipped, " << path << " is not here\n";
    return rows;
  }
  while (std::getline(file, line)) {
    const std::size_t end = line.rfind('"');
    Row row{.config = test::parse_python_dict(line.substr(1, end - 1)), .fields = {}};
    for (std::size_t at = end + 1; at < line.size();) {
      const std::size_t next = std::min(line.find(',', at + 1), line.size());
      row.fields.push_back(line.substr(at + 1, next - at - 1));
      at = next;
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

Supernet::ReportedCost cost_of_row(const Supernet& supernet, const Row& row) {
  FieldErrors errors;
  const auto genome = config_from_json(supernet.space, row.config, "", errors);
  REQUIRE(test::transcript(errors) == "");
  return supernet.reported_cost(*genome, supernet.network(*genome));
}

TEST_CASE("BERT's parameters are those of 500 sub-networks that DyNAS-T measured") {
  const Supernet bert = test::builtin_supernet("bert_base_sst2");
  const std::vector<Row> rows = rows_of("bert_sst2_params_first500.csv");
  if (rows.empty()) return;
  std::size_t exact = 0;
  for (const Row& row : rows)  // date, params, lat, macs: the last holds the parameters
    exact += cost_of_row(bert, row).params == std::stoll(row.fields[3]) ? 1U : 0U;
  CHECK(exact == rows.size());
  CHECK(rows.size() == 500);
}

TEST_CASE("TransformerLT's MACs are those of 250 sub-networks that DyNAS-T measured") {
  const Supernet lt = test::builtin_supernet("transformer_lt_wmt_en_de");
  const std::vector<Row> rows = rows_of("results_transformerlt_macs_first250.csv");
  if (rows.empty()) return;
  std::size_t exact = 0;
  for (const Row& row : rows)  // date, params, latency, macs, BLEU
    exact += cost_of_row(lt, row).macs == std::stoll(row.fields[3]) ? 1U : 0U;
  CHECK(exact == rows.size());
  CHECK(rows.size() == 250);
}

TEST_CASE("TransformerLT's MACs and parameters are those of DyNAS-T's own test") {
  const Supernet lt = test::builtin_supernet("transformer_lt_wmt_en_de");
  const std::vector<Row> rows = rows_of("dynast_tests_transformerlt.csv");
  if (rows.empty()) return;
  for (const Row& row : rows) {  // its columns are shifted: date, 0, macs, params
    CHECK(cost_of_row(lt, row).macs == std::stoll(row.fields[2]));
    CHECK(cost_of_row(lt, row).params == std::stoll(row.fields[3]));
  }
  CHECK(rows.size() == 19);
}

}  // namespace
}  // namespace quarry::search
