// Metrics that a formula gives are not taken from a file, they are proof that the file is what the
// user says: a column whose values are not the supernet's own is of another supernet, or is another
// metric.
#pragma once

#include <string>
#include <vector>

#include "evaluators/imports/column_mapping.hpp"
#include "search/network/network.hpp"
#include "search/supernets/supernet.hpp"

namespace quarry::evaluators {

// Whether the metric follows from the network alone.
bool has_formula(const std::string& metric);

// What has a formula, of one network.
class NetworkFormulas {
 public:
  NetworkFormulas(const search::Supernet& supernet, const search::Genome& genome);

  // Precondition: has_formula(metric).
  double value(const std::string& metric) const;

  // Whether the column's value is its metric's: to the last digit or, where it was scaled or is a
  // share, to three. MACs may be counted by either convention.
  bool agrees(const Column& column, double value) const;

  // Every metric with a formula that the column's value agrees with.
  std::vector<std::string> agreeing(const Column& column, double value) const;

 private:
  bool agrees(const Column& column, const std::string& metric, double value) const;

  search::Network network_;
  search::Cost cost_;
  search::Supernet::ReportedCost reported_;
};

}  // namespace quarry::evaluators
