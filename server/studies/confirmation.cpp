// Tested by tests/server/confirmation_test.cpp.
#include "server/studies/confirmation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "evaluators/student.hpp"
#include "server/studies/trial_log.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;
using search::Measurement;

constexpr std::int64_t kPatience = 3;  // failures in a row until a member is left alone

// One member's objectives in a row, so that thousands can be compared with each other.
struct Row {
  std::int64_t number = 0;
  std::vector<Measurement> objectives;  // minimised
};

std::vector<Row> rows_of(const std::vector<FrontMember>& front,
                         const std::vector<search::Objective>& objectives,
                         const std::vector<std::int64_t>& numbers) {
  std::vector<Row> rows;
  for (const FrontMember& member : front) {
    if (std::ranges::find(numbers, member.number) == numbers.end()) continue;
    Row row{.number = member.number, .objectives = {}};
    for (const search::Objective& objective : objectives) {
      const Measurement& known = member.metrics.at(objective.metric);
      row.objectives.push_back(
          {.value = search::to_minimised(objective.goal, known.value), .spread = known.spread});
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

// The objectives in which a is better than b, when none of them is beyond doubt; else none.
std::vector<std::size_t> doubtful_advantages(const Row& a, const Row& b) {
  std::vector<std::size_t> doubtful;
  for (std::size_t k = 0; k < a.objectives.size(); ++k) {
    if (a.objectives[k].value >= b.objectives[k].value) continue;
    if (!cannot_be_told(a.objectives[k], b.objectives[k])) return {};
    doubtful.push_back(k);
  }
  return doubtful;
}

ConfirmPair pair_of(std::int64_t a, std::int64_t b, const std::string& metric) {
  return {std::min(a, b), std::max(a, b), metric};
}

// Details that every run has, each the mean of theirs.
std::map<std::string, double> mean_details(const std::vector<Measurement>& runs) {
  std::map<std::string, double> means;
  for (const auto& [name, ignored] : runs.front().detail) {
    double sum = 0.0;
    const bool everywhere = std::ranges::all_of(runs, [&](const Measurement& run) {
      const auto found = run.detail.find(name);
      if (found != run.detail.end()) sum += found->second;
      return found != run.detail.end();
    });
    if (everywhere) means[name] = sum / static_cast<double>(runs.size());
  }
  return means;
}

double mean_of(const std::vector<Measurement>& runs) {
  double sum = 0.0;
  for (const Measurement& run : runs) sum += run.value;
  return sum / static_cast<double>(runs.size());
}

}  // namespace

json to_json(const ConfirmRequest& request) {
  json budget = json::object();
  if (request.repeats) budget["repeats"] = *request.repeats;
  if (request.seconds) budget["seconds"] = *request.seconds;
  json pairs = json::array();
  for (const ConfirmPair& pair : request.pairs)
    pairs.push_back({{"trials", {pair.first, pair.second}}, {"metric", pair.metric}});
  return {{"budget", std::move(budget)}, {"pairs", std::move(pairs)}};
}

ConfirmRequest confirm_request_from_json(const json& document) {
  ConfirmRequest request;
  const json& budget = document.at("budget");
  if (budget.contains("repeats")) request.repeats = budget["repeats"].get<std::int64_t>();
  if (budget.contains("seconds")) request.seconds = budget["seconds"].get<double>();
  for (const json& pair : document.at("pairs"))
    request.pairs.push_back({pair.at("trials").at(0).get<std::int64_t>(),
                             pair.at("trials").at(1).get<std::int64_t>(),
                             pair.at("metric").get<std::string>()});
  return request;
}

std::vector<ConfirmPair> pairs_in_doubt(const std::vector<FrontMember>& front,
                                        const std::vector<search::Objective>& objectives,
                                        const FrontQuestion& question,
                                        const std::set<std::string>& repeatable) {
  const FrontChoice choice = choose(front, objectives, question);
  std::set<ConfirmPair> pairs;
  if (!question.best.empty()) {
    for (const std::int64_t other : choice.indistinguishable) {
      if (repeatable.contains(question.best))
        pairs.insert(pair_of(*choice.chosen, other, question.best));
    }
    return {pairs.begin(), pairs.end()};
  }
  const std::vector<Row> rows = rows_of(front, objectives, choice.satisfying);
  for (const Row& a : rows) {
    for (const Row& b : rows) {
      const bool is_asked =
          !question.knee || a.number == choice.chosen || b.number == choice.chosen;
      if (a.number == b.number || !is_asked) continue;
      for (const std::size_t k : doubtful_advantages(a, b)) {
        if (repeatable.contains(objectives[k].metric))
          pairs.insert(pair_of(a.number, b.number, objectives[k].metric));
      }
    }
  }
  return {pairs.begin(), pairs.end()};
}

std::vector<Measurement> merge_runs(const std::vector<std::vector<Measurement>>& members) {
  double squares = 0.0;  // of shares of the means
  std::size_t freedom = 0;
  for (const std::vector<Measurement>& runs : members) {
    const double mean = mean_of(runs);
    if (mean == 0.0) continue;  // nothing is a share of it
    for (const Measurement& run : runs) {
      const double share = run.value / mean - 1.0;
      squares += share * share;
    }
    freedom += runs.size() - 1;
  }
  const double deviation = freedom == 0 ? 0.0 : std::sqrt(squares / static_cast<double>(freedom));
  std::vector<Measurement> merged;
  for (const std::vector<Measurement>& runs : members) {
    Measurement whole = runs.front();
    if (runs.size() > 1) {
      const auto count = static_cast<double>(runs.size());
      double own = 0.0;
      whole.value = mean_of(runs);
      whole.samples = 0;
      std::vector<double> values;
      for (const Measurement& run : runs) {
        own += run.spread * run.spread;
        whole.samples += run.samples;
        values.insert(values.end(), run.sample_values.begin(), run.sample_values.end());
      }
      whole.sample_values = search::thinned(std::move(values));
      const double between = freedom == 0 ? 0.0
                                          : evaluators::student_95(freedom) * deviation *
                                                std::abs(whole.value) / std::sqrt(count);
      whole.spread = std::max(between, std::sqrt(own) / count);
      whole.detail = mean_details(runs);
      whole.detail["runs"] = count;
      whole.detail["run_deviation"] = deviation;
      whole.detail["first_run"] = runs.front().value;
    }
    merged.push_back(std::move(whole));
  }
  return merged;
}

// ------------------------------------------------------------------------------------------------

Confirmation::Confirmation(std::int64_t number, ConfirmRequest request,
                           std::vector<Subject> subjects,
                           const std::map<std::size_t, Metrics>& known)
    : number_(number), request_(std::move(request)) {
  for (Subject& subject : subjects) {
    for (const std::string& metric : subject.metrics)
      runs_[{subject.trial, metric}] = {known.at(subject.trial).at(metric)};
    subjects_.push_back({.subject = std::move(subject)});
  }
  begin_round();
}

std::map<Confirmation::Key, Measurement> Confirmation::merged() const {
  std::map<std::string, std::vector<Key>> by_metric;
  for (const auto& [key, ignored] : runs_) by_metric[key.second].push_back(key);
  std::map<Key, Measurement> all;
  for (const auto& [metric, keys] : by_metric) {
    std::vector<std::vector<Measurement>> members;
    for (const Key& key : keys) members.push_back(runs_.at(key));
    const std::vector<Measurement> whole = merge_runs(members);
    for (std::size_t i = 0; i < keys.size(); ++i) all[keys[i]] = whole[i];
  }
  return all;
}

bool Confirmation::may_go_on(std::size_t trial, const std::string& metric) const {
  const auto found = std::ranges::find_if(subjects_, [&](const Progress& progress) {
    const std::vector<std::string>& metrics = progress.subject.metrics;
    return progress.subject.trial == trial && std::ranges::find(metrics, metric) != metrics.end();
  });
  return found != subjects_.end() && found->failures < kPatience &&
         (!request_.repeats || found->tried < *request_.repeats);
}

void Confirmation::begin_round() {
  ++round_;
  answered_ = 0;
  due_.clear();
  std::set<Key> wanted;
  for (const Pair& pair : pairs()) {
    const auto first = static_cast<std::size_t>(pair.pair.first);
    const auto second = static_cast<std::size_t>(pair.pair.second);
    if (pair.told_apart || !may_go_on(first, pair.pair.metric) ||
        !may_go_on(second, pair.pair.metric))
      continue;
    wanted.insert({first, pair.pair.metric});
    wanted.insert({second, pair.pair.metric});
  }
  for (std::size_t i = 0; i < subjects_.size(); ++i) {
    const Subject& subject = subjects_[i].subject;
    if (std::ranges::any_of(subject.metrics, [&](const std::string& metric) {
          return wanted.contains({subject.trial, metric});
        }))
      due_.push_back(i);
  }
  if (due_.empty()) return;
  const auto shift = static_cast<std::ptrdiff_t>(static_cast<std::size_t>(round_) % due_.size());
  std::ranges::rotate(due_, due_.begin() + shift);
}

std::vector<Confirmation::Subject> Confirmation::due() const {
  std::vector<Subject> subjects;
  for (const std::size_t place : due_) subjects.push_back(subjects_[place].subject);
  return subjects;
}

void Confirmation::add(std::size_t trial, std::size_t task, const Metrics* metrics) {
  const auto place = std::ranges::find_if(due_, [&](std::size_t at) {
    return subjects_[at].subject.trial == trial && subjects_[at].subject.task == task;
  });
  if (place == due_.end()) return;
  Progress& progress = subjects_[*place];
  due_.erase(place);
  ++answered_;
  ++progress.tried;
  progress.failures = metrics == nullptr ? progress.failures + 1 : 0;
  if (metrics != nullptr) {
    for (const std::string& metric : progress.subject.metrics)
      runs_[{trial, metric}].push_back(metrics->at(metric));
  }
  if (due_.empty()) begin_round();
}

std::vector<Confirmation::Pair> Confirmation::pairs() const {
  const std::map<Key, Measurement> now = merged();
  std::vector<Pair> all;
  for (const ConfirmPair& pair : request_.pairs) {
    const Measurement& first = now.at({static_cast<std::size_t>(pair.first), pair.metric});
    const Measurement& second = now.at({static_cast<std::size_t>(pair.second), pair.metric});
    all.push_back(
        {.pair = pair,
         .difference = first.value - second.value,
         .half_width = std::sqrt(first.spread * first.spread + second.spread * second.spread),
         .told_apart = !cannot_be_told(first, second)});
  }
  return all;
}

std::vector<Confirmation::Member> Confirmation::members() const {
  std::map<std::size_t, Member> members;
  for (const auto& [key, measurement] : merged()) {
    Member& member = members[key.first];
    member.trial = key.first;
    member.merged[key.second] = measurement;
    member.repeats = std::max(member.repeats, static_cast<std::int64_t>(runs_.at(key).size()) - 1);
  }
  std::vector<Member> all;
  for (auto& [trial, member] : members) all.push_back(std::move(member));
  return all;
}

std::string Confirmation::reason() const {
  const std::vector<Pair> all = pairs();
  if (std::ranges::all_of(all, &Pair::told_apart)) return "all are told apart";
  const bool spent = std::ranges::any_of(subjects_, [&](const Progress& progress) {
    return request_.repeats && progress.tried >= *request_.repeats;
  });
  return spent ? "the repeats are spent" : "measuring failed again and again";
}

json confirmed_to_json(const Confirmation& confirmation, const std::string& reason) {
  const std::vector<Confirmation::Pair> all = confirmation.pairs();
  json pairs = json::array();
  std::string told;
  std::size_t apart = 0;
  for (const Confirmation::Pair& pair : all) {
    pairs.push_back({{"trials", {pair.pair.first, pair.pair.second}},
                     {"metric", pair.pair.metric},
                     {"difference", pair.difference},
                     {"half_width", pair.half_width},
                     {"told_apart", pair.told_apart}});
    apart += pair.told_apart ? 1 : 0;
    constexpr std::size_t kShown = 3;
    if (!pair.told_apart || apart > kShown) continue;
    const bool first_is_less = pair.difference < 0.0;
    told +=
        fmt::format("{} trial {} has less {} than trial {} by {:.4g} ± {:.2g}",
                    told.empty() ? ":" : ",", first_is_less ? pair.pair.first : pair.pair.second,
                    pair.pair.metric, first_is_less ? pair.pair.second : pair.pair.first,
                    std::abs(pair.difference), pair.half_width);
  }
  json members = json::array();
  for (const Confirmation::Member& member : confirmation.members())
    members.push_back({{"trial", member.trial},
                       {"repeats", member.repeats},
                       {"metrics", metrics_to_json(member.merged)}});
  const std::string sentence =
      fmt::format("{} of {} pair{} of the front {} told apart at 95 %{}.", apart, all.size(),
                  all.size() == 1 ? "" : "s", apart == 1 ? "is" : "are", told);
  return {{"confirmation", confirmation.number()},
          {"reason", reason},
          {"pairs", std::move(pairs)},
          {"members", std::move(members)},
          {"sentence", sentence}};
}

}  // namespace quarry::server
