// Tested by tests/predictors/model_state_test.cpp.
#include "predictors/model_state.hpp"

#include <cmath>
#include <stdexcept>

namespace quarry::predictors {
namespace {

constexpr const char* kColumns = "columns";
constexpr const char* kRows = "rows";

// Kind and levels of every column, one after the other.
std::vector<double> described(const Columns& columns) {
  std::vector<double> numbers;
  for (const Column& column : columns) {
    numbers.push_back(static_cast<double>(column.kind));
    numbers.push_back(static_cast<double>(column.levels));
  }
  return numbers;
}

[[noreturn]] void refuse(const ModelState& state, const std::string& what) {
  throw std::invalid_argument("the stored state of '" + state.kind + "' " + what);
}

}  // namespace

ModelState state_of(std::string kind, const Columns& columns) {
  return {.kind = std::move(kind),
          .numbers = {{kColumns, described(columns)}},
          .texts = {},
          .parts = {}};
}

void save_rows(const Matrix& rows, ModelState& state) { state.numbers[kRows] = rows.values; }

void require_state(const ModelState& state, std::string_view kind, const Columns& columns) {
  if (state.kind != kind)
    throw std::invalid_argument("expected the stored state of '" + std::string(kind) +
                                "', got one of '" + state.kind + "'");
  if (saved_numbers(state, kColumns) != described(columns))
    refuse(state, "is of other columns than this model's " + std::to_string(columns.size()));
}

const std::vector<double>& saved_numbers(const ModelState& state, const std::string& name) {
  const auto found = state.numbers.find(name);
  if (found == state.numbers.end()) refuse(state, "lacks '" + name + "'");
  for (const double value : found->second) {
    if (!std::isfinite(value)) refuse(state, "has a number in '" + name + "' that is not finite");
  }
  return found->second;
}

const std::vector<double>& saved_numbers(const ModelState& state, const std::string& name,
                                         std::size_t count) {
  const std::vector<double>& found = saved_numbers(state, name);
  if (found.size() != count)
    refuse(state, "needs " + std::to_string(count) + " numbers in '" + name + "', has " +
                      std::to_string(found.size()));
  return found;
}

double saved_number(const ModelState& state, const std::string& name) {
  return saved_numbers(state, name, 1).front();
}

double saved_deviation(const ModelState& state) {
  const double deviation = saved_number(state, "standard_deviation");
  if (deviation < 0.0) refuse(state, "has a negative standard deviation");
  return deviation;
}

std::size_t saved_count(const ModelState& state, const std::string& name, std::size_t least,
                        std::size_t most) {
  const double value = saved_number(state, name);
  if (value != std::floor(value) || value < static_cast<double>(least) ||
      value > static_cast<double>(most))
    refuse(state, "needs a whole number from " + std::to_string(least) + " to " +
                      std::to_string(most) + " in '" + name + "', has " + std::to_string(value));
  return static_cast<std::size_t>(value);
}

Matrix saved_rows(const ModelState& state, std::size_t columns) {
  const std::vector<double>& values = saved_numbers(state, kRows);
  if (columns == 0 || values.size() % columns != 0)
    refuse(state, "has " + std::to_string(values.size()) +
                      " numbers in 'rows', which are no rows of " + std::to_string(columns));
  Matrix rows;
  rows.rows = values.size() / columns;
  rows.columns = columns;
  rows.values = values;
  return rows;
}

}  // namespace quarry::predictors
