// What a study's charts are drawn from, computed here so that a hundred thousand trials never cross
// the wire: points of the front and around it, history, parity, timeline, failures.
// Tested by tests/server/insights_api_test.cpp.
#include <algorithm>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "server/api/insight_request.hpp"
#include "server/api/views.hpp"
#include "server/studies/point_sample.hpp"
#include "server/studies/study_history.hpp"
#include "server/studies/trial_groups.hpp"
#include "server/studies/trial_parity.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

json column_of(std::span<const double> values, std::span<const std::uint32_t> rows) {
  json column = json::array();
  for (const std::uint32_t row : rows)
    column.push_back(row < values.size() ? brief(values[row]) : json());
  return column;
}

// The front whole, and of the others so many that the chart looks the same.
std::vector<std::uint32_t> sample(const Insight& insight, std::span<const std::uint32_t> rows,
                                  const std::vector<std::string>& axes, std::size_t limit) {
  std::vector<std::uint32_t> front;
  std::vector<std::uint32_t> others;
  for (const std::uint32_t row : rows)
    (insight.table->on_front[row] != 0 ? front : others).push_back(row);
  std::vector<std::uint32_t> kept;
  const std::size_t views = axes.size() - 1;  // of the first axis against each other one
  for (std::size_t axis = 1; axis < axes.size(); ++axis) {
    const auto some =
        thin_out(insight.values(axes[0]), insight.values(axes[axis]), others, limit / views);
    kept.insert(kept.end(), some.begin(), some.end());
  }
  kept.insert(kept.end(), front.begin(), front.end());
  std::ranges::sort(kept);
  kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
  return kept;
}

// Of a trial's axes the source that is the least of its own: a point is as good as its worst
// number.
std::string kind_of(const Insight& insight, const std::vector<std::string>& axes,
                    std::uint32_t row) {
  bool imported = false;
  bool reported = false;
  for (const std::string& axis : axes) {
    const search::Source source = insight.table->metrics.find(axis)->second.source[row];
    if (source == search::Source::kPredicted) return "predicted";
    imported = imported || source == search::Source::kImported;
    reported = reported || source == search::Source::kReported;
  }
  return imported ? "imported" : reported ? "reported" : "measured";
}

// One character per gene: the choice's index is its code point less 48, and '-' is a dead gene.
std::string genome_text(const search::SearchSpace& space, const StudyTable& table,
                        std::uint32_t row, std::vector<std::uint16_t>& levels) {
  constexpr std::uint16_t kDead = 0xFFFF;
  levels.resize(space.size());
  space.write_levels(table.genome(row), levels.data(), kDead);
  std::string text;
  for (const std::uint16_t level : levels) {
    const unsigned code = level == kDead ? '-' : 48U + level;
    if (code < 0x80) {
      text += static_cast<char>(code);
    } else {  // UTF-8 of two bytes
      text += static_cast<char>(0xC0U | code >> 6U);
      text += static_cast<char>(0x80U | (code & 0x3FU));
    }
  }
  return text;
}

json points_view(const Insight& insight, std::span<const std::uint32_t> shown,
                 const std::vector<std::string>& axes) {
  json view = {{"number", shown}};
  json& front = view["front"] = json::array();
  json& feasible = view["feasible"] = json::array();
  json& kinds = view["kind"] = json::array();
  for (const std::uint32_t row : shown) {
    front.push_back(insight.table->on_front[row]);
    feasible.push_back(insight.table->state[row] == TrialState::kSucceeded ? 1 : 0);
    kinds.push_back(kind_of(insight, axes, row));
  }
  json& values = view["values"] = json::object();
  json& spreads = view["spreads"] = json::object();
  for (const auto& [name, column] : insight.table->metrics) {
    values[name] = column_of(column.value, shown);
    const bool is_axis = std::ranges::find(axes, name) != axes.end();
    const bool errs =
        std::ranges::any_of(shown, [&](auto row) { return column.spread[row] > 0.0F; });
    if (!is_axis || !errs) continue;
    json& spread = spreads[name] = json::array();
    for (const std::uint32_t row : shown) spread.push_back(brief(column.spread[row]));
  }
  return view;
}

