// Tested by tests/search/manifest_test.cpp.
#include "search/supernets/block_reader.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "search/supernets/facts.hpp"
#include "search/supernets/gene_reader.hpp"
#include "search/supernets/json_fields.hpp"

namespace quarry::search {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxBlocks = 1024;
constexpr std::size_t kMaxRepetitions = 1024;
constexpr std::size_t kMaxOperators = 20000;

class BlockReader {
 public:
  BlockReader(const SearchSpace& space, FieldErrors& errors)
      : space_(space),
        parameters_(space.parameters().begin(), space.parameters().end()),
        errors_(errors) {}

  std::vector<BlockUse> read(const json& list, const std::string& pointer) {
    if (list.empty() || list.size() > kMaxBlocks) {
      errors_.push_back({pointer, "must have 1 to " + std::to_string(kMaxBlocks) + " blocks, got " +
                                      std::to_string(list.size())});
      return {};
    }
    for (std::size_t i = 0; i < list.size(); ++i) read_block(list[i], indexed_pointer(pointer, i));
    return std::move(blocks_);
  }

 private:
  void read_block(const json& entry, const std::string& pointer) {
    ObjectReader reader(entry, pointer, errors_);
    BlockUse use;
    const auto kind = reader.text("block", Presence::kRequired);
    const auto name = reader.text("name", Presence::kRequired);
    const json* repeat = reader.any("repeat", Presence::kOptional);
    const auto from = reader.integer("number_from", Presence::kOptional, 0, kMaxRepetitions);
    const json* parameters = reader.object("parameters", Presence::kOptional);
    const json* tensors = reader.object("tensors", Presence::kOptional);
    reader.finish();
    if (name) {
      use.name = *name;
      use.number_from = static_cast<std::size_t>(from.value_or(0));
    }
    if (repeat != nullptr) use.repeat = read_repeat(*repeat, reader.pointer("repeat"));
    if (name) check_name(use, reader);
    if (tensors != nullptr) read_tensors(*tensors, reader.pointer("tensors"), use);
    if (!kind) return;
    use.kind = find_block(*kind);
    if (use.kind == nullptr) {
      std::vector<std::string> names;
      for (const BlockKind& known : block_registry()) names.push_back(known.name);
      reader.error("block", "\"" + *kind + "\" is not a block kind" + did_you_mean(*kind, names) +
                                "; the kinds are " + one_of(names));
      return;
    }
    repetitions_ = use.repeat ? use.repeat->most() : 1;
    read_parameters(parameters == nullptr ? json::object() : *parameters,
                    reader.pointer("parameters"), use);
    blocks_.push_back(std::move(use));
  }

  // Operators are named after their block's instance: no instance may be called like another.
  void check_name(const BlockUse& use, ObjectReader& reader) {
    const std::size_t most = use.repeat ? use.repeat->most() : 1;
    for (std::size_t i = 0; i < most; ++i) {
      if (instances_.insert(use.instance_name(i)).second) continue;
      reader.error("name", "\"" + use.instance_name(i) + "\" is already the name of another block");
      return;
    }
  }

  // 6, "depth", {"gene": "d[1]", "plus": 1} or {"gene": "d[0]", "map": [0, 0, 1]}
  std::optional<Repeat> read_repeat(const json& given, const std::string& pointer) {
    if (given.is_number_integer()) {
      const double times = given.get<double>();
      if (times >= 1 && times <= static_cast<double>(kMaxRepetitions))
        return Repeat{.gene = std::nullopt, .times = {given.get<std::size_t>()}};
      errors_.push_back({pointer, "must be between 1 and " + std::to_string(kMaxRepetitions)});
      return std::nullopt;
    }
    if (given.is_string()) return repeat_of_gene(given.get<std::string>(), 0, nullptr, pointer);
    if (!given.is_object()) {
      errors_.push_back(
          {pointer, "must be a whole number, a parameter, or an object with \"gene\""});
      return std::nullopt;
    }
    ObjectReader reader(given, pointer, errors_);
    const auto gene = reader.text("gene", Presence::kRequired);
    const auto plus = reader.integer("plus", Presence::kOptional, -1024, 1024);
    const json* map = reader.array("map", Presence::kOptional);
    reader.finish();
    if (!gene) return std::nullopt;
    return repeat_of_gene(*gene, plus.value_or(0), map, reader.pointer("gene"));
  }

