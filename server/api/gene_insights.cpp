// What the genes of a study's trials do: how much of each metric's variance goes with which gene,
// a metric by the choices of a gene, the choices on the front beside all, and the front's policies
// layer by layer. Tested by tests/server/insights_api_test.cpp.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "server/api/insight_request.hpp"
#include "server/api/views.hpp"
#include "server/studies/gene_effects.hpp"
#include "server/studies/policy_strip.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

constexpr const char* kMethod =
    "epsilon squared (Kelley 1935): the share of the metric's variance that goes with a gene's "
    "choice alone, over the trials of this study that have the gene, less what chance explains";
constexpr const char* kCaveat =
    "a search proposes what it believes in, so genes that it moved together share what they "
    "explain; the shares need not add up to 1";

std::vector<double> values_at(std::span<const double> column, std::span<const std::uint32_t> rows) {
  std::vector<double> values;
  for (const std::uint32_t row : rows)
    values.push_back(row < column.size() ? column[row] : kNoValue);
  return values;
}

json value_view(const search::Value& value) {
  return std::visit([](const auto& held) { return json(held); }, value);
}

// Shares of a metric, the largest first; trials without it are left out.
json shares_view(const search::SearchSpace& space, const GeneLevels& levels,
                 const std::vector<double>& values) {
  std::vector<std::uint32_t> there;
  for (std::uint32_t i = 0; i < values.size(); ++i)
    if (std::isfinite(values[i])) there.push_back(i);
  const std::vector<double> known = values_at(values, there);
  json items = json::array();
  std::vector<std::uint16_t> groups(there.size());
  for (std::size_t g = 0; g < space.size(); ++g) {
    if (space.genes()[g].choices.size() < 2) continue;
    for (std::size_t i = 0; i < there.size(); ++i) groups[i] = levels.of[g][there[i]];
    items.push_back({{"gene", space.genes()[g].name},
                     {"share", brief(explained_share(groups, levels.counts[g], known))}});
  }
  std::stable_sort(items.begin(), items.end(), [](const json& a, const json& b) {
    return a["share"].get<double>() > b["share"].get<double>();
  });
  return {{"trials", there.size()}, {"genes", std::move(items)}};
}

json levels_view(const search::Gene& gene, const std::vector<LevelStatistics>& statistics,
                 bool has_metric) {
  json items = json::array();
  for (std::size_t level = 0; level < statistics.size(); ++level) {
    const LevelStatistics& some = statistics[level];
    const bool is_dead = level == gene.choices.size();
    if (is_dead && some.count == 0) continue;
    json item = {{"value", is_dead ? json() : value_view(gene.choices[level])},
                 {"count", some.count},
                 {"front", some.on_front}};
    if (has_metric && some.count > 0) {
      item["mean"] = brief(some.mean);
      item["low"] = brief(some.low);
      item["median"] = brief(some.median);
      item["high"] = brief(some.high);
    }
    items.push_back(std::move(item));
  }
  return items;
}

Response no_supernet(const Insight& insight) {
  return problem(409, "this server does not have the supernet of study " + insight.record.id +
                          " any more, so it cannot tell what its genes mean");
}

}  // namespace

// ?metric=&where=
Response get_importance(const ApiContext& context, const Request& request) {
  Response refusal;
  const auto insight = find_insight(context, request, refusal);
  if (!insight) return refusal;
  if (insight->supernet == nullptr) return no_supernet(*insight);
  QueryReader query(request);
  const std::string only = query.metric("metric", *insight, "");
  std::vector<std::uint32_t> rows = query.measured_rows(*insight);
  if (auto mistakes = query.problem()) return *mistakes;
  const GeneLevels levels = levels_of(insight->supernet->space, *insight->table, std::move(rows));
  std::vector<std::string> metrics = {only};
  if (only.empty()) {
    metrics.clear();
    for (const search::Objective& objective : insight->objectives)
      metrics.push_back(objective.metric);
  }
  json shares = json::object();
  for (const std::string& metric : metrics)
    shares[metric] = shares_view(insight->supernet->space, levels,
                                 values_at(insight->values(metric), levels.rows));
  return json_response({{"method", kMethod}, {"caveat", kCaveat}, {"metrics", std::move(shares)}});
}