json history_view(const std::vector<HistoryPoint>& history,
                  const std::vector<search::Objective>& objectives) {
  json view = {{"trials", json::array()},
               {"elapsed_s", json::array()},
               {"hypervolume", json::array()},
               {"best", json::object()}};
  for (const HistoryPoint& point : history) {
    view["trials"].push_back(point.trials);
    view["elapsed_s"].push_back(brief(point.elapsed_s));
    view["hypervolume"].push_back(brief(point.hypervolume));
  }
  for (std::size_t k = 0; k < objectives.size(); ++k) {
    json& best = view["best"][objectives[k].metric] = json::array();
    for (const HistoryPoint& point : history) best.push_back(brief(point.best[k]));
  }
  return view;
}

json error_view(const ParityError& error) {
  return {{"trials", error.trials},
          {"count", error.count},
          {"mean_absolute_error", brief(error.mean_absolute)},
          {"bias", brief(error.bias)},
          {"low", brief(error.low)},
          {"high", brief(error.high)},
          {"kendall_tau", error.kendall_tau ? brief(*error.kendall_tau) : json()}};
}

json infeasible_view(const Insight& insight) {
  json items = json::array();
  for (const search::Constraint& constraint : insight.constraints) {
    const auto values = insight.values(constraint.metric);
    std::int64_t beyond = 0;
    for (std::size_t row = 0; row < values.size(); ++row) {
      if (!insight.table->is_measured(row)) continue;
      beyond += search::violation(search::margins(constraint, values[row])) > 0.0 ? 1 : 0;
    }
    json item = {{"metric", constraint.metric}, {"count", beyond}};
    if (constraint.min) item["min"] = *constraint.min;
    if (constraint.max) item["max"] = *constraint.max;
    items.push_back(std::move(item));
  }
  return items;
}

}  // namespace

// ?x=&y=&z=&limit=&where=&genomes=
Response get_points(const ApiContext& context, const Request& request) {
  Response refusal;
  const auto insight = find_insight(context, request, refusal);
  if (!insight) return refusal;
  QueryReader query(request);
  const auto& objectives = insight->objectives;
  std::vector<std::string> axes = {
      query.metric("x", *insight,
                   objectives[std::min<std::size_t>(1, objectives.size() - 1)].metric),
      query.metric("y", *insight, objectives[0].metric)};
  if (const std::string z = query.metric("z", *insight, ""); !z.empty()) axes.push_back(z);
  const auto limit = query.integer("limit", 4000, 0, 50000);
  const bool with_genomes = query.flag("genomes");
  const std::vector<std::uint32_t> rows = query.measured_rows(*insight);
  if (auto mistakes = query.problem()) return *mistakes;
  const bool is_there = std::ranges::all_of(
      axes, [&](const std::string& axis) { return insight->table->metrics.contains(axis); });
  const std::vector<std::uint32_t> shown =
      is_there ? sample(*insight, rows, axes, static_cast<std::size_t>(limit))
               : std::vector<std::uint32_t>();
  json view = points_view(*insight, shown, axes);
  view["sequence"] = insight->table->sequence;
  view["matching"] = rows.size();
  view["axes"] = axes;
  if (with_genomes && insight->supernet != nullptr) {
    std::vector<std::uint16_t> levels;
    json& genomes = view["genomes"] = json::array();
    for (const std::uint32_t row : shown)
      genomes.push_back(genome_text(insight->supernet->space, *insight->table, row, levels));
  }
  return json_response(view);
}

// ?limit=&reference=
Response get_history(const ApiContext& context, const Request& request) {
  Response refusal;
  const auto insight = find_insight(context, request, refusal);
  if (!insight) return refusal;
  QueryReader query(request);
  const auto limit = static_cast<std::size_t>(query.integer("limit", 400, 4, 5000));
  const auto reference = query.reference("reference", *insight);
  if (auto mistakes = query.problem()) return *mistakes;
  const StudyTable& table = *insight->table;
  const auto history = reference ? history_by(table, insight->objectives, *reference, limit)
                                 : history_of(table, insight->objectives, limit);
  json counts = json::object();
  for (const TrialState state : table.state) {
    json& count = counts[to_text(state)];
    count = count.is_null() ? 1 : count.get<std::int64_t>() + 1;
  }
  const auto own = reference_of(table, insight->objectives, insight->first_budget);
  json by = nullptr;
  if (const auto& used = reference ? *reference : own; !used.empty()) {
    by = json::object();
    for (std::size_t k = 0; k < used.size(); ++k) by[insight->objectives[k].metric] = used[k];
  }
  return json_response({{"sequence", table.sequence},
                        {"reference", std::move(by)},
                        {"states", std::move(counts)},
                        {"front", std::ranges::count(table.on_front, 1)},
                        {"history", history_view(history, insight->objectives)}});
}

