// Tested by tests/search/manifest_test.cpp.
#include "search/supernets/gene_reader.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "search/supernets/json_fields.hpp"

namespace quarry::search {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxGenes = 4096;

bool all_whole(const Gene& gene) {
  return std::ranges::all_of(
      gene.choices, [](const Value& v) { return std::holds_alternative<std::int64_t>(v); });
}

class GeneReader {
 public:
  explicit GeneReader(FieldErrors& errors) : errors_(errors) {}

  std::optional<SearchSpace> read(const json& list, const std::string& pointer) {
    const std::size_t before = errors_.size();
    for (std::size_t i = 0; i < list.size(); ++i) {
      // All parameters are known before the first condition names one.
      read_parameter(list[i], indexed_pointer(pointer, i));
    }
    if (list.empty()) errors_.push_back({pointer, "must describe at least one gene"});
    for (const Pending& pending : pending_) read_activity(pending);
    if (errors_.size() == before) check_cycles(pointer);
    if (errors_.size() > before) return std::nullopt;
    return SearchSpace(std::move(genes_), std::move(parameters_));
  }

 private:
  struct Pending {
    std::size_t parameter;
    json active;  // the field "active", or null
    std::optional<std::string> below;
    std::string pointer;
  };

  void read_parameter(const json& entry, const std::string& pointer) {
    ObjectReader reader(entry, pointer, errors_);
    const auto name = reader.text("name", Presence::kRequired);
    const auto count = reader.integer("count", Presence::kOptional, 1, kMaxGenes);
    const auto kind = reader.text("kind", Presence::kOptional);
    if (kind && *kind != "ordinal" && *kind != "categorical") {
      reader.error("kind", "must be ordinal or categorical, got \"" + *kind + "\"");
    }
    std::vector<Value> choices;
    if (const json* given = reader.array("choices", Presence::kRequired))
      choices = read_choices(*given, reader.pointer("choices"));
    const auto below = reader.text("active_below", Presence::kOptional);
    const json* active = reader.any("active", Presence::kOptional);
    if (active != nullptr && below)
      reader.error("active", "cannot stand beside active_below: give one of them");
    const json* same = reader.array("same", Presence::kOptional);
    reader.finish();
    if (!name || choices.empty()) return;
    if (name->find_first_of("[]") != std::string::npos) {
      reader.error("name", "cannot have '[' or ']': they name a member of a list");
      return;
    }
    if (std::ranges::find(parameters_, *name, &Parameter::name) != parameters_.end()) {
      reader.error("name", "\"" + *name + "\" is already the name of another parameter");
      return;
    }
    const Parameter parameter{.name = *name,
                              .first_gene = genes_.size(),
                              .count = static_cast<std::size_t>(count.value_or(1)),
                              .is_list = count.has_value()};
    if (genes_.size() + parameter.count > kMaxGenes) {
      reader.error("count", "makes more than " + std::to_string(kMaxGenes) + " genes");
      return;
    }
    const GeneKind gene_kind = kind == "ordinal" ? GeneKind::kOrdinal : GeneKind::kCategorical;
    for (std::size_t i = 0; i < parameter.count; ++i) {
      genes_.push_back({.name = parameter.is_list ? *name + "[" + std::to_string(i) + "]" : *name,
                        .kind = gene_kind,
                        .choices = choices,
                        .active_if = std::nullopt});
    }
    parameters_.push_back(parameter);
    if (same != nullptr) read_same(*same, reader.pointer("same"), parameter);
    if (below || active != nullptr) {
      pending_.push_back({parameters_.size() - 1, active == nullptr ? json() : *active, below,
                          reader.pointer(below ? "active_below" : "active")});
    }
  }

  std::vector<Value> read_choices(const json& given, const std::string& pointer) {
    std::vector<Value> choices;
    if (given.empty() || given.size() > 256) {
      errors_.push_back(
          {pointer, "must have 1 to 256 choices, got " + std::to_string(given.size())});
      return {};
    }
    for (std::size_t i = 0; i < given.size(); ++i) {
      const auto value = value_from_json(given[i]);
      if (!value) {
        errors_.push_back({indexed_pointer(pointer, i),
                           "must be a number or a string, got " + json_type(given[i])});
      } else if (std::ranges::find(choices, *value) != choices.end()) {
        errors_.push_back({indexed_pointer(pointer, i), "is a choice already"});
      } else {
        choices.push_back(*value);
      }
    }
    return choices;
  }

