// Tested by tests/server/study_spec_test.cpp.
#include "server/studies/study_spec.hpp"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "evaluators/evaluator.hpp"
#include "evaluators/fingerprint.hpp"
#include "search/algorithms/registry.hpp"
#include "search/core/metric_name.hpp"
#include "search/supernets/gene_reader.hpp"
#include "search/supernets/json_fields.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;
using search::FieldErrors;
using search::ObjectReader;
using search::Presence;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::size_t kMaxObjectives = 8;
constexpr std::size_t kMaxConstraints = 32;

std::vector<std::string> metric_names() {
  std::vector<std::string> names;
  for (const search::Metric& metric : search::known_metrics()) names.push_back(metric.name);
  return names;
}

template <typename Entries>
std::vector<std::string> names_of(const Entries& entries) {
  std::vector<std::string> names;
  for (const auto& entry : entries) names.push_back(entry.name);
  return names;
}

std::string unknown(const std::string& what, const std::string& name,
                    const std::vector<std::string>& known) {
  return "unknown " + what + " \"" + name + "\"" + search::did_you_mean(name, known) +
         "; known are " + search::one_of(known);
}

std::vector<search::Precision> offered_precisions(const search::SearchSpace& space) {
  std::set<search::Precision> offered;
  for (const search::Gene& gene : space.genes()) {
    for (std::size_t c = 0; c < gene.choices.size(); ++c) {
      if (const auto precision = search::precision_of(gene, static_cast<search::Choice>(c)))
        offered.insert(*precision);
    }
  }
  return {offered.begin(), offered.end()};
}

const std::vector<std::string> kWeightSchemes = {"symmetric", "asymmetric"};

// A gene whose choices are all names of weight schemes.
bool chooses_weight_scheme(const search::Gene& gene) {
  return std::ranges::all_of(gene.choices, [](const search::Value& choice) {
    const auto* text = std::get_if<std::string>(&choice);
    return text != nullptr && std::ranges::find(kWeightSchemes, *text) != kWeightSchemes.end();
  });
}

class SpecReader {
 public:
  SpecReader(const evaluators::SupernetLibrary& supernets, FieldErrors& errors,
             const FrontSource& fronts, const evaluators::Resources& resources,
             bool measures = true)
      : supernets_(supernets),
        errors_(errors),
        fronts_(fronts),
        resources_(resources),
        measures_(measures) {}

  std::optional<StudySpec> read(const json& document) {
    const std::size_t before = errors_.size();
    ObjectReader reader(document, "", errors_);
    if (const auto supernet = reader.text("supernet", Presence::kRequired)) {
      spec_.supernet = *supernet;
      supernet_ = supernets_.find(*supernet);
      if (supernet_ == nullptr)
        reader.error("supernet", unknown("supernet", *supernet, supernets_.names()));
    }
    spec_.name = reader.text("name", Presence::kOptional).value_or(spec_.supernet);
    if (spec_.name.size() > 200)
      reader.error("name", "must be at most 200 bytes, got " + std::to_string(spec_.name.size()));
    if (const json* objectives = reader.array("objectives", Presence::kRequired))
      read_objectives(*objectives, reader.pointer("objectives"));
    if (const json* constraints = reader.array("constraints", Presence::kOptional))
      read_constraints(*constraints, reader.pointer("constraints"));
    read_metrics(reader.object("metrics", Presence::kOptional), reader.pointer("metrics"));
    const bool precisions_hold = holds([&] {
      read_precisions(reader.array("precisions", Presence::kOptional),
                      reader.pointer("precisions"));
      read_weight_schemes(reader.array("weight_schemes", Presence::kOptional),
                          reader.pointer("weight_schemes"));
      if (const json* fixed = reader.object("fixed", Presence::kOptional))
        read_fixed(*fixed, reader.pointer("fixed"));
    });
    read_algorithm(reader.object("algorithm", Presence::kOptional), reader.pointer("algorithm"));
    const bool budget_holds = holds([&] {
      const json* budget = reader.object("budget", Presence::kOptional);
      if (budget == nullptr) return;
      ObjectReader fields(*budget, reader.pointer("budget"), errors_);
      spec_.max_trials =
          fields.integer("trials", Presence::kOptional, 1, 1e7).value_or(spec_.max_trials);
      spec_.max_seconds = fields.number("seconds", Presence::kOptional, 1e-3, 1e9);
      fields.finish();
    });
    if (const auto seed = reader.integer("seed", Presence::kOptional, 0, 9007199254740991.0))
      spec_.seed = static_cast<std::uint64_t>(*seed);
    spec_.baselines = reader.flag("baselines", Presence::kOptional).value_or(spec_.baselines);
    const json* seeds = reader.object("seeds", Presence::kOptional);
    if (seeds != nullptr && supernet_ != nullptr)
      read_seeds(*seeds, reader.pointer("seeds"), precisions_hold, budget_holds);
    spec_.final_test = reader.flag("final_test", Presence::kOptional).value_or(spec_.final_test);
    spec_.latency_model =
        reader.text("latency_model", Presence::kOptional).value_or(spec_.latency_model);
    if (spec_.latency_model != "none" && spec_.latency_model != "auto" &&
        !names_latency_model(spec_)) {
      reader.error("latency_model",
                   "must be \"auto\", \"none\" or the id of a model (lm_...), got \"" +
                       spec_.latency_model + "\"");
    }
    spec_.in_flight =
        reader.integer("in_flight", Presence::kOptional, 1, 4096).value_or(spec_.in_flight);
    if (const json* retries = reader.object("retries", Presence::kOptional))
      spec_.retries = read_retries(*retries, reader.pointer("retries"), errors_);
    reader.finish();
    if (errors_.size() > before) return std::nullopt;
    return std::move(spec_);
  }

