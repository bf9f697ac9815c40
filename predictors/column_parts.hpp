// What a column of x contributes to the kernel of interaction_process.hpp, part by part. A column
// of levels has a distance d (level_kernel.hpp's) and the likeness 1 - d; an ordinal one a straight
// line through its levels as well; a column of numbers, standardised, a straight line and the
// likeness exp(-d / 2) of the squared distance d.
#pragma once

#include <Eigen/Dense>
#include <span>
#include <vector>

#include "predictors/column.hpp"
#include "predictors/matrix.hpp"

namespace quarry::predictors {

class ColumnParts {
 public:
  ColumnParts() = default;
  // The rows that any row is compared with. Numbers are standardised as those of `reference`.
  ColumnParts(const Columns& columns, const Matrix& x, const Matrix& reference);

  Eigen::Index rows() const { return rows_; }
  Eigen::Index parts() const { return static_cast<Eigen::Index>(parts_.size()); }
  std::size_t column(Eigen::Index part) const { return at(part).column; }
  bool has_distance(Eigen::Index part) const { return at(part).kind != Kind::kLine; }

  // Of a row's value in the part's column to that of all rows: rows() values, ready or in scratch.
  const float* likeness(Eigen::Index part, std::span<const double> row,
                        Eigen::VectorXf& scratch) const;
  const float* distance(Eigen::Index part, std::span<const double> row,
                        Eigen::VectorXf& scratch) const;
  // Of a row's value to itself.
  float own_likeness(Eigen::Index part, std::span<const double> row) const;

 private:
  enum class Kind { kLevels, kLine, kNumbers };
  struct Part {
    Kind kind = Kind::kLevels;
    std::size_t column = 0;
    // Of a column of levels: [row, level], the last level = absent.
    Eigen::MatrixXf likeness;
    Eigen::MatrixXf distance;
  };

  const Part& at(Eigen::Index part) const { return parts_[static_cast<std::size_t>(part)]; }
  bool is_number(const Part& part) const {
    return columns_[part.column].kind == ColumnKind::kNumber;
  }
  void add_levels(std::size_t column, const Matrix& x);
  void add_numbers(std::size_t column, const Matrix& x, const Matrix& reference);
  std::size_t level_of(std::size_t column, double value) const;
  float standardised(std::size_t column, double value) const;

  Columns columns_;
  Eigen::Index rows_ = 0;
  std::vector<Part> parts_;
  std::vector<double> means_;             // of columns of numbers
  std::vector<double> deviations_;        // the same
  std::vector<Eigen::VectorXf> numbers_;  // the same, standardised
};

}  // namespace quarry::predictors
