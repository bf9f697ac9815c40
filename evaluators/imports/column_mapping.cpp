// Tested by tests/evaluators/column_mapping_test.cpp.
#include "evaluators/imports/column_mapping.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>

#include "search/core/metric.hpp"

namespace quarry::evaluators {
namespace {

struct KnownName {
  const char* name;  // in lower case
  const char* rule;
  bool sure;  // else only suggested: what the column holds differs from file to file
};

// How DyNAS-T's files call their columns.
constexpr std::array kDynastNames = {
    KnownName{"sub-network", "config", true},
    KnownName{"config", "config", true},
    KnownName{"date", "ignore", true},
    KnownName{"model parameters", "params", true},
    KnownName{"params", "params", true},
    KnownName{"latency (ms)", "latency_ms", true},
    KnownName{"lat", "latency_ms", true},
    KnownName{"macs", "macs", true},
    KnownName{"top-1 acc (%)", "accuracy*0.01", true},
    KnownName{"acc", "accuracy", true},
    KnownName{"sst-2 acc", "accuracy", true},
    KnownName{"bleu score", "bleu", true},
    KnownName{"bleu", "bleu", true},
    KnownName{"model size", "ignore", true},  // of a file with its container, not of the network
};

// Names that other files use; only suggested.
constexpr std::array kLikelyNames = {
    KnownName{"top1", "accuracy*0.01", false},
    KnownName{"top-1", "accuracy*0.01", false},
    KnownName{"acc (%)", "accuracy*0.01", false},
    KnownName{"accuracy (%)", "accuracy*0.01", false},
    KnownName{"flops", "macs*0.5", false},
    KnownName{"latency", "latency_ms", false},
    KnownName{"latency_s", "latency_ms*1000", false},
    KnownName{"latency (s)", "latency_ms*1000", false},
    KnownName{"latency (us)", "latency_ms*0.001", false},
    KnownName{"parameters", "params", false},
    KnownName{"arch", "config", false},
    KnownName{"architecture", "config", false},
    KnownName{"subnet", "config", false},
};

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& letter : result) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return result;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

std::string number_text(double value) {
  std::array<char, 32> text{};
  const auto written = std::to_chars(text.data(), text.data() + text.size(), value);
  return {text.data(), written.ptr};
}

std::vector<std::string> metric_names() {
  std::vector<std::string> names;
  for (const search::Metric& metric : search::known_metrics()) names.push_back(metric.name);
  return names;
}

// "*0.01+3": each sign and its number, in turn. False when it is anything else.
bool read_scaling(std::string_view text, Column& column) {
  while (!(text = trimmed(text)).empty()) {
    const char sign = text.front();
    if (std::string_view("*/+-").find(sign) == std::string_view::npos) return false;
    text = trimmed(text.substr(1));
    double number = 0.0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc() || !std::isfinite(number)) return false;
    if ((sign == '*' || sign == '/') && number == 0.0) return false;
    text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
    const double factor = sign == '*' ? number : sign == '/' ? 1.0 / number : 1.0;
    column.scale *= factor;
    column.offset = column.offset * factor + (sign == '+' ? number : sign == '-' ? -number : 0.0);
  }
  return std::isfinite(column.scale) && std::isfinite(column.offset);
}

bool is_gene(const search::SearchSpace& space, std::string_view name) {
  return std::ranges::any_of(space.parameters(),
                             [&](const search::Parameter& p) { return p.name == name; }) ||
         std::ranges::any_of(space.genes(), [&](const search::Gene& g) { return g.name == name; });
}

// What a rule's right side says; nothing, and why in `problem`, when it says nothing that is known.
std::optional<Column> read_target(std::string_view text, const search::SearchSpace& space,
                                  std::string& problem) {
  Column column;
  text = trimmed(text);
  if (text == "ignore") return column;
  if (text == "config" || text == "genome") {
    column.kind = text == "config" ? ColumnKind::kConfig : ColumnKind::kGenome;
    return column;
  }
  if (is_gene(space, text)) {
    column.kind = ColumnKind::kGene;
    column.target = text;
    return column;
  }
  const std::string_view name = trimmed(text.substr(0, text.find_first_of("*/+-")));
  if (search::find_metric(name) == nullptr) {
    std::vector<std::string> known = metric_names();
    for (const search::Parameter& parameter : space.parameters()) known.push_back(parameter.name);
    known.insert(known.end(), {"config", "genome", "ignore"});
    problem = "unknown target \"" + std::string(name) + "\"" + search::did_you_mean(name, known) +
              "; a column is " + search::one_of(known);
    return std::nullopt;
  }
  column.kind = ColumnKind::kMetric;
  column.target = name;
  if (!read_scaling(text.substr(std::min(text.size(), text.find_first_of("*/+-"))), column)) {
    problem = "\"" + std::string(text) + "\" is not METRIC, METRIC*NUMBER or METRIC*NUMBER+NUMBER";
    return std::nullopt;
  }
  return column;
}