// ?metric=&limit=
Response get_parity(const ApiContext& context, const Request& request) {
  Response refusal;
  const auto insight = find_insight(context, request, refusal);
  if (!insight) return refusal;
  QueryReader query(request);
  const std::string metric = query.metric("metric", *insight, insight->objectives.front().metric);
  const auto limit = query.integer("limit", 3000, 1, 50000);
  if (auto mistakes = query.problem()) return *mistakes;
  const Parity parity = parity_of(*insight->table, metric);
  json predictable = json::array();
  for (const auto& [name, column] : insight->table->predicted) predictable.push_back(name);
  json view = {
      {"metric", metric}, {"metrics", std::move(predictable)}, {"over_time", json::array()}};
  view["count"] = parity.trials.size();
  view["overall"] = parity.all ? error_view(*parity.all) : json();
  for (const ParityError& error : parity.over_time) view["over_time"].push_back(error_view(error));
  std::vector<std::uint32_t> shown;
  if (parity.all) {
    const MetricColumn& measured = insight->table->metrics.find(metric)->second;
    // Predictions end at the latest trial that had one.
    std::vector<double> predicted = insight->table->predicted.find(metric)->second;
    predicted.resize(insight->table->size(), kNoValue);
    shown = thin_out(predicted, measured.value, parity.trials, static_cast<std::size_t>(limit));
    std::vector<double> spread(measured.spread.begin(), measured.spread.end());
    view["predicted"] = column_of(predicted, shown);
    view["measured"] = column_of(measured.value, shown);
    view["spread"] = column_of(spread, shown);
  }
  view["number"] = shown;
  return json_response(view);
}

// ?from=&to=&limit=
Response get_timeline(const ApiContext& context, const Request& request) {
  Response refusal;
  const auto insight = find_insight(context, request, refusal);
  if (!insight) return refusal;
  QueryReader query(request);
  const double from = query.number("from", 0.0);
  const double to = query.number("to", std::numeric_limits<double>::max());
  const auto limit = query.integer("limit", 1500, 1, 20000);
  if (to < from) query.mistake("to", "must not be before from");
  if (auto mistakes = query.problem()) return *mistakes;
  const Timeline timeline = timeline_of(*insight->table, context.tables.workers(insight->record.id),
                                        from, to, static_cast<std::size_t>(limit));
  json bars = json::array();
  for (const TimelineBar& bar : timeline.bars)
    bars.push_back({{"number", bar.trial},
                    {"state", to_text(insight->table->state[bar.trial])},
                    {"worker", bar.worker},
                    {"lane", bar.lane},
                    {"from_s", brief(bar.from_s)},
                    {"to_s", brief(bar.to_s)}});
  json bins = json::array();
  for (const TimelineBin& bin : timeline.bins)
    bins.push_back({{"worker", bin.worker},
                    {"from_s", brief(bin.from_s)},
                    {"to_s", brief(bin.to_s)},
                    {"finished", bin.finished},
                    {"failed", bin.failed}});
  return json_response({{"from_s", brief(timeline.from_s)},
                        {"to_s", brief(timeline.to_s)},
                        {"last_s", brief(timeline.last_s)},
                        {"bars", std::move(bars)},
                        {"bins", std::move(bins)}});
}

Response get_failures(const ApiContext& context, const Request& request) {
  Response refusal;
  const auto insight = find_insight(context, request, refusal);
  if (!insight) return refusal;
  constexpr std::size_t kExamples = 20;
  json groups = json::array();
  for (const FailureGroup& group : failures_of(*insight->table)) {
    const auto shown = std::min(group.trials.size(), kExamples);
    groups.push_back({{"reason", group.reason},
                      {"example", group.example},
                      {"state", to_text(group.state)},
                      {"count", group.trials.size()},
                      {"first", group.trials.front()},
                      {"last", group.trials.back()},
                      {"numbers", std::span(group.trials).first(shown)}});
  }
  return json_response({{"finished", insight->table->finished.size()},
                        {"groups", std::move(groups)},
                        {"constraints", infeasible_view(*insight)}});
}

}  // namespace quarry::server
