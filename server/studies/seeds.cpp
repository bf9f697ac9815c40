// Tested by tests/server/seeds_test.cpp.
#include "server/studies/seeds.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "search/supernets/config.hpp"
#include "search/supernets/json_fields.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;
using search::FieldErrors;
using search::ObjectReader;
using search::Presence;

constexpr std::size_t kMaxStudies = 64;
constexpr std::size_t kMaxTrials = 10000000;  // of a study

SeedNetwork network_of(const search::SearchSpace& space, search::Genome genome) {
  std::string config = search::config_to_json(space, genome).dump();
  return {std::move(genome), std::move(config)};
}

std::string names_of(std::span<const search::Precision> precisions) {
  std::vector<std::string> names;
  for (const search::Precision precision : precisions)
    names.emplace_back(search::to_text(precision));
  return search::one_of(names);
}

std::string counted(std::size_t count, const char* one, const char* more) {
  return std::to_string(count) + " " + (count == 1 ? one : more);
}

class SeedReader {
 public:
  SeedReader(const SeedRules& rules, FieldErrors& errors) : rules_(rules), errors_(errors) {
    if (rules.subspace != nullptr) {
      list_.emplace(list_seeds({}, rules.baselines, rules.supernet, *rules.subspace));
      baselines_ = list_->size();
    }
  }

  Seeds read(const json& given, const std::string& pointer) {
    Seeds seeds;
    ObjectReader reader(given, pointer, errors_);
    if (const json* configs = reader.array("configs", Presence::kOptional)) {
      const std::string at = reader.pointer("configs");
      seeds.configs = read_configs(*configs, at);
      check_budget(at);
    }
    if (const json* studies = reader.array("studies", Presence::kOptional))
      seeds.studies = read_studies(*studies, reader.pointer("studies"));
    reader.finish();
    return seeds;
  }