 private:
  bool runs_here(const MetricPlan& plan) const { return measures_ && is_measured_here(plan); }

  // Whether a part was read without a mistake.
  template <typename Read>
  bool holds(const Read& read) {
    const std::size_t before = errors_.size();
    read();
    return errors_.size() == before;
  }

  // {"metric": "latency_ms@phone"}, or {"metric": "latency_ms", "on": "phone"}, which is the same.
  std::optional<std::string> read_metric_name(ObjectReader& reader) {
    const auto name = reader.text("metric", Presence::kRequired);
    const auto place = reader.text("on", Presence::kOptional);
    if (!name) return std::nullopt;
    if (const std::string why = name_mistake(*name); !why.empty()) {
      reader.error("metric", why);
      return std::nullopt;
    }
    if (!place) return name;
    if (!search::place_of(*name).empty()) {
      reader.error("on", "\"" + *name + "\" says already where it is measured");
    } else if (!search::is_place(*place)) {
      reader.error("on", search::kPlaceRule + (", got \"" + *place) + "\"");
    } else {
      return *name + "@" + *place;
    }
    return std::nullopt;
  }

  // What is wrong with the name of a metric; empty: nothing.
  static std::string name_mistake(const std::string& name) {
    const std::string metric(search::metric_of(name));
    if (search::find_metric(metric) == nullptr) return unknown("metric", metric, metric_names());
    if (name == metric || search::is_place(search::place_of(name))) return "";
    return std::string("what follows the @ ") + search::kPlaceRule + ", got \"" +
           std::string(search::place_of(name)) + "\"";
  }

  void read_objectives(const json& list, const std::string& pointer) {
    if (list.empty() || list.size() > kMaxObjectives) {
      errors_.push_back({pointer, "must have 1 to " + std::to_string(kMaxObjectives) +
                                      " objectives, got " + std::to_string(list.size())});
      return;
    }
    for (std::size_t i = 0; i < list.size(); ++i) {
      ObjectReader reader(list[i], search::child_pointer(pointer, std::to_string(i)), errors_);
      search::Objective objective;
      const auto metric = read_metric_name(reader);
      const auto goal = reader.text("goal", Presence::kOptional);
      objective.reference = reader.number("reference", Presence::kOptional, -1e300, 1e300);
      if (goal && *goal != "minimize" && *goal != "maximize")
        reader.error("goal", "must be minimize or maximize, got \"" + *goal + "\"");
      reader.finish();
      if (!metric) continue;
      if (std::ranges::find(spec_.objectives, *metric, &search::Objective::metric) !=
          spec_.objectives.end()) {
        reader.error("metric", "\"" + *metric + "\" is an objective already");
      }
      objective.metric = *metric;
      objective.goal =
          goal ? (*goal == "maximize" ? search::Goal::kMaximize : search::Goal::kMinimize)
               : search::find_metric(search::metric_of(*metric))->better;
      spec_.objectives.push_back(std::move(objective));
    }
  }