// "metrics.accuracy.value" -> "accuracy": as Quarry's own trials nest it.
std::string_view inner_name(std::string_view name) {
  if (name.starts_with("metrics.")) name.remove_prefix(8);
  if (name.ends_with(".value")) name.remove_suffix(6);
  return name;
}

// What a column's own name says of it.
Column by_name(const std::string& name, const search::SearchSpace& space, bool dynast) {
  Column column;
  std::string ignored;
  const std::string key = lower(trimmed(name));
  const auto known = [&](const auto& names) {
    const auto found =
        std::ranges::find_if(names, [&](const KnownName& k) { return key == k.name; });
    if (found == names.end()) return false;
    if (found->sure && dynast) {
      column = read_target(found->rule, space, ignored).value();
    } else if (std::string_view(found->rule) != "ignore") {
      column.suggestion = name + "=" + found->rule;
    }
    return true;
  };
  if (dynast && known(kDynastNames)) return column;
  const std::string_view inner = inner_name(trimmed(name));
  if (inner == "config" || inner == "genome" || search::find_metric(inner) != nullptr ||
      is_gene(space, inner)) {
    return read_target(inner, space, ignored).value();
  }
  if (!known(kDynastNames)) known(kLikelyNames);
  return column;
}

// A configuration says it all: columns of single genes and indices beside it are not needed, unless
// a rule names them.
void drop_repeated(std::vector<Column>& columns, const std::vector<bool>& said) {
  for (const ColumnKind whole : {ColumnKind::kConfig, ColumnKind::kGenome}) {
    if (std::ranges::find(columns, whole, &Column::kind) == columns.end()) continue;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const bool repeats = columns[i].kind == ColumnKind::kGene ||
                           (columns[i].kind == ColumnKind::kGenome && whole != columns[i].kind);
      if (repeats && !said[i]) columns[i] = {.name = columns[i].name};
    }
  }
}

// Names are the user's and may be many: a sentence shows the first ones.
std::string columns_text(std::span<const std::string> names) {
  constexpr std::size_t kShown = 20;
  if (names.size() <= kShown) return search::one_of(names);
  return search::one_of(names.first(kShown)) + " and " + std::to_string(names.size() - kShown) +
         " more";
}

bool within_bounds(std::span<const std::string> names, std::span<const std::string> rules,
                   search::FieldErrors& errors) {
  const std::size_t before = errors.size();
  const auto longest = [](std::span<const std::string> texts) {
    std::size_t bytes = 0;
    for (const std::string& text : texts) bytes = std::max(bytes, text.size());
    return bytes;
  };
  if (names.size() > kMaxColumns)
    errors.push_back({"/text", "must have at most " + std::to_string(kMaxColumns) +
                                   " columns, got " + std::to_string(names.size())});
  if (longest(names) > kMaxColumnName)
    errors.push_back({"/text", "must name its columns in at most " +
                                   std::to_string(kMaxColumnName) +
                                   " bytes each; is the first line a head?"});
  if (rules.size() > kMaxColumns || longest(rules) > kMaxRule)
    errors.push_back({"/columns", "must be at most " + std::to_string(kMaxColumns) +
                                      " rules of at most " + std::to_string(kMaxRule) + " bytes"});
  return errors.size() == before;
}