 private:
  std::vector<SeedNetwork> read_configs(const json& list, const std::string& pointer) {
    std::vector<SeedNetwork> networks;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string at = search::child_pointer(pointer, std::to_string(i));
      auto genome = search::config_from_json(rules_.supernet.space, list[i], at, errors_);
      if (!genome) continue;
      if (list_ && list_->add(*genome) == SeedList::Result::kOutside)
        tell_outside(list[i], *genome, at);
      networks.push_back(network_of(rules_.supernet.space, std::move(*genome)));
    }
    return networks;
  }

  // One mistake per precision that the study does not search, where the network first has it.
  void tell_outside(const json& config, const search::Genome& genome, const std::string& pointer) {
    const search::SearchSpace& space = rules_.supernet.space;
    const std::vector<bool> alive = space.alive(genome);
    std::set<search::Precision> told;
    for (const search::Parameter& parameter : space.parameters()) {
      const std::string at = search::child_pointer(pointer, parameter.name);
      for (std::size_t i = 0; i < parameter.count; ++i) {
        const std::size_t g = parameter.first_gene + i;
        const search::Gene& gene = space.genes()[g];
        const auto precision = search::precision_of(gene, genome[g]);
        const auto& kept = rules_.subspace->space().genes()[g].choices;
        const bool is_kept = std::ranges::find(kept, gene.choices[genome[g]]) != kept.end();
        if (!alive[g] || !precision || is_kept || !told.insert(*precision).second) continue;
        const bool is_list = parameter.is_list && config[parameter.name].is_array();
        errors_.push_back({is_list ? search::child_pointer(at, std::to_string(i)) : at,
                           outside_text(*precision)});
      }
    }
    if (told.empty())
      errors_.push_back({pointer, "this study's search does not hold the network: leave it out"});
  }

  std::string outside_text(search::Precision precision) const {
    const std::string name(search::to_text(precision));
    if (std::ranges::find(rules_.runnable, precision) == rules_.runnable.end())
      return name + " does not run on this machine, which runs " + names_of(rules_.runnable) +
             ": take one of those here, or leave this network out";
    return "this study does not search " + name + ", its precisions are " +
           names_of(rules_.precisions) + ": add " + name +
           " to /precisions, or leave this network out";
  }

  // Of the user's own configurations none is left out in silence.
  void check_budget(const std::string& pointer) {
    if (!list_ || !rules_.max_trials || list_->size() == baselines_) return;
    if (static_cast<std::int64_t>(list_->size()) <= *rules_.max_trials) return;
    errors_.push_back(
        {pointer, "there are " + std::to_string(list_->size()) + " networks to measure first (" +
                      counted(baselines_, "baseline", "baselines") + " and " +
                      counted(list_->size() - baselines_, "configuration", "configurations") +
                      "), and the budget is " +
                      counted(static_cast<std::size_t>(*rules_.max_trials), "trial", "trials") +
                      ": raise /budget/trials to at least " + std::to_string(list_->size()) +
                      ", or give fewer"});
  }

  std::vector<SeedFront> read_studies(const json& list, const std::string& pointer) {
    if (list.size() > kMaxStudies) {
      errors_.push_back({pointer, "must have at most " + std::to_string(kMaxStudies) +
                                      " studies, got " + std::to_string(list.size())});
      return {};
    }
    std::vector<SeedFront> fronts;
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string at = search::child_pointer(pointer, std::to_string(i));
      if (list[i].is_string()) {
        fronts.push_back(take_front(list[i].get<std::string>(), at));
      } else if (list[i].is_object()) {
        fronts.push_back(read_front(list[i], at));
      } else {
        errors_.push_back({at, "must be the id of a study, got " + search::json_type(list[i])});
      }
    }
    return fronts;
  }

  // A front that was looked up when its study was created.
  SeedFront read_front(const json& given, const std::string& pointer) {
    SeedFront front;
    ObjectReader reader(given, pointer, errors_);
    front.study = reader.text("id", Presence::kRequired).value_or("");
    const json* configs = reader.array("configs", Presence::kRequired);
    if (configs != nullptr) front.networks = read_configs(*configs, reader.pointer("configs"));
    const auto count = [&](const char* name, std::size_t otherwise) {
      return reader.integer(name, Presence::kOptional, 0, kMaxTrials)
          .value_or(static_cast<std::int64_t>(otherwise));
    };
    front.members = count("front", front.networks.size());
    front.outside = count("outside", 0);
    front.repeated = count("repeated", 0);
    front.over_budget = count("over_budget", 0);
    reader.finish();
    return front;
  }

  SeedFront take_front(const std::string& id, const std::string& pointer) {
    SeedFront front{.study = id};
    const auto stored = rules_.fronts ? rules_.fronts(id) : std::nullopt;
    if (!stored) {
      errors_.push_back({pointer, "there is no study \"" + id +
                                      "\" on this server: a front of another server is given in "
                                      "/seeds/configs (quarry submit --seeds FILE)"});
      return front;
    }
    const std::string supernet = json::parse(stored->study.spec).at("supernet");
    if (supernet != rules_.supernet.name) {
      errors_.push_back({pointer, "study " + id + " searches " + supernet + ", this one " +
                                      rules_.supernet.name +
                                      ": only a front of the same supernet can be measured first"});
      return front;
    }
    if (stored->members.empty()) {
      const bool ended = stored->study.state == "completed" || stored->study.state == "failed";
      errors_.push_back(
          {pointer,
           "study " + id + " is " + stored->study.state + " and has no network on its front" +
               (ended ? ": leave it out" : ": wait for its first trials, or leave it out")});
      return front;
    }
    for (const TrialRecord& member : stored->members) {
      FieldErrors mistakes;
      const json config = json::parse(member.data).at("config");
      auto genome = search::config_from_json(rules_.supernet.space, config, "", mistakes);
      if (!genome) {
        errors_.push_back({pointer, "study " + id + " searched another version of " + supernet +
                                        ", whose genes differ (trial " +
                                        std::to_string(member.number) + ", " +
                                        mistakes.front().pointer + ": " + mistakes.front().detail +
                                        "): give those of its networks that this version has in "
                                        "/seeds/configs"});
        return front;
      }
      take(std::move(*genome), front);
    }
    return front;
  }

  void take(search::Genome genome, SeedFront& front) {
    ++front.members;
    if (!list_) return;
    const bool full =
        rules_.max_trials && static_cast<std::int64_t>(list_->size()) >= *rules_.max_trials;
    if (full && list_->find(genome) == nullptr && rules_.subspace->reduce(genome)) {
      ++front.over_budget;
      return;
    }
    switch (list_->add(genome)) {
      case SeedList::Result::kOutside:
        ++front.outside;
        break;
      case SeedList::Result::kRepeated:
        ++front.repeated;
        break;
      case SeedList::Result::kAdded:
        front.networks.push_back(network_of(rules_.supernet.space, std::move(genome)));
        break;
    }
  }

  const SeedRules& rules_;
  FieldErrors& errors_;
  std::optional<SeedList> list_;
  std::size_t baselines_ = 0;
};