  std::optional<Repeat> repeat_of_gene(const std::string& name, std::int64_t plus, const json* map,
                                       const std::string& pointer) {
    const auto found = find_gene(parameters_, name, pointer, errors_);
    if (!found) return std::nullopt;
    if (!found->is_single()) {
      errors_.push_back(
          {pointer, "\"" + name + "\" is a list: name a member, as in " + name + "[0]"});
      return std::nullopt;
    }
    const Gene& gene = space_.genes()[found->gene()];
    Repeat repeat{.gene = found->gene(), .times = {}};
    for (std::size_t c = 0; c < gene.choices.size(); ++c) {
      std::optional<Value> value = gene.choices[c];
      if (map != nullptr) value = c < map->size() ? value_from_json((*map)[c]) : std::nullopt;
      const auto* whole = value ? std::get_if<std::int64_t>(&*value) : nullptr;
      if (whole == nullptr || *whole + plus < 0 ||
          *whole + plus > static_cast<std::int64_t>(kMaxRepetitions)) {
        errors_.push_back({pointer, "\"" + name + "\" must make whole numbers between 0 and " +
                                        std::to_string(kMaxRepetitions) +
                                        " of repetitions at every choice"});
        return std::nullopt;
      }
      repeat.times.push_back(static_cast<std::size_t>(*whole + plus));
    }
    return repeat;
  }

  void read_tensors(const json& given, const std::string& pointer, BlockUse& use) {
    for (const auto& [part, value] : given.items()) {
      if (value.is_string()) {
        use.tensors[part] = value.get<std::string>();
      } else {
        errors_.push_back({child_pointer(pointer, part),
                           "must be the name of a tensor, \"{i}\" for the block's number, got " +
                               json_type(value)});
      }
    }
  }

  // {"gene": ...} follows genes, {"by_repetition": [...]} is a constant for each repetition,
  // anything else one constant.
  void read_parameters(const json& given, const std::string& pointer, BlockUse& use) {
    json constants = json::object();
    for (const auto& [key, value] : given.items()) {
      const auto spec = std::ranges::find(use.kind->parameters, key, &OptionSpec::name);
      if (!value.is_object() || spec == use.kind->parameters.end()) {
        constants[key] = value;  // an unknown one is told below
        continue;
      }
      const std::string here = child_pointer(pointer, key);
      if (value.contains("by_repetition")) {
        read_by_repetition(value, here, *spec, use);
      } else if (auto reference = read_reference(value, here, *spec)) {
        use.genes[key] = std::move(*reference);
      }
    }
    use.constants = read_options(constants, pointer, use.kind->parameters, errors_);
  }

  void read_by_repetition(const json& given, const std::string& pointer, const OptionSpec& spec,
                          BlockUse& use) {
    ObjectReader reader(given, pointer, errors_);
    const json* values = reader.array("by_repetition", Presence::kRequired);
    reader.finish();
    if (values == nullptr) return;
    if (values->empty()) reader.error("by_repetition", "must have at least one value");
    for (std::size_t i = 0; i < values->size(); ++i) {
      if (const auto value = as_option((*values)[i], spec,
                                       indexed_pointer(reader.pointer("by_repetition"), i), ""))
        use.by_repetition[spec.name].push_back(*value);
    }
  }

  // The value as the block's parameter; nothing, and why, when the parameter cannot be that.
  std::optional<OptionValue> as_option(const json& value, const OptionSpec& spec,
                                       const std::string& pointer, const std::string& whose) {
    FieldErrors found;
    const OptionValues read = read_options({{spec.name, value}}, "", std::span(&spec, 1), found);
    for (const FieldError& error : found) errors_.push_back({pointer, whose + error.detail});
    if (!found.empty()) return std::nullopt;
    return read.all().at(spec.name);
  }