// Everything that makes no sense of the columns together.
void check(const std::vector<Column>& columns, const search::SearchSpace& space,
           search::FieldErrors& errors) {
  std::map<std::string, std::string> taken;  // target -> column
  std::size_t metrics = 0;
  std::string suggestions;
  std::vector<std::string> configs;
  std::vector<bool> covered(space.size(), false);
  for (const Column& column : columns) {
    if (!column.suggestion.empty()) suggestions += "; perhaps \"" + column.suggestion + "\"";
    if (column.kind == ColumnKind::kIgnored) continue;
    metrics += column.kind == ColumnKind::kMetric ? 1 : 0;
    const bool whole = column.kind == ColumnKind::kConfig || column.kind == ColumnKind::kGenome;
    if (whole) configs.push_back(column.name);
    if (column.kind == ColumnKind::kGene) {
      for (const search::Parameter& parameter : space.parameters()) {
        for (std::size_t i = 0; i < parameter.count; ++i) {
          const std::size_t gene = parameter.first_gene + i;
          if (column.target == parameter.name || column.target == space.genes()[gene].name)
            covered[gene] = true;
        }
      }
    }
    const std::string key = whole ? "the configuration" : column.target;
    const auto [place, fresh] = taken.try_emplace(key, column.name);
    if (!fresh)
      errors.push_back({"/columns", "\"" + place->second + "\" and \"" + column.name +
                                        "\" are both " + key + ": set one of them to ignore"});
  }
  if (metrics == 0)
    errors.push_back(
        {"/columns", "no column is a metric: say which with COLUMN=METRIC" + suggestions});
  if (!configs.empty()) return;
  const auto missing = std::ranges::find(covered, false);
  if (missing == covered.end()) return;
  const bool some = std::ranges::find(covered, true) != covered.end();
  const std::string& gene = space.genes()[static_cast<std::size_t>(missing - covered.begin())].name;
  errors.push_back(
      {"/columns", some ? "no column is the gene " + gene
                        : "no column is the configuration: say which with COLUMN=config, or give "
                          "every gene a column" +
                              suggestions});
}

}  // namespace

std::string to_text(const Column& column) {
  switch (column.kind) {
    case ColumnKind::kIgnored:
      return "ignore";
    case ColumnKind::kConfig:
      return "config";
    case ColumnKind::kGenome:
      return "genome";
    case ColumnKind::kGene:
      return column.target;
    case ColumnKind::kMetric:
      break;
  }
  std::string text = column.target;
  if (column.scale != 1.0) text += "*" + number_text(column.scale);
  if (column.offset != 0.0) text += (column.offset > 0 ? "+" : "") + number_text(column.offset);
  return text;
}

std::vector<Column> map_columns(std::span<const std::string> names,
                                std::span<const std::string> rules,
                                const search::SearchSpace& space, bool dynast,
                                search::FieldErrors& errors) {
  if (!within_bounds(names, rules, errors)) return {};
  const std::size_t before = errors.size();
  std::map<std::string, std::optional<Column>, std::less<>> said;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const std::string pointer = "/columns/" + std::to_string(i);
    const std::size_t equals = rules[i].rfind('=');
    if (equals == std::string::npos) {
      errors.push_back({pointer, "must be COLUMN=TARGET, got \"" + rules[i] + "\""});
      continue;
    }
    const std::string name(trimmed(std::string_view(rules[i]).substr(0, equals)));
    std::string problem;
    std::optional<Column> column =
        read_target(std::string_view(rules[i]).substr(equals + 1), space, problem);
    const auto matches = [&](const std::string& other) { return trimmed(other) == name; };
    if (!column) {
      errors.push_back({pointer, problem});
    } else if (std::ranges::none_of(names, matches)) {
      errors.push_back(
          {pointer, "there is no column \"" + name + "\"" +
                        (name.size() <= kMaxColumnName ? search::did_you_mean(name, names) : "") +
                        "; the columns are " + columns_text(names)});
    } else if (said.contains(name)) {
      errors.push_back({pointer, "column \"" + name + "\" has a rule already"});
    }
    said[name] = std::move(column);
  }
  std::vector<Column> columns;
  std::vector<bool> has_rule;
  for (const std::string& name : names) {
    const auto rule = said.find(trimmed(name));
    columns.push_back(rule != said.end() ? rule->second.value_or(Column{})
                                         : by_name(name, space, dynast));
    columns.back().name = name;
    has_rule.push_back(rule != said.end());
  }
  drop_repeated(columns, has_rule);
  // A mistaken rule leaves a column without its meaning: what that breaks is no news.
  if (errors.size() == before) check(columns, space, errors);
  return columns;
}

bool is_dynast_head(std::span<const std::string> names) {
  if (names.size() < 3) return false;
  const std::string first = lower(trimmed(names[0]));
  return (first == "sub-network" || first == "config") && lower(trimmed(names[1])) == "date";
}

}  // namespace quarry::evaluators