  void read_constraints(const json& list, const std::string& pointer) {
    if (list.size() > kMaxConstraints)
      errors_.push_back(
          {pointer, "must have at most " + std::to_string(kMaxConstraints) + " constraints"});
    for (std::size_t i = 0; i < list.size() && i < kMaxConstraints; ++i) {
      ObjectReader reader(list[i], search::child_pointer(pointer, std::to_string(i)), errors_);
      search::Constraint constraint;
      const auto metric = read_metric_name(reader);
      constraint.min = reader.number("min", Presence::kOptional, -kInfinity, kInfinity);
      constraint.max = reader.number("max", Presence::kOptional, -kInfinity, kInfinity);
      if (list[i].is_object() && !list[i].contains("min") && !list[i].contains("max"))
        reader.error("max", "is missing: a constraint needs max, min or both");
      if (constraint.min && constraint.max && *constraint.min > *constraint.max)
        reader.error("min", "is above max: no network could meet both");
      reader.finish();
      if (!metric) continue;
      constraint.metric = *metric;
      spec_.constraints.push_back(std::move(constraint));
    }
  }

  // A plan for every metric that is an objective, a constraint or asked for by name.
  void read_metrics(const json* given, const std::string& pointer) {
    std::vector<std::string> needed;
    const auto need = [&](const std::string& metric) {
      if (std::ranges::find(needed, metric) == needed.end()) needed.push_back(metric);
    };
    for (const search::Objective& objective : spec_.objectives) need(objective.metric);
    for (const search::Constraint& constraint : spec_.constraints) need(constraint.metric);
    if (given != nullptr) {
      for (const auto& [metric, ignored] : given->items()) {
        const std::string why = name_mistake(metric);
        if (why.empty()) {
          need(metric);
        } else {
          errors_.push_back({search::child_pointer(pointer, metric), why});
        }
      }
      check_places(*given, needed, pointer);
    }
    const json nothing = json::object();
    for (const std::string& metric : needed) {
      const bool said = given != nullptr && given->contains(metric);
      read_plan(metric, said ? (*given)[metric] : nothing, search::child_pointer(pointer, metric));
    }
  }

  // Once the document says of one place how a metric is measured there, it says so of all of them:
  // another is a slip of the pen.
  void check_places(const json& given, const std::vector<std::string>& needed,
                    const std::string& pointer) {
    for (const std::string& name : needed) {
      if (search::place_of(name).empty() || given.contains(name)) continue;
      std::vector<std::string> said;
      for (const auto& [other, ignored] : given.items()) {
        if (search::metric_of(other) == search::metric_of(name) && other.find('@') != other.npos)
          said.push_back(other);
      }
      if (said.empty()) continue;
      errors_.push_back(
          {search::child_pointer(pointer, name),
           "is missing" + search::did_you_mean(name, said) + "; here are " + search::one_of(said)});
    }
  }

  void read_plan(const std::string& full_name, const json& given, const std::string& pointer) {
    const std::string metric(search::metric_of(full_name));
    const evaluators::EvaluatorEntry* entry = evaluators::default_evaluator(metric);
    if (given.is_object() && given.contains("evaluator")) {
      const json& name = given["evaluator"];
      entry = name.is_string() ? evaluators::find_evaluator(name.get<std::string>()) : nullptr;
      if (entry == nullptr) {
        const std::string shown =
            name.is_string() ? name.get<std::string>() : search::json_type(name);
        errors_.push_back(
            {pointer + "/evaluator",
             unknown("evaluator", shown, names_of(evaluators::evaluator_registry()))});
        return;
      }
      if (entry->refuses == nullptr &&
          std::ranges::find(entry->metrics, metric) == entry->metrics.end()) {
        errors_.push_back({pointer + "/evaluator", "evaluator " + entry->name + " provides " +
                                                       search::one_of(entry->metrics) + ", not " +
                                                       metric});
        return;
      }
    }
    if (entry == nullptr) {
      errors_.push_back({pointer, "no evaluator measures " + metric +
                                      ": name one that works from what you bring, such as "
                                      "{\"evaluator\": \"table\", \"import\": \"im_...\"}, or "
                                      "{\"evaluator\": \"external\"} if a program of yours does"});
      return;
    }
    const std::string allowed[] = {"evaluator", "tags", "machine"};
    MetricPlan plan{
        .metric = full_name,
        .evaluator = entry->name,
        .options = search::read_options(given, pointer, entry->options, errors_, allowed)};
    read_whereabouts(plan, given, pointer, *entry);
    for (const MetricPlan& other : spec_.metrics) {
      MetricPlan like = plan;
      like.metric = other.metric;
      if (other == like && search::metric_of(other.metric) == metric)
        errors_.push_back({pointer, "is measured exactly as " + other.metric +
                                        " is: give it other tags, another machine or other "
                                        "options"});
    }
    // What workers elsewhere can do, they find out themselves.
    const bool is_immediate = entry->concurrency == evaluators::Concurrency::kImmediate;
    if (supernet_ != nullptr && (is_immediate || runs_here(plan))) {
      if (const auto why = entry->unavailable(*supernet_, plan.options))
        errors_.push_back({pointer, metric + " cannot be measured: " + *why});
      if (entry->refuses != nullptr) {
        if (const auto mistake = entry->refuses(metric, *supernet_, plan.options, resources_))
          errors_.push_back({search::child_pointer(pointer, mistake->option), mistake->detail});
        else if (entry->pin != nullptr)
          entry->pin(plan.options, resources_);
      }
    }
    spec_.metrics.push_back(std::move(plan));
  }