  // The choices that a list of values names; every value that is none is a mistake.
  std::vector<bool> choices_among(const json& values, const std::string& pointer,
                                  const Gene& gene) {
    std::vector<bool> among(gene.choices.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto value = value_from_json(values[i]);
      const auto found = value ? std::ranges::find(gene.choices, *value) : gene.choices.end();
      if (found == gene.choices.end()) {
        errors_.push_back({indexed_pointer(pointer, i), "is not a choice of gene " + gene.name});
      } else {
        among[static_cast<std::size_t>(found - gene.choices.begin())] = true;
      }
    }
    return among;
  }

  // [{"member": 0, "choices": [0, 1]}]: these choices make the same network.
  void read_same(const json& list, const std::string& pointer, const Parameter& parameter) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      ObjectReader reader(list[i], indexed_pointer(pointer, i), errors_);
      const auto member = reader.integer("member", Presence::kOptional, 0,
                                         static_cast<double>(parameter.count) - 1);
      const json* values = reader.array("choices", Presence::kRequired);
      reader.finish();
      if (values == nullptr) continue;
      const std::vector<bool> among =
          choices_among(*values, reader.pointer("choices"), genes_[parameter.first_gene]);
      const auto first = static_cast<Choice>(std::ranges::find(among, true) - among.begin());
      for (std::size_t m = 0; m < parameter.count; ++m) {
        if (member && static_cast<std::size_t>(*member) != m) continue;
        std::vector<Choice>& same_as = genes_[parameter.first_gene + m].same_as;
        for (std::size_t c = same_as.size(); c < among.size(); ++c)
          same_as.push_back(static_cast<Choice>(c));
        for (std::size_t c = 0; c < among.size(); ++c) {
          if (among[c]) same_as[c] = first;
        }
      }
    }
  }

  // ------------------------------------------------------------------ activity

  void read_activity(const Pending& pending) {
    const Parameter& list = parameters_[pending.parameter];
    if (pending.below) {
      if (const auto depth = whole_gene(*pending.below, pending.pointer))
        live_below(list.first_gene, list.count, 1, *depth, 0);
      return;
    }
    if (pending.active.is_object()) return read_each(pending, list);
    if (!pending.active.is_array()) {
      errors_.push_back(
          {pending.pointer, "must be a list of runs of members, or an object with \"each\", got " +
                                json_type(pending.active)});
      return;
    }
    std::size_t covered = 0;
    for (std::size_t i = 0; i < pending.active.size(); ++i)
      covered += read_run(pending.active[i], indexed_pointer(pending.pointer, i), list, covered);
    if (covered != list.count) {
      errors_.push_back({pending.pointer, "its runs have " + std::to_string(covered) +
                                              " members, but " + list.name + " has " +
                                              std::to_string(list.count)});
    }
  }

  // {"each": "q_bits", "is": [8]}: member i lives while member i of the other list lives and is one
  // of these.
  void read_each(const Pending& pending, const Parameter& list) {
    ObjectReader reader(pending.active, pending.pointer, errors_);
    const auto name = reader.text("each", Presence::kRequired);
    const json* values = reader.array("is", Presence::kRequired);
    reader.finish();
    if (!name || values == nullptr) return;
    const auto other = find_gene(parameters_, *name, reader.pointer("each"), errors_);
    if (!other) return;
    if (other->member || other->parameter->count != list.count) {
      reader.error("each", "\"" + *name + "\" must be a list of " + std::to_string(list.count) +
                               " members, as " + list.name + " is");
      return;
    }
    const std::vector<bool> alive =
        choices_among(*values, reader.pointer("is"), genes_[other->gene()]);
    for (std::size_t m = 0; m < list.count; ++m)
      genes_[list.first_gene + m].active_if = Condition{other->gene() + m, alive};
  }

  // The number of members that the run covers.
  std::size_t read_run(const json& entry, const std::string& pointer, const Parameter& list,
                       std::size_t begin) {
    ObjectReader reader(entry, pointer, errors_);
    const auto count =
        reader.integer("count", Presence::kRequired, 1, static_cast<double>(list.count));
    const auto per = reader.integer("per", Presence::kOptional, 1, kMaxGenes);
    const auto below = reader.text("below", Presence::kOptional);
    const auto plus = reader.integer("plus", Presence::kOptional, -1024, 1024);
    const auto when = reader.text("when", Presence::kOptional);
    const json* is = reader.array("is", when ? Presence::kRequired : Presence::kOptional);
    reader.finish();
    if (below && when) reader.error("when", "cannot stand beside below: give one of them");
    if (!count) return 0;
    const auto members = static_cast<std::size_t>(*count);
    const std::size_t first = list.first_gene + begin;
    if (begin + members > list.count) return members;  // told by the caller
    if (below) {
      if (const auto depth = whole_gene(*below, reader.pointer("below")))
        live_below(first, members, static_cast<std::size_t>(per.value_or(1)), *depth,
                   plus.value_or(0));
    } else if (when && is != nullptr) {
      const auto on = find_gene(parameters_, *when, reader.pointer("when"), errors_);
      if (!on) return members;
      if (!on->is_single()) {
        reader.error("when", "\"" + *when + "\" is a list: name a member, as in " + *when + "[0]");
        return members;
      }
      const std::vector<bool> alive = choices_among(*is, reader.pointer("is"), genes_[on->gene()]);
      for (std::size_t m = 0; m < members; ++m)
        genes_[first + m].active_if = Condition{on->gene(), alive};
    }
    return members;
  }

  std::optional<std::size_t> whole_gene(const std::string& name, const std::string& pointer) {
    const auto found = find_gene(parameters_, name, pointer, errors_);
    if (!found) return std::nullopt;
    if (!found->is_single() || !all_whole(genes_[found->gene()])) {
      errors_.push_back(
          {pointer, "\"" + name + "\" must be a single parameter with whole numbers as choices"});
      return std::nullopt;
    }
    return found->gene();
  }

  // Of `count` genes, `per` to a position, those live whose position is below the depth's value +
  // plus.
  void live_below(std::size_t first, std::size_t count, std::size_t per, std::size_t depth,
                  std::int64_t plus) {
    for (std::size_t i = 0; i < count; ++i) {
      Condition condition{.on = depth, .alive = {}};
      for (const Value& choice : genes_[depth].choices) {
        const auto position = static_cast<std::int64_t>(i / per);
        condition.alive.push_back(position < std::get<std::int64_t>(choice) + plus);
      }
      const bool always = std::ranges::find(condition.alive, false) == condition.alive.end();
      if (!always) genes_[first + i].active_if = std::move(condition);
    }
  }

  void check_cycles(const std::string& pointer) {
    for (const Gene& gene : genes_) {
      const Gene* at = &gene;
      for (std::size_t steps = 0; at->active_if; ++steps) {
        at = &genes_[at->active_if->on];
        if (steps <= genes_.size()) continue;
        errors_.push_back({pointer, "gene " + gene.name + " depends on itself"});
        return;
      }
    }
  }

  FieldErrors& errors_;
  std::vector<Gene> genes_;
  std::vector<Parameter> parameters_;
  std::vector<Pending> pending_;
};

}  // namespace

