// Measuring again what a front cannot tell apart: which pairs of members are in doubt, whose turn
// it is, and what many runs of one network say together. Pure; the conductor measures and logs.
//
// Pairs      of members of which one might beat the other: in everything that it has over the
//            other the difference lies within the 95 % interval of the difference. Only metrics
//            that come out differently when they are measured again can tell them apart.
// Rounds     measure each member that is still in doubt once, in turn; every round begins with
//            another member, so that a machine that drifts favours nobody.
// Merging    the run that put a member on the front and the new ones count alike: the value is
//            their mean. How far runs of one network differ is pooled over the members, as shares
//            of their means, so that two runs of each say something already; the interval is
//            Student's with the degrees of freedom of that, and never narrower than the runs' own
//            intervals allow for their mean.
// End        when every pair is told apart or the budget is spent.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "search/core/measurement.hpp"
#include "server/studies/front_choice.hpp"

namespace quarry::server {

struct ConfirmPair {
  std::int64_t first = 0;  // trial numbers, the lower first
  std::int64_t second = 0;
  std::string metric;
  auto operator<=>(const ConfirmPair&) const = default;
};

struct ConfirmRequest {
  std::optional<std::int64_t> repeats;  // of each member at most
  std::optional<double> seconds;        // a round that has begun is finished
  std::vector<ConfirmPair> pairs;
  bool operator==(const ConfirmRequest&) const = default;
};

// {"budget": {...}, "pairs": [{"trials": [3, 5], "metric": "latency_ms"}]}, and back.
nlohmann::json to_json(const ConfirmRequest& request);
ConfirmRequest confirm_request_from_json(const nlohmann::json& document);

// Ordered. Without best or knee of the question: all pairs of members that satisfy its conditions;
// with them: those of the chosen one. repeatable: the metrics that are worth measuring again.
std::vector<ConfirmPair> pairs_in_doubt(const std::vector<FrontMember>& front,
                                        const std::vector<search::Objective>& objectives,
                                        const FrontQuestion& question,
                                        const std::set<std::string>& repeatable);

// What the runs of each member say of it, in the same order. Precondition: each has one.
std::vector<search::Measurement> merge_runs(
    const std::vector<std::vector<search::Measurement>>& members);

class Confirmation {
 public:
  using Metrics = std::map<std::string, search::Measurement>;

  // One task of one member, measured once a round: all that one evaluator brings of it at once.
  struct Subject {
    std::size_t trial = 0;
    std::size_t task = 0;              // its place in the study's plan
    std::vector<std::string> metrics;  // of those that it brings the ones that pairs are about
    bool operator==(const Subject&) const = default;
  };

  // subjects: of every pair, both its trials. known: what was measured of them so far.
  Confirmation(std::int64_t number, ConfirmRequest request, std::vector<Subject> subjects,
               const std::map<std::size_t, Metrics>& known);

  std::int64_t number() const { return number_; }
  const ConfirmRequest& request() const { return request_; }
  std::int64_t round() const { return round_; }

  // Those of the present round that have not come back, in the order in which they are to be
  // measured; none: it is over.
  std::vector<Subject> due() const;
  bool is_between_rounds() const { return answered_ == 0; }
  // What came back of a due one; nothing: it failed. When the last is there, the next round begins.
  void add(std::size_t trial, std::size_t task, const Metrics* metrics);

  struct Pair {
    ConfirmPair pair;
    double difference = 0.0;
    double half_width = 0.0;
    bool told_apart = false;
  };
  std::vector<Pair> pairs() const;
  struct Member {
    std::size_t trial = 0;
    std::int64_t repeats = 0;  // that succeeded
    Metrics merged;
  };
  std::vector<Member> members() const;

  // Why nothing is due any more.
  std::string reason() const;

 private:
  using Key = std::pair<std::size_t, std::string>;  // trial and metric
  struct Progress {
    Subject subject;
    std::int64_t tried = 0;
    std::int64_t failures = 0;  // in a row
  };
  std::map<Key, search::Measurement> merged() const;
  bool may_go_on(std::size_t trial, const std::string& metric) const;
  void begin_round();

  std::int64_t number_;
  ConfirmRequest request_;
  std::vector<Progress> subjects_;
  std::map<Key, std::vector<search::Measurement>> runs_;
  std::int64_t round_ = -1;
  std::vector<std::size_t> due_;  // places in subjects_
  std::size_t answered_ = 0;      // of the present round
};

// What study.confirmed says of pairs and members, and the sentence for people; without what only
// its study knows (states, front, time).
nlohmann::json confirmed_to_json(const Confirmation& confirmation, const std::string& reason);

}  // namespace quarry::server