  // Who measures it. A place that nothing is said of is a worker's tag or a machine's fingerprint.
  void read_whereabouts(MetricPlan& plan, const json& given, const std::string& pointer,
                        const evaluators::EvaluatorEntry& entry) {
    plan.tags = read_tags(given, pointer, entry);
    const bool needs_worker = entry.concurrency != evaluators::Concurrency::kImmediate;
    const std::string place(search::place_of(plan.metric));
    if (given.is_object() && given.contains("machine")) {
      const json& machine = given["machine"];
      if (machine.is_string()) plan.machine = machine.get<std::string>();
      if (!is_machine(plan.machine))
        errors_.push_back({pointer + "/machine",
                           "must be the id of a fingerprint, \"fp_\" and 16 hex digits, got " +
                               machine.dump(-1, ' ', false, json::error_handler_t::replace)});
      if (!needs_worker)
        errors_.push_back({pointer + "/machine", entry.name + " needs no machine"});
    } else if (needs_worker && !place.empty() && !(given.is_object() && given.contains("tags"))) {
      if (is_machine(place)) {
        plan.machine = place;
      } else {
        plan.tags = {place};
      }
    }
    if (entry.name == "analytic" && !place.empty())
      errors_.push_back({pointer, std::string(search::metric_of(plan.metric)) +
                                      " follows from the network: it is the same everywhere"});
  }

  static bool is_machine(const std::string& text) {
    return text.size() == 19 && text.starts_with("fp_") &&
           text.find_first_not_of("0123456789abcdef", 3) == std::string::npos;
  }