// ?metric=&gene=&where=
Response get_slices(const ApiContext& context, const Request& request) {
  Response refusal;
  const auto insight = find_insight(context, request, refusal);
  if (!insight) return refusal;
  if (insight->supernet == nullptr) return no_supernet(*insight);
  const search::SearchSpace& space = insight->supernet->space;
  QueryReader query(request);
  const std::string metric = query.metric("metric", *insight, "");
  const auto gene = request.query.find("gene");
  const bool is_one = gene != request.query.end();
  const bool is_known = is_one && std::ranges::find(space.genes(), gene->second,
                                                    &search::Gene::name) != space.genes().end();
  if (is_one && !is_known)
    query.mistake(
        "gene", "must be a gene of " + insight->supernet->name + ", got \"" + gene->second + "\"");
  std::vector<std::uint32_t> rows = query.measured_rows(*insight);
  if (auto mistakes = query.problem()) return *mistakes;
  const GeneLevels levels = levels_of(space, *insight->table, std::move(rows));
  std::vector<std::uint8_t> on_front;
  for (const std::uint32_t row : levels.rows) on_front.push_back(insight->table->on_front[row]);
  const std::vector<double> values = values_at(insight->values(metric), levels.rows);
  const std::vector<std::uint32_t> order = ascending(values);
  json genes = json::array();
  for (std::size_t g = 0; g < space.size(); ++g) {
    const search::Gene& one = space.genes()[g];
    if (is_one && one.name != gene->second) continue;
    genes.push_back({{"name", one.name},
                     {"levels", levels_view(one,
                                            level_statistics(levels.of[g], levels.counts[g], values,
                                                             order, on_front),
                                            !metric.empty())}});
  }
  return json_response({{"metric", metric.empty() ? json() : json(metric)},
                        {"trials", levels.rows.size()},
                        {"front", std::ranges::count(on_front, 1)},
                        {"genes", std::move(genes)}});
}

// ?sort=&descending=&limit=
Response get_strip(const ApiContext& context, const Request& request) {
  Response refusal;
  const auto insight = find_insight(context, request, refusal);
  if (!insight) return refusal;
  if (insight->supernet == nullptr) return no_supernet(*insight);
  QueryReader query(request);
  const std::string sort = query.metric("sort", *insight, insight->objectives.front().metric);
  const bool descending = query.flag("descending");
  const auto limit = query.integer("limit", 200, 1, 2000);
  if (auto mistakes = query.problem()) return *mistakes;
  const auto keys = insight->values(sort);
  std::vector<std::uint32_t> members;
  for (std::uint32_t row = 0; row < insight->table->size(); ++row)
    if (insight->table->on_front[row] != 0) members.push_back(row);
  const std::size_t front = members.size();
  std::ranges::stable_sort(members, [&](std::uint32_t a, std::uint32_t b) {
    return descending ? keys[a] > keys[b] : keys[a] < keys[b];
  });
  if (front > static_cast<std::size_t>(limit)) {  // the ends, and evenly between them
    std::vector<std::uint32_t> some;
    const auto last = static_cast<std::size_t>(std::max<std::int64_t>(limit - 1, 1));
    for (std::size_t i = 0; i < static_cast<std::size_t>(limit); ++i)
      some.push_back(members[i * (front - 1) / last]);
    members = std::move(some);
  }
  std::vector<search::Genome> genomes;
  for (const std::uint32_t row : members) {
    const auto genome = insight->table->genome(row);
    genomes.emplace_back(genome.begin(), genome.end());
  }
  const PolicyStrip strip = policy_strip(*insight->supernet, genomes);
  json rows = json::array();
  for (std::size_t i = 0; i < members.size(); ++i) {
    json cells = json::array();
    for (const StripCell& cell : strip.rows[i])
      cells.push_back({cell.column, search::to_text(cell.precision), cell.params, cell.width});
    json metrics = json::object();
    for (const auto& [name, column] : insight->table->metrics)
      metrics[name] = brief(column.value[members[i]]);
    rows.push_back(
        {{"number", members[i]}, {"metrics", std::move(metrics)}, {"cells", std::move(cells)}});
  }
  return json_response({{"front", front},
                        {"sort", sort},
                        {"operators", strip.operators},
                        {"most", strip.most},
                        {"rows", std::move(rows)}});
}

}  // namespace quarry::server
