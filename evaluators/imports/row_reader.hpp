// One row of a file of results: cells to a genome and its values.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "evaluators/imports/column_mapping.hpp"
#include "evaluators/imports/records.hpp"
#include "search/core/genome.hpp"
#include "search/supernets/supernet.hpp"

namespace quarry::evaluators {

struct RowMistake {
  std::string column;
  std::string reason;
};

class RowReader {
 public:
  // All outlive the reader. With `zero_is_missing` a metric of 0 was not measured.
  RowReader(std::span<const Column> columns, const search::Supernet& supernet,
            bool zero_is_missing);

  // Canonical; nothing, and why in `mistake`, when the cells do not name a network.
  std::optional<search::Genome> genome(ResultRecord& record, RowMistake& mistake) const;

  // Of a metric's column: nothing when it was not measured or, with `mistake` set, makes no sense.
  std::optional<double> value(const ResultRecord& record, std::size_t column,
                              RowMistake& mistake) const;

 private:
  std::span<const Column> columns_;
  const search::Supernet& supernet_;
  bool zero_is_missing_;
  std::optional<std::size_t> whole_;  // the column of the configuration or genome

  // A column of a gene, where there is no such column.
  struct GeneColumn {
    std::size_t column = 0;
    const search::Parameter* parameter = nullptr;
    std::optional<std::size_t> member;  // of a list; nothing: all of it
  };
  nlohmann::json config_of_genes(ResultRecord& record) const;

  std::vector<GeneColumn> genes_;
};

}  // namespace quarry::evaluators