  // Sorted, so that their order makes no difference.
  std::vector<std::string> read_tags(const json& given, const std::string& pointer,
                                     const evaluators::EvaluatorEntry& entry) {
    std::vector<std::string> tags;
    if (!given.is_object() || !given.contains("tags")) return tags;
    const json& list = given["tags"];
    const std::string at = pointer + "/tags";
    if (!list.is_array()) {
      errors_.push_back({at, "must be an array, got " + search::json_type(list)});
      return tags;
    }
    if (!list.empty() && entry.concurrency == evaluators::Concurrency::kImmediate)
      errors_.push_back({at, entry.name + " needs no worker, so its metrics have no tags"});
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (list[i].is_string() && !list[i].get<std::string>().empty()) {
        tags.push_back(list[i].get<std::string>());
      } else {
        errors_.push_back({search::child_pointer(at, std::to_string(i)),
                           "must be a word such as \"device=phone\""});
      }
    }
    std::ranges::sort(tags);
    tags.erase(std::unique(tags.begin(), tags.end()), tags.end());
    return tags;
  }

  // Those of the supernet that run where its trials are measured, unless the user wants fewer.
  void read_precisions(const json* given, const std::string& pointer) {
    using search::Precision;
    if (supernet_ == nullptr) return;
    const auto precision_runs = [&](Precision precision) {
      return std::ranges::all_of(spec_.metrics, [&](const MetricPlan& plan) {
        const auto* evaluator = evaluators::find_evaluator(plan.evaluator);
        if (evaluator->precisions == nullptr || !runs_here(plan)) return true;
        const auto runs = evaluator->precisions();
        return std::ranges::find(runs, precision) != runs.end();
      });
    };
    const std::vector<Precision> offered = offered_precisions(supernet_->supernet().space);
    std::ranges::copy_if(offered, std::back_inserter(runnable_), precision_runs);
    if (given == nullptr) {
      spec_.precisions = runnable_;
      return;
    }
    std::vector<std::string> names;
    for (const Precision precision : offered) names.emplace_back(search::to_text(precision));
    if (given->empty() && !offered.empty())
      errors_.push_back({pointer, "must name at least one of " + search::one_of(names)});
    for (std::size_t i = 0; i < given->size(); ++i) {
      const json& name = (*given)[i];
      const std::string at = search::child_pointer(pointer, std::to_string(i));
      const std::string shown =
          name.is_string() ? name.get<std::string>() : search::json_type(name);
      Precision precision = Precision::kF32;
      if (std::ranges::find(names, shown) == names.end() || !name.is_string()) {
        errors_.push_back({at, unknown("precision", shown, names)});
      } else if (search::parse_precision(shown, precision); !precision_runs(precision)) {
        const evaluators::Fingerprint machine = evaluators::machine_fingerprint(1);
        errors_.push_back({at, shown + " does not run on this machine (oneDNN " + machine.onednn +
                                   " on " + machine.isa + "); leave it out"});
      } else if (std::ranges::find(spec_.precisions, precision) == spec_.precisions.end()) {
        spec_.precisions.push_back(precision);
      }
    }
    std::ranges::sort(spec_.precisions);
  }

  // Those that run where the trials are measured, unless the user wants fewer.
  void read_weight_schemes(const json* given, const std::string& pointer) {
    if (supernet_ == nullptr) return;
    const auto genes = supernet_->supernet().space.genes();
    if (std::ranges::none_of(genes, chooses_weight_scheme)) {
      if (given != nullptr)
        errors_.push_back({pointer, "supernet " + spec_.supernet + " has no gene for it"});
      return;
    }
    const auto scheme_runs = [&](const std::string& name) {
      return std::ranges::all_of(spec_.metrics, [&](const MetricPlan& plan) {
        const auto* evaluator = evaluators::find_evaluator(plan.evaluator);
        if (evaluator->weight_schemes == nullptr || !runs_here(plan)) return true;
        return std::ranges::any_of(evaluator->weight_schemes(),
                                   [&](const search::WeightScheme& scheme) {
                                     return scheme.symmetric == (name == kWeightSchemes.front());
                                   });
      });
    };
    if (given == nullptr) {
      std::ranges::copy_if(kWeightSchemes, std::back_inserter(spec_.weight_schemes), scheme_runs);
      return;
    }
    if (given->empty())
      errors_.push_back({pointer, "must name at least one of " + search::one_of(kWeightSchemes)});
    for (std::size_t i = 0; i < given->size(); ++i) {
      const json& name = (*given)[i];
      const std::string at = search::child_pointer(pointer, std::to_string(i));
      const std::string shown =
          name.is_string() ? name.get<std::string>() : search::json_type(name);
      if (!name.is_string() || std::ranges::find(kWeightSchemes, shown) == kWeightSchemes.end()) {
        errors_.push_back({at, unknown("weight scheme", shown, kWeightSchemes)});
      } else if (!scheme_runs(shown)) {
        errors_.push_back({at, shown + " weights do not run on this machine with oneDNN " +
                                   evaluators::machine_fingerprint(1).onednn + "; leave it out"});
      } else if (std::ranges::find(spec_.weight_schemes, shown) == spec_.weight_schemes.end()) {
        spec_.weight_schemes.push_back(shown);
      }
    }
  }

  // {"depth": 6, "q_bits[3]": 32}; a list as a whole means all its members.
  void read_fixed(const json& given, const std::string& pointer) {
    if (supernet_ == nullptr) return;
    const search::SearchSpace& space = supernet_->supernet().space;
    const std::vector<search::Parameter> parameters(space.parameters().begin(),
                                                    space.parameters().end());
    for (const auto& [name, value] : given.items()) {
      const std::string at = search::child_pointer(pointer, name);
      const auto found = search::find_gene(parameters, name, at, errors_);
      if (!found) continue;
      const std::size_t count = found->is_single() ? 1 : found->parameter->count;
      const search::Gene& first = space.genes()[found->gene()];
      const auto wanted = search::value_from_json(value);
      const auto choice = wanted ? std::ranges::find(first.choices, *wanted) : first.choices.end();
      if (choice == first.choices.end()) {
        std::vector<std::string> choices;
        for (const search::Value& known : first.choices) choices.push_back(search::to_text(known));
        errors_.push_back({at, "must be " + search::one_of(choices)});
        continue;
      }
      for (std::size_t i = 0; i < count; ++i)
        spec_.fixed[space.genes()[found->gene() + i].name] = *choice;
    }
  }

  void read_algorithm(const json* given, const std::string& pointer) {
    const search::AlgorithmEntry* entry = &search::algorithm_registry().front();
    if (given != nullptr && given->contains("name")) {
      const json& name = (*given)["name"];
      entry = name.is_string() ? search::find_algorithm(name.get<std::string>()) : nullptr;
      if (entry == nullptr) {
        const std::string shown =
            name.is_string() ? name.get<std::string>() : search::json_type(name);
        errors_.push_back({pointer + "/name",
                           unknown("algorithm", shown, names_of(search::algorithm_registry()))});
        return;
      }
    }
    const std::string allowed[] = {"name"};
    spec_.algorithm = entry->name;
    spec_.algorithm_options = search::read_options(given == nullptr ? json::object() : *given,
                                                   pointer, entry->options, errors_, allowed);
    check_objectives(*entry, pointer + "/name");
    const auto inner = spec_.algorithm_options.all().find("inner/name");
    if (inner == spec_.algorithm_options.all().end()) return;
    const auto* inner_entry = search::find_algorithm(std::get<std::string>(inner->second));
    if (inner_entry != nullptr) check_objectives(*inner_entry, pointer + "/inner/name");
  }

  void check_objectives(const search::AlgorithmEntry& entry, const std::string& pointer) {
    if (spec_.objectives.size() <= entry.max_objectives) return;
    const auto counted = [](std::size_t count) {
      return std::to_string(count) + (count == 1 ? " objective" : " objectives");
    };
    errors_.push_back({pointer, entry.name + " searches for at most " +
                                    counted(entry.max_objectives) + ", the study has " +
                                    counted(spec_.objectives.size())});
  }

  void read_seeds(const json& given, const std::string& pointer, bool precisions_hold,
                  bool budget_holds) {
    const search::Supernet& supernet = supernet_->supernet();
    std::optional<search::Subspace> subspace;
    if (precisions_hold) subspace.emplace(study_subspace(supernet.space, spec_));
    const SeedRules rules{
        .supernet = supernet,
        .subspace = subspace ? &*subspace : nullptr,
        .precisions = spec_.precisions,
        .runnable = runnable_,
        .baselines = spec_.baselines,
        .max_trials = budget_holds ? std::optional(spec_.max_trials) : std::nullopt,
        .fronts = fronts_};
    spec_.seeds = server::read_seeds(given, pointer, rules, errors_);
  }

  const evaluators::SupernetLibrary& supernets_;
  FieldErrors& errors_;
  const FrontSource& fronts_;
  const evaluators::Resources& resources_;
  bool measures_;
  const evaluators::LoadedSupernet* supernet_ = nullptr;
  std::vector<search::Precision> runnable_;  // of the supernet's
  StudySpec spec_;
};

}  // namespace

