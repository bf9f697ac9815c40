// Tested by tests/evaluators/result_file_test.cpp.
#include "evaluators/imports/row_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "evaluators/imports/literal.hpp"
#include "search/core/metric.hpp"
#include "search/supernets/config.hpp"

namespace quarry::evaluators {
namespace {

using nlohmann::json;

std::string shown(std::string_view text) {
  return "\"" + std::string(text.substr(0, 40)) + (text.size() > 40 ? "...\"" : "\"");
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

bool says_missing(std::string_view text) {
  std::string lower(text.substr(0, 8));
  for (char& letter : lower) letter = static_cast<char>(letter | 0x20);
  return text.empty() || text == "-" || lower == "nan" || lower == "null" || lower == "none" ||
         lower == "n/a" || lower == "na";
}

// DyNAS-T writes beside the genes a width that nobody chose and the resolution of the input.
bool take_off_extras(json& config, const search::Supernet& supernet, std::string& reason) {
  const auto is_gene = [&](const char* name) {
    return std::ranges::find(supernet.space.parameters(), name, &search::Parameter::name) !=
           supernet.space.parameters().end();
  };
  if (!is_gene("wid") && config.contains("wid") && config["wid"].is_null()) config.erase("wid");
  if (is_gene("r") || !config.contains("r")) return true;
  const json& given = config["r"];
  const json& resolution = given.is_array() && given.size() == 1 ? given.front() : given;
  const std::int64_t own =
      supernet.input.sizes.empty() ? 0 : static_cast<std::int64_t>(supernet.input.sizes.back());
  if (!resolution.is_number() || resolution.get<double>() != static_cast<double>(own)) {
    reason = "r: measured at another resolution than the supernet's " + std::to_string(own);
    return false;
  }
  config.erase("r");
  return true;
}

// [6] is 6 to DyNAS-T, which has lists only.
void unwrap_singles(json& config, const search::SearchSpace& space) {
  for (const search::Parameter& parameter : space.parameters()) {
    if (parameter.is_list) continue;
    const auto found = config.find(parameter.name);
    if (found == config.end() || !found->is_array() || found->size() != 1) continue;
    json single = std::move(found->front());
    *found = std::move(single);
  }
}

// A text cell that is a literal, or stays text.
json cell_value(json& cell) {
  if (!cell.is_string()) return std::move(cell);
  std::string ignored;
  auto value = parse_literal(cell.get_ref<const std::string&>(), ignored);
  return value ? std::move(*value) : std::move(cell);
}

std::string joined(const search::FieldErrors& errors) {
  constexpr std::size_t kShown = 3;
  std::string text;
  for (std::size_t i = 0; i < errors.size() && i < kShown; ++i) {
    if (i > 0) text += "; ";
    text += errors[i].pointer.empty() ? errors[i].detail
                                      : errors[i].pointer.substr(1) + ": " + errors[i].detail;
  }
  if (errors.size() > kShown) text += "; and " + std::to_string(errors.size() - kShown) + " more";
  return text;
}

// What the metric's meaning rules out; empty when nothing does.
std::string out_of_range(const search::Metric& metric, double value) {
  if (metric.better == search::Goal::kMinimize)
    return value < metric.ideal ? "cannot be below 0" : "";
  if (value >= 0.0 && value <= metric.ideal) return "";
  std::string why = "must lie between 0 and " + std::to_string(static_cast<int>(metric.ideal));
  if (metric.ideal == 1.0 && value > 1.0 && value <= 100.0)
    why += ": if it is in per cent, the rule is COLUMN=" + metric.name + "*0.01";
  return why;
}

}  // namespace

RowReader::RowReader(std::span<const Column> columns, const search::Supernet& supernet,
                     bool zero_is_missing)
    : columns_(columns), supernet_(supernet), zero_is_missing_(zero_is_missing) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const ColumnKind kind = columns[i].kind;
    if (kind == ColumnKind::kConfig || kind == ColumnKind::kGenome) whole_ = i;
    if (kind != ColumnKind::kGene) continue;
    for (const search::Parameter& parameter : supernet.space.parameters()) {
      if (columns[i].target == parameter.name) genes_.push_back({i, &parameter, {}});
      for (std::size_t member = 0; parameter.is_list && member < parameter.count; ++member) {
        if (columns[i].target == supernet.space.genes()[parameter.first_gene + member].name)
          genes_.push_back({i, &parameter, member});
      }
    }
  }
}

json RowReader::config_of_genes(ResultRecord& record) const {
  json config = json::object();
  for (const GeneColumn& gene : genes_) {
    json& place = config[gene.parameter->name];
    json value = cell_value(record.cells[gene.column]);
    if (!gene.member) {
      place = std::move(value);
    } else {
      if (!place.is_array()) place = std::vector<json>(gene.parameter->count);
      place[*gene.member] = std::move(value);
    }
  }
  return config;
}

std::optional<search::Genome> RowReader::genome(ResultRecord& record, RowMistake& mistake) const {
  const search::SearchSpace& space = supernet_.space;
  json config;
  if (!whole_) {
    config = config_of_genes(record);
  } else {
    mistake.column = columns_[*whole_].name;
    json& cell = record.cells[*whole_];
    if (cell.is_string()) {
      auto value = parse_literal(cell.get_ref<const std::string&>(), mistake.reason);
      if (!value) return std::nullopt;
      config = std::move(*value);
    } else {
      config = std::move(cell);
    }
  }
  search::FieldErrors errors;
  std::optional<search::Genome> genome;
  if (whole_ && columns_[*whole_].kind == ColumnKind::kGenome) {
    genome = search::genome_from_json(space, config, "", errors);
  } else {
    if (config.is_object()) {
      if (!take_off_extras(config, supernet_, mistake.reason)) return std::nullopt;
      unwrap_singles(config, space);
    }
    genome = search::config_from_json(space, config, "", errors);
  }
  if (!genome) mistake.reason = joined(errors);
  return genome;
}

std::optional<double> RowReader::value(const ResultRecord& record, std::size_t at,
                                       RowMistake& mistake) const {
  const Column& column = columns_[at];
  const json& cell = record.cells[at];
  double number = std::numeric_limits<double>::quiet_NaN();
  if (cell.is_number()) {
    number = cell.get<double>();
  } else if (cell.is_string()) {
    const std::string_view text = trimmed(cell.get_ref<const std::string&>());
    if (says_missing(text)) return std::nullopt;
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, number);
    if (read.ec != std::errc() || read.ptr != end) {
      mistake = {column.name, "must be a number, got " + shown(text)};
      return std::nullopt;
    }
  } else if (!cell.is_null()) {
    mistake = {column.name, "must be a number"};
    return std::nullopt;
  }
  if (std::isnan(number) || (number == 0.0 && zero_is_missing_)) return std::nullopt;
  const double value = number * column.scale + column.offset;
  if (!std::isfinite(value)) {
    mistake = {column.name, "must be a finite number"};
    return std::nullopt;
  }
  const std::string why = out_of_range(*search::find_metric(column.target), value);
  if (!why.empty()) {
    mistake = {column.name, column.target + " " + why + ", got " + json(value).dump()};
    return std::nullopt;
  }
  return value;
}

}  // namespace quarry::evaluators
