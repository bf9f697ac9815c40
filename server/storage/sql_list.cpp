// Tested by tests/server/list_store_test.cpp.
#include "server/storage/sql_list.hpp"

#include <array>

namespace quarry::server {
namespace {

const char* sign_of(Comparison comparison) {
  constexpr std::array kSigns = {" = ", " <> ", " < ", " <= ", " > ", " >= "};
  return kSigns.at(static_cast<std::size_t>(comparison));
}

SqlText compared(const ListCondition& condition, const SqlText& column) {
  SqlText sql;
  if (is_missing(condition.value))
    return sql.add("(").add(column).add(
        condition.comparison == Comparison::kEqual ? " IS NULL)" : " IS NOT NULL)");
  if (condition.comparison == Comparison::kHas)
    return sql.add("ifnull(instr(lower(")
        .add(column)
        .add("), lower(")
        .bind(condition.value)
        .add(")) > 0, 0)");
  return sql.add("ifnull(")
      .add(column)
      .add(sign_of(condition.comparison))
      .bind(condition.value)
      .add(condition.comparison == Comparison::kNotEqual ? ", 1)" : ", 0)");
}

SqlText condition_text(const ListCondition& condition, const SqlColumns& columns) {
  using Kind = ListCondition::Kind;
  if (condition.kind == Kind::kCompare) return compared(condition, columns.at(condition.field));
  SqlText sql;
  if (condition.kind == Kind::kNot)
    return sql.add("NOT ").add(condition_text(condition.parts.front(), columns));
  if (condition.parts.empty()) return sql.add(condition.kind == Kind::kAll ? "1" : "0");
  sql.add("(");
  for (std::size_t i = 0; i < condition.parts.size(); ++i) {
    if (i > 0) sql.add(condition.kind == Kind::kAll ? " AND " : " OR ");
    sql.add(condition_text(condition.parts[i], columns));
  }
  return sql.add(")");
}

// Comes after `value` in this field. Nothing comes after a missing value.
SqlText is_later(const SqlText& column, bool descending, const ListValue& value) {
  SqlText sql;
  if (is_missing(value)) return sql.add("0");
  return sql.add("ifnull(").add(column).add(descending ? " < " : " > ").bind(value).add(", 1)");
}

SqlText is_same(const SqlText& column, const ListValue& value) {
  SqlText sql;
  sql.add(column);
  if (is_missing(value)) return sql.add(" IS NULL");
  return sql.add(" = ").bind(value);
}

// (a, b, c) > (x, y, z) with directions of their own: a > x OR (a = x AND (b > y OR (b = y ...))).
SqlText after_text(const ListQuery& query, const SqlColumns& columns, std::size_t from) {
  const SqlText& column = columns.at(query.order[from].field);
  SqlText sql;
  sql.add("(").add(is_later(column, query.order[from].descending, query.after[from]));
  if (from + 1 < query.order.size())
    sql.add(" OR (")
        .add(is_same(column, query.after[from]))
        .add(" AND ")
        .add(after_text(query, columns, from + 1))
        .add(")");
  return sql.add(")");
}

}  // namespace

SqlText order_columns(const ListQuery& query, const SqlColumns& columns) {
  SqlText sql;
  for (std::size_t i = 0; i < query.order.size(); ++i)
    sql.add(i == 0 ? "" : ", ").add(columns.at(query.order[i].field));
  return sql;
}

SqlText list_clauses(const ListQuery& query, const SqlColumns& columns) {
  SqlText sql = condition_text(query.where, columns);
  if (!query.after.empty()) {
    // A single key is left bare, so that its index is entered at the place.
    if (query.order.size() == 1 && !is_missing(query.after.front())) {
      sql.add(" AND ")
          .add(columns.at(query.order.front().field))
          .add(query.order.front().descending ? " < " : " > ")
          .bind(query.after.front());
    } else {
      sql.add(" AND ").add(after_text(query, columns, 0));
    }
  }
  sql.add(" ORDER BY ");
  for (std::size_t i = 0; i < query.order.size(); ++i) {
    const auto& [field, descending] = query.order[i];
    // SQLite's own order has null first; a key is never null and keeps its index.
    const bool is_key = i + 1 == query.order.size();
    sql.add(i == 0 ? "" : ", ").add(columns.at(field)).add(descending ? " DESC" : " ASC");
    if (!is_key) sql.add(" NULLS LAST");
  }
  return sql.add(" LIMIT ").bind(static_cast<double>(query.limit));
}

}  // namespace quarry::server