json configs_to_json(const std::vector<SeedNetwork>& networks) {
  json configs = json::array();
  for (const SeedNetwork& network : networks) configs.push_back(json::parse(network.config));
  return configs;
}

}  // namespace

FrontSource fronts_of(Store& store) {
  return [&store](const std::string& id) -> std::optional<StoredFront> {
    auto study = store.study(id);
    if (!study) return std::nullopt;
    // In one query: pages of a front that moves would not be the front of any moment.
    return StoredFront{std::move(*study),
                       store.trials(id, {.limit = kMaxTrials, .front_only = true})};
  };
}

Seeds read_seeds(const json& given, const std::string& pointer, const SeedRules& rules,
                 FieldErrors& errors) {
  return SeedReader(rules, errors).read(given, pointer);
}

json to_json(const Seeds& seeds) {
  json studies = json::array();
  for (const SeedFront& front : seeds.studies) {
    studies.push_back({{"id", front.study},
                       {"front", front.members},
                       {"outside", front.outside},
                       {"repeated", front.repeated},
                       {"over_budget", front.over_budget},
                       {"configs", configs_to_json(front.networks)}});
  }
  return {{"configs", configs_to_json(seeds.configs)}, {"studies", std::move(studies)}};
}

SeedList::Result SeedList::add(const search::Genome& genome, SeedPlace place) {
  std::optional<search::Genome> reduced = subspace_.reduce(genome);
  if (!reduced) return Result::kOutside;
  if (!places_.emplace(genome, std::move(place)).second) return Result::kRepeated;
  genomes_.push_back(std::move(*reduced));
  return Result::kAdded;
}

const SeedPlace* SeedList::find(const search::Genome& genome) const {
  const auto found = places_.find(genome);
  return found == places_.end() ? nullptr : &found->second;
}

SeedList list_seeds(const Seeds& seeds, bool baselines, const search::Supernet& supernet,
                    const search::Subspace& subspace) {
  SeedList list(subspace);
  if (baselines) {
    for (const search::Baseline& baseline : supernet.baselines) list.add(baseline.genome);
  }
  const auto add = [&](const std::vector<SeedNetwork>& networks, const std::string& pointer,
                       const std::string& study) {
    for (std::size_t i = 0; i < networks.size(); ++i)
      list.add(networks[i].genome, {pointer + "/configs/" + std::to_string(i), study});
  };
  add(seeds.configs, "/seeds", "");
  for (std::size_t i = 0; i < seeds.studies.size(); ++i)
    add(seeds.studies[i].networks, "/seeds/studies/" + std::to_string(i), seeds.studies[i].study);
  return list;
}

}  // namespace quarry::server