std::string indexed_pointer(const std::string& pointer, std::size_t index) {
  return child_pointer(pointer, std::to_string(index));
}

std::optional<GeneName> find_gene(const std::vector<Parameter>& parameters, const std::string& text,
                                  const std::string& pointer, FieldErrors& errors) {
  const std::size_t bracket = text.find('[');
  const std::string name = text.substr(0, bracket);
  const auto found = std::ranges::find(parameters, name, &Parameter::name);
  if (found == parameters.end()) {
    std::vector<std::string> names;
    for (const Parameter& parameter : parameters) names.push_back(parameter.name);
    errors.push_back({pointer, "\"" + name + "\" is not a parameter" + did_you_mean(name, names)});
    return std::nullopt;
  }
  GeneName gene{.parameter = &*found, .member = std::nullopt};
  if (bracket == std::string::npos) return gene;
  const std::string digits = text.substr(bracket + 1, text.size() - bracket - 2);
  const bool number = text.back() == ']' && !digits.empty() && digits.size() <= 4 &&
                      std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
  if (!number || !found->is_list || std::stoul(digits) >= found->count) {
    errors.push_back({pointer, "\"" + text + "\" is not a member of " + name +
                                   (found->is_list ? ", which has [0] to [" +
                                                         std::to_string(found->count - 1) + "]"
                                                   : ", which is no list")});
    return std::nullopt;
  }
  gene.member = std::stoul(digits);
  return gene;
}

std::optional<SearchSpace> read_genes(const json& list, const std::string& pointer,
                                      FieldErrors& errors) {
  return GeneReader(errors).read(list, pointer);
}

}  // namespace quarry::search
