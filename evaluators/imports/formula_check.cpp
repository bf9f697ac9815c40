// Tested by tests/evaluators/result_file_test.cpp.
#include "evaluators/imports/formula_check.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "evaluators/evaluator.hpp"
#include "search/network/cost.hpp"

namespace quarry::evaluators {
namespace {

const std::vector<std::string>& formula_metrics() { return find_evaluator("analytic")->metrics; }

bool close(double value, double exact, double tolerance) {
  return std::abs(value - exact) <= tolerance * std::max(1.0, std::abs(exact));
}

}  // namespace

bool has_formula(const std::string& metric) {
  return std::ranges::find(formula_metrics(), metric) != formula_metrics().end();
}

NetworkFormulas::NetworkFormulas(const search::Supernet& supernet, const search::Genome& genome)
    : network_(supernet.network(genome)),
      cost_(search::cost_of(network_)),
      reported_(supernet.reported_cost(genome, network_)) {}

double NetworkFormulas::value(const std::string& metric) const {
  if (metric == "macs") return static_cast<double>(reported_.macs);
  if (metric == "params") return static_cast<double>(reported_.params);
  if (metric == "model_size_bytes") return static_cast<double>(reported_.model_size_bytes);
  if (metric == "peak_activation_bytes")
    return static_cast<double>(search::peak_activation_bytes(network_));
  if (metric == "operators") return static_cast<double>(network_.operators.size());
  assert(metric == "int8_share");
  return search::int8_share(network_);
}

bool NetworkFormulas::agrees(const Column& column, double value) const {
  return agrees(column, column.target, value);
}

bool NetworkFormulas::agrees(const Column& column, const std::string& metric, double given) const {
  const bool rounded = column.scale != 1.0 || column.offset != 0.0 || metric == "int8_share";
  const double tolerance = rounded ? 1e-3 : 1e-12;
  if (close(given, value(metric), tolerance)) return true;
  if (metric != "macs") return false;
  return close(given, static_cast<double>(cost_.macs), tolerance) ||
         close(given, static_cast<double>(cost_.macs + cost_.elementwise_macs), tolerance);
}

std::vector<std::string> NetworkFormulas::agreeing(const Column& column, double given) const {
  std::vector<std::string> metrics;
  for (const std::string& metric : formula_metrics()) {
    if (agrees(column, metric, given)) metrics.push_back(metric);
  }
  return metrics;
}

}  // namespace quarry::evaluators
