// The sums over all parts of a row that interaction_process.hpp asks for at every prediction, from
// tables: for every two columns of levels, and any two levels of theirs, what they add for each of
// the training rows.
#pragma once

#include <Eigen/Dense>
#include <span>
#include <vector>

#include "predictors/column_parts.hpp"

namespace quarry::predictors {

class PartSums {
 public:
  PartSums() = default;
  PartSums(const Columns& columns, const ColumnParts& parts, Eigen::VectorXf weights,
           Eigen::VectorXf decays);

  // sums: weight times likeness to every training row, then decay times distance to every one. The
  // same on every processor, to the last bit.
  void operator()(const ColumnParts& parts, std::span<const double> row,
                  Eigen::VectorXf& sums) const;

 private:
  struct Group {
    std::vector<std::size_t> columns;  // one or two
    Eigen::MatrixXf table;             // [as `sums`, levels of the one times those of the other]
  };
  void add_group(const ColumnParts& parts, std::vector<std::size_t> group);
  Eigen::VectorXf of_parts(const ColumnParts& parts, std::span<const double> row,
                           std::span<const std::size_t> which) const;
  Eigen::Index place(const Group& group, std::span<const double> row) const;

  Columns columns_;
  Eigen::VectorXf weights_;
  Eigen::VectorXf decays_;
  std::vector<Group> groups_;
  std::vector<std::size_t> numbers_;  // the columns of numbers
  Eigen::VectorXf nothing_;           // zeros
};

}  // namespace quarry::predictors