bool is_measured_here(const MetricPlan& plan) {
  return plan.tags.empty() &&
         (plan.machine.empty() || plan.machine == evaluators::identify_machine(1).first);
}

bool names_latency_model(const StudySpec& spec) { return spec.latency_model.starts_with("lm_"); }

std::optional<StudySpec> parse_study_spec(const json& document,
                                          const evaluators::SupernetLibrary& supernets,
                                          FieldErrors& errors, const FrontSource& fronts,
                                          const evaluators::Resources& resources) {
  return SpecReader(supernets, errors, fronts, resources).read(document);
}

std::optional<StudySpec> parse_spec_for_replay(const json& document,
                                               const evaluators::SupernetLibrary& supernets,
                                               FieldErrors& errors,
                                               const evaluators::Resources& resources) {
  const FrontSource none;
  return SpecReader(supernets, errors, none, resources, false).read(document);
}

search::Subspace study_subspace(const search::SearchSpace& space, const StudySpec& spec) {
  return {space, [&](const search::Gene& gene, search::Choice choice) {
            const auto fixed = spec.fixed.find(gene.name);
            if (fixed != spec.fixed.end()) return gene.choices[choice] == fixed->second;
            if (chooses_weight_scheme(gene)) {
              const auto& name = std::get<std::string>(gene.choices[choice]);
              return std::ranges::find(spec.weight_schemes, name) != spec.weight_schemes.end();
            }
            const auto precision = search::precision_of(gene, choice);
            return !precision ||
                   std::ranges::find(spec.precisions, *precision) != spec.precisions.end();
          }};
}

}  // namespace quarry::server
