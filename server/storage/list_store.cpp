// Tested by tests/server/list_store_test.cpp.
#include "server/storage/list_store.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "search/core/metric.hpp"
#include "server/storage/database.hpp"
#include "server/storage/sql_list.hpp"

namespace quarry::server {
namespace {

void bind_all(Query& query, const std::vector<ListValue>& values) {
  for (const ListValue& value : values) {
    if (const auto* text = std::get_if<std::string>(&value)) {
      query.bind(*text);
    } else if (const auto* number = std::get_if<double>(&value)) {
      query.bind(*number);
    } else if (const auto* flag = std::get_if<bool>(&value)) {
      query.bind(std::int64_t{*flag});
    } else {
      query.bind(std::optional<double>());
    }
  }
}

std::vector<ListValue> place_of(const Query& query, int first,
                                const std::vector<ListOrder>& order) {
  std::vector<ListValue> place;
  for (const ListOrder& by : order) {
    const int column = first++;
    if (by.field == "on_front" || by.field == "is_baseline") {
      place.emplace_back(query.integer(column) != 0);
    } else if (query.is_null(column)) {
      place.emplace_back();
    } else if (query.is_text(column)) {
      place.emplace_back(query.text(column));
    } else {
      place.emplace_back(query.number(column));
    }
  }
  return place;
}

// The fields that the query names.
void add_fields(const ListCondition& condition, std::vector<std::string>& fields) {
  if (condition.kind == ListCondition::Kind::kCompare) fields.push_back(condition.field);
  for (const ListCondition& part : condition.parts) add_fields(part, fields);
}
std::vector<std::string> fields_of(const ListQuery& query) {
  std::vector<std::string> fields;
  add_fields(query.where, fields);
  for (const ListOrder& order : query.order) fields.push_back(order.field);
  return fields;
}

// Columns of trials, and the joins that bring those of metrics: each is looked up once for a trial.
struct TrialColumns {
  SqlColumns columns;
  SqlText joins;
};

TrialColumns trial_columns(const TrialListQuery& wanted) {
  TrialColumns made;
  for (const char* name : {"number", "state", "on_front", "is_baseline"})
    made.columns[name].text = std::string("t.") + name;
  if (!wanted.live.empty()) {
    made.columns["state"].text = "ifnull(live.state, t.state)";
    made.joins.add(" LEFT JOIN live ON t.state = 'queued' AND live.number = t.number");
  }
  for (const std::string& field : fields_of(wanted.list)) {
    if (made.columns.contains(field)) continue;
    const std::string name = "m" + std::to_string(made.columns.size());
    made.columns[field].text = name + ".value";
    made.joins.add(" LEFT JOIN trial_metrics AS " + name + " ON " + name + ".study = ")
        .bind(wanted.study)
        .add(" AND " + name + ".metric = ")
        .bind(field)
        .add(" AND " + name + ".number = t.number");
  }
  return made;
}

// {"7": "leased"}
std::string live_json(const std::map<std::size_t, std::string>& live) {
  nlohmann::json view = nlohmann::json::object();
  for (const auto& [number, state] : live) view[std::to_string(number)] = state;
  return view.dump();
}

constexpr const char* kMeasurementColumns =
    "m.id, m.supernet, m.genome, m.metric, m.evaluator, m.fingerprint, m.value, m.spread, "
    "m.samples, m.source, m.study, m.trial, m.detail, m.sample_values";
constexpr int kMeasurementWidth = 14;

// What stands before and after a separator in one column of the table.
SqlText part_of(const std::string& column, const std::string& separator, bool is_first) {
  const std::string at = "instr(" + column + ", '" + separator + "')";
  return {.text = is_first ? "substr(" + column + ", 1, " + at + " - 1)"
                           : "substr(" + column + ", " + at + " + 1)",
          .bound = {}};
}

// Sources are numbers in the table and words in the API.
SqlText source_column() {
  SqlText column;
  column.add("CASE m.source");
  for (const search::Source source :
       {search::Source::kExact, search::Source::kMeasured, search::Source::kPredicted,
        search::Source::kImported, search::Source::kReported})
    column.add(" WHEN " + std::to_string(static_cast<int>(source)) + " THEN '" +
               search::to_text(source) + "'");
  return column.add(" END");
}

SqlColumns measurement_columns() {
  SqlColumns columns = {{"supernet", part_of("m.supernet", "@", true)},
                        {"supernet_version", part_of("m.supernet", "@", false)},
                        {"evaluator", part_of("m.evaluator", " ", true)},
                        {"source", source_column()}};
  for (const char* name :
       {"id", "metric", "fingerprint", "value", "spread", "samples", "study", "trial"})
    columns[name] = {.text = std::string("m.") + name, .bound = {}};
  return columns;
}

std::pair<std::string, std::string> split(const std::string& text, char separator) {
  const std::size_t at = text.find(separator);
  return {text.substr(0, at), at == std::string::npos ? "" : text.substr(at + 1)};
}

StoredMeasurement read_measurement(const Query& query) {
  StoredMeasurement found{.id = query.integer(0),
                          .genome = query.text(2),
                          .metric = query.text(3),
                          .fingerprint = query.text(5),
                          .value = query.number(6),
                          .spread = query.number(7),
                          .samples = query.integer(8),
                          .source = static_cast<search::Source>(query.integer(9)),
                          .study = query.text(10),
                          .trial = query.integer(11),
                          .detail = query.text(12),
                          .sample_values = query.text(13)};
  std::tie(found.supernet, found.supernet_version) = split(query.text(1), '@');
  std::tie(found.evaluator, found.options) = split(query.text(4), ' ');
  return found;
}

}  // namespace

// The page is found in the narrow index and trial_metrics alone; the trials' documents, which are
// kilobytes each, are read for its members only.
std::vector<Listed<TrialRecord>> ListStore::trials(const TrialListQuery& wanted) {
  const auto [columns, joins] = trial_columns(wanted);
  SqlText sql;
  sql.add("WITH ");
  if (!wanted.live.empty())
    sql.add(
           "live (number, state) AS MATERIALIZED (SELECT CAST(key AS INTEGER), value FROM "
           "json_each(")
        .bind(live_json(wanted.live))
        .add(")), ");
  sql.add("page AS MATERIALIZED (SELECT t.number, ").add(order_columns(wanted.list, columns));
  // A front has an index of its own; the narrow one serves everything else.
  sql.add(" FROM trials AS t ")
      .add(wanted.front_only ? "INDEXED BY trials_on_front" : "INDEXED BY trials_in_brief");
  sql.add(joins);
  sql.add(" WHERE t.study = ").bind(wanted.study);
  if (wanted.front_only) sql.add(" AND t.on_front");
  if (wanted.numbers)
    sql.add(" AND t.number IN (SELECT value FROM json_each(")
        .bind(nlohmann::json(*wanted.numbers).dump())
        .add("))");
  sql.add(" AND ").add(list_clauses(wanted.list, columns));
  sql.add(
         ") SELECT page.*, trials.state, trials.on_front, trials.is_baseline, trials.data FROM "
         "page CROSS JOIN trials "
         "ON trials.study = ")
      .bind(wanted.study)
      .add(" AND trials.number = page.number");
  const std::scoped_lock lock(database_->scan_mutex);
  Query query(database_->scanner, sql.text);
  bind_all(query, sql.bound);
  std::vector<Listed<TrialRecord>> found;
  const int rest = 1 + static_cast<int>(wanted.list.order.size());
  while (query.next())
    found.push_back({{.number = query.integer(0),
                      .state = query.text(rest),
                      .on_front = query.integer(rest + 1) != 0,
                      .is_baseline = query.integer(rest + 2) != 0,
                      .data = query.text(rest + 3)},
                     place_of(query, 1, wanted.list.order)});
  return found;
}

std::vector<Listed<StoredMeasurement>> ListStore::measurements(const ListQuery& wanted) {
  const SqlColumns columns = measurement_columns();
  SqlText sql;
  sql.add(std::string("SELECT ") + kMeasurementColumns + ", ")
      .add(order_columns(wanted, columns))
      .add(" FROM measurements AS m WHERE ")
      .add(list_clauses(wanted, columns));
  const std::scoped_lock lock(database_->scan_mutex);
  Query query(database_->scanner, sql.text);
  bind_all(query, sql.bound);
  std::vector<Listed<StoredMeasurement>> found;
  while (query.next())
    found.push_back({read_measurement(query), place_of(query, kMeasurementWidth, wanted.order)});
  return found;
}

std::optional<StoredMeasurement> ListStore::measurement(std::int64_t id) {
  const std::scoped_lock lock(database_->scan_mutex);
  Query query(database_->scanner, std::string("SELECT ") + kMeasurementColumns +
                                      " FROM measurements AS m WHERE id = ?");
  query.bind(id);
  if (!query.next()) return std::nullopt;
  return read_measurement(query);
}

std::vector<Listed<ImportedRow>> ListStore::imported_rows(const std::string& import,
                                                          const std::vector<std::string>& metrics,
                                                          const ListQuery& wanted) {
  SqlColumns columns = {{"line", {.text = "r.line", .bound = {}}}};
  for (const std::string& metric : metrics)
    columns[metric].add("json_extract(r.metrics, ").bind("$.\"" + metric + "\"").add(")");
  SqlText sql;
  sql.add("SELECT r.line, r.genome, r.metrics, ")
      .add(order_columns(wanted, columns))
      .add(" FROM imported_rows AS r WHERE r.import = (SELECT number FROM imports WHERE id = ")
      .bind(import)
      .add(") AND ")
      .add(list_clauses(wanted, columns));
  const std::scoped_lock lock(database_->scan_mutex);
  Query query(database_->scanner, sql.text);
  bind_all(query, sql.bound);
  std::vector<Listed<ImportedRow>> found;
  while (query.next())
    found.push_back(
        {{query.integer(0), query.text(1), query.text(2)}, place_of(query, 3, wanted.order)});
  return found;
}

std::vector<KnownMachine> ListStore::machines() {
  const std::scoped_lock lock(database_->scan_mutex);
  std::map<std::string, KnownMachine> known;
  {
    Query query(database_->scanner, "SELECT id, text FROM fingerprints");
    while (query.next()) {
      const std::string id = query.text(0);
      known[id] = {.fingerprint = id, .text = query.text(1)};
    }
  }
  Query query(database_->scanner,
              "SELECT fingerprint, metric, count(*) FROM measurements WHERE fingerprint <> '' "
              "GROUP BY fingerprint, metric");
  while (query.next()) {
    KnownMachine& machine = known[query.text(0)];
    machine.fingerprint = query.text(0);
    machine.by_metric[query.text(1)] = query.integer(2);
    machine.measurements += query.integer(2);
  }
  std::vector<KnownMachine> machines;
  for (auto& [id, machine] : known) machines.push_back(std::move(machine));
  return machines;
}

}  // namespace quarry::server
