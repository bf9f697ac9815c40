// What a fitted predictor knows, as plain numbers and words, so that it can be stored and made
// again. How that is written down (JSON, a table) is for the modules to the right.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "predictors/column.hpp"
#include "predictors/matrix.hpp"

namespace quarry::predictors {

struct ModelState {
  std::string kind;  // the name of the registry entry that it is of
  std::map<std::string, std::vector<double>> numbers;
  std::map<std::string, std::string> texts;
  std::vector<ModelState> parts;  // models that this one is made of
  bool operator==(const ModelState&) const = default;
};

// Empty, of this kind, with the columns that the model is made for.
ModelState state_of(std::string kind, const Columns& columns);

void save_rows(const Matrix& rows, ModelState& state);

// All below throw std::invalid_argument that says what does not fit.

// The state is of this kind and of a model of these columns.
void require_state(const ModelState& state, std::string_view kind, const Columns& columns);

// Finite numbers of this name, as many as said; of any count without.
const std::vector<double>& saved_numbers(const ModelState& state, const std::string& name);
const std::vector<double>& saved_numbers(const ModelState& state, const std::string& name,
                                         std::size_t count);
double saved_number(const ModelState& state, const std::string& name);

// "standard_deviation", not negative.
double saved_deviation(const ModelState& state);

// A whole number between the two.
std::size_t saved_count(const ModelState& state, const std::string& name, std::size_t least,
                        std::size_t most);

// What save_rows() wrote: rows of that many columns.
Matrix saved_rows(const ModelState& state, std::size_t columns);

}  // namespace quarry::predictors
