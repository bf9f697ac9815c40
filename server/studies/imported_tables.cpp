// Tested by tests/server/imports_test.cpp.
#include "server/studies/imported_tables.hpp"

#include <nlohmann/json.hpp>

#include "evaluators/hash.hpp"

namespace quarry::server {
namespace {

using evaluators::MeasurementTable;
using nlohmann::json;

class ImportedTable final : public MeasurementTable {
 public:
  ImportedTable(ImportStore& imports, const ImportRecord& record)
      : imports_(imports),
        id_(record.id),
        facts_{.name = record.name,
               .supernet = record.supernet,
               .supernet_version = record.supernet_version,
               .metrics = json::parse(record.metrics).get<std::vector<std::string>>(),
               .fingerprint_id = imported_fingerprint_id(record),
               .fingerprint = record.fingerprint} {}

  const Facts& facts() const override { return facts_; }

  std::vector<double> values(const search::Genome& canonical,
                             std::string_view metric) const override {
    std::vector<double> values;
    for (const ImportedRow& row : imports_.rows_of(id_, search::to_text(canonical))) {
      const json measured = json::parse(row.metrics);
      if (const auto found = measured.find(metric); found != measured.end())
        values.push_back(found->get<double>());
    }
    return values;
  }

 private:
  ImportStore& imports_;
  std::string id_;
  Facts facts_;
};

}  // namespace

std::string imported_fingerprint_id(const ImportRecord& import) {
  return import.fingerprint.empty() ? "" : "fp_" + evaluators::hash_text({import.fingerprint});
}

std::function<std::shared_ptr<const MeasurementTable>(const std::string& id)> imported_tables(
    ImportStore& imports) {
  return [&imports](const std::string& id) -> std::shared_ptr<const MeasurementTable> {
    const std::optional<ImportRecord> record = imports.import(id);
    if (!record) return nullptr;
    return std::make_shared<const ImportedTable>(imports, *record);
  };
}

}  // namespace quarry::server
