// What each column of a file of results is: the configuration, a gene, a metric (with a scale,
// since 75.4 % is an accuracy of 0.754), or nothing. The user says so in rules such as "Top-1 Acc
// (%)=accuracy*0.01"; columns that no rule names are known by their names, if at all.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "search/core/search_space.hpp"
#include "search/supernets/field_error.hpp"

namespace quarry::evaluators {

enum class ColumnKind {
  kIgnored,
  kConfig,  // a whole configuration, as the API shows it or as a Python dict
  kGenome,  // a list of choice indices
  kGene,    // one gene, or all members of a list
  kMetric   // value * scale + offset
};

struct Column {
  std::string name;  // in the file
  ColumnKind kind = ColumnKind::kIgnored;
  std::string target;  // the metric's name, or the gene's: "depth", "heads", "heads[2]"
  double scale = 1.0;
  double offset = 0.0;
  std::string suggestion;  // a rule that may be meant, of a column that is ignored unasked
  bool operator==(const Column&) const = default;
};

// "accuracy*0.01+0.5", "config", "ignore", "heads[2]": a rule's right side.
std::string to_text(const Column& column);

// The columns with what they are. `rules` are the user's, "COLUMN=TARGET"; a mistake in one points
// to /columns/INDEX. TARGET is config, genome, ignore, a metric or a gene of the space; a metric
// may have a scale and an offset: *0.01, /100, +3, -3. With `dynast` the names that DyNAS-T's files
// use are known too.
std::vector<Column> map_columns(std::span<const std::string> names,
                                std::span<const std::string> rules,
                                const search::SearchSpace& space, bool dynast,
                                search::FieldErrors& errors);

// Bounds of a head and of rules: more, or longer ones, are a mistake.
inline constexpr std::size_t kMaxColumns = 1024;
inline constexpr std::size_t kMaxColumnName = 200;
inline constexpr std::size_t kMaxRule = 500;

// Whether a file with this head is one of DyNAS-T's: a sub-network, a date, then metrics.
bool is_dynast_head(std::span<const std::string> names);

}  // namespace quarry::evaluators