  // {"gene": "ks", "first": 4, "step": 1, "map": [...], "otherwise": {...}}
  std::optional<GeneReference> read_reference(const json& given, const std::string& pointer,
                                              const OptionSpec& spec) {
    ObjectReader reader(given, pointer, errors_);
    const auto name = reader.text("gene", Presence::kRequired);
    const auto first = reader.integer("first", Presence::kOptional, 0, 4096);
    const auto step = reader.integer("step", Presence::kOptional, 1, 4096);
    const json* map = reader.array("map", Presence::kOptional);
    const json* otherwise = reader.object("otherwise", Presence::kOptional);
    reader.finish();
    if (!name) return std::nullopt;
    const auto found = find_gene(parameters_, *name, reader.pointer("gene"), errors_);
    if (!found) return std::nullopt;
    GeneReference reference{.first_gene = found->gene()};
    if (!found->is_single()) {
      const auto begin = static_cast<std::size_t>(first.value_or(0));
      reference.first_gene += begin;
      reference.step = static_cast<std::size_t>(step.value_or(1));
      const bool windowed = first.has_value() || step.has_value();
      const std::size_t needed = begin + (repetitions_ - 1) * reference.step + 1;
      if (windowed ? needed > found->parameter->count : found->parameter->count != repetitions_) {
        reader.error(
            "gene", "\"" + *name + "\" has " + std::to_string(found->parameter->count) +
                        " members but the block is repeated up to " + std::to_string(repetitions_) +
                        " times" +
                        (windowed ? " and reads up to member " + std::to_string(needed - 1) : ""));
        return std::nullopt;
      }
    } else if (first || step) {
      reader.error(first ? "first" : "step", "only a list has members to begin at and step over");
      return std::nullopt;
    }
    const Gene& gene = space_.genes()[reference.first_gene];
    if (map != nullptr && map->size() != gene.choices.size()) {
      reader.error("map", "must have a value for each of the " +
                              std::to_string(gene.choices.size()) + " choices, got " +
                              std::to_string(map->size()));
      return std::nullopt;
    }
    bool sound = true;
    for (std::size_t c = 0; c < gene.choices.size(); ++c) {
      const json value = map != nullptr ? (*map)[c] : value_to_json(gene.choices[c]);
      const auto option = as_option(value, spec, pointer, "a choice of gene " + gene.name + " ");
      sound = sound && option.has_value();
      if (option) reference.values.push_back(*option);
    }
    if (otherwise != nullptr) {
      auto other = read_reference(*otherwise, reader.pointer("otherwise"), spec);
      sound = sound && other.has_value();
      if (other) reference.otherwise.push_back(std::move(*other));
    }
    if (!sound) return std::nullopt;
    return reference;
  }

  const SearchSpace& space_;
  std::vector<Parameter> parameters_;
  FieldErrors& errors_;
  std::vector<BlockUse> blocks_;
  std::set<std::string> instances_;
  std::size_t repetitions_ = 1;  // of the block that is being read, at most
};

// Why the block does not fit what the builder has come to, at any choice of any of its genes.
std::optional<std::string> mismatch(const Supernet& supernet, const BlockUse& use,
                                    const NetworkBuilder& builder, const Genome& genome,
                                    std::size_t repetition) {
  const auto fits = [&](const Genome& candidate) {
    return use.kind->mismatch(builder, supernet.parameters_of(use, candidate, repetition).chosen);
  };
  if (auto problem = fits(genome)) return problem;
  for (const auto& [parameter, reference] : use.genes) {
    Genome candidate = genome;
    const std::size_t gene = reference.gene(repetition);
    for (std::size_t c = 0; c < supernet.space.genes()[gene].choices.size(); ++c) {
      candidate[gene] = static_cast<Choice>(c);
      if (auto problem = fits(candidate)) return problem;
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<BlockUse> read_blocks(const json& list, const std::string& pointer,
                                  const SearchSpace& space, FieldErrors& errors) {
  return BlockReader(space, errors).read(list, pointer);
}

void check_networks(const Supernet& supernet, const std::string& pointer, FieldErrors& errors) {
  for (const bool largest : {false, true}) {
    const Genome genome = extreme_genome(supernet.space, largest);
    NetworkBuilder builder(supernet.input, supernet.vocabulary);
    for (std::size_t b = 0; b < supernet.blocks.size(); ++b) {
      const BlockUse& use = supernet.blocks[b];
      const auto refuse = [&](const std::string& why) {
        errors.push_back({indexed_pointer(pointer, b), why});
      };
      for (std::size_t i = 0; i < supernet.repetitions_of(use, genome); ++i) {
        if (const auto problem = mismatch(supernet, use, builder, genome, i))
          return refuse("block " + use.kind->name + " " + *problem);
        supernet.append_block(builder, use, genome, i);
        if (builder.size() > kMaxOperators)
          return refuse("makes a network of more than " + std::to_string(kMaxOperators) +
                        " operators");
      }
    }
    if (builder.size() == 0) {
      errors.push_back(
          {pointer, "makes a network without operators when every gene is at its first choice"});
      return;
    }
  }
}

}  // namespace quarry::search
