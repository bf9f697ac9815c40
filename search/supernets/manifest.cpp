// Reads a manifest into a Supernet. Three passes, each only over what the one before found sound:
// the parameters, the blocks with their references, then the smallest and largest networks, which
// shows shapes that do not fit. Tested by tests/search/manifest_test.cpp.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "search/supernets/config.hpp"
#include "search/supernets/json_fields.hpp"
#include "search/supernets/supernet.hpp"

namespace quarry::search {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxGenes = 4096;
constexpr std::size_t kMaxBlocks = 1024;
constexpr std::size_t kMaxOperators = 20000;

std::string at(const std::string& pointer, std::size_t index) {
  return child_pointer(pointer, std::to_string(index));
}

std::string indexed(const std::string& name, std::size_t index) {
  return name + "[" + std::to_string(index) + "]";
}

class ManifestLoader {
 public:
  explicit ManifestLoader(FieldErrors& errors) : errors_(errors) {}

  std::optional<Supernet> load(std::string_view text) {
    const std::size_t before = errors_.size();
    const std::optional<json> document = parse_json(text, errors_);
    if (!document) return std::nullopt;
    net_.manifest = text;

    ObjectReader reader(*document, "", errors_);
    reader.integer("quarry_manifest", Presence::kRequired, 1, 1);
    if (const auto name = reader.text("name", Presence::kRequired)) read_name(*name, reader);
    if (const auto summary = reader.text("summary", Presence::kOptional)) net_.summary = *summary;
    if (const json* input = reader.object("input", Presence::kRequired))
      read_input(*input, reader.pointer("input"));
    if (const json* parameters = reader.array("parameters", Presence::kRequired)) {
      read_parameters(*parameters, reader.pointer("parameters"));
    }
    const bool space_is_sound = errors_.size() == before;
    if (space_is_sound) net_.space = SearchSpace(std::move(genes_), std::move(parameters_));
    if (const json* network = reader.array("network", Presence::kRequired);
        network != nullptr && space_is_sound) {
      read_blocks(*network, reader.pointer("network"));
    }
    if (errors_.size() == before) check_networks(reader.pointer("network"));
    if (const json* baselines = reader.array("baselines", Presence::kOptional);
        baselines != nullptr && space_is_sound) {
      read_baselines(*baselines, reader.pointer("baselines"));
    }
    net_.weights = reader.text("weights", Presence::kOptional);
    if (const json* validation = reader.object("validation", Presence::kOptional)) {
      ObjectReader fields(*validation, reader.pointer("validation"), errors_);
      net_.dataset = fields.text("dataset", Presence::kRequired);
      fields.finish();
    }
    if (const json* latency = reader.object("latency", Presence::kOptional)) {
      ObjectReader fields(*latency, reader.pointer("latency"), errors_);
      if (const auto batch = fields.integer("batch", Presence::kRequired, 1, 4096))
        net_.latency_batch = *batch;
      fields.finish();
    }
    reader.finish();
    if (errors_.size() > before) return std::nullopt;
    return std::move(net_);
  }

 private:
  void read_name(const std::string& name, ObjectReader& reader) {
    const bool legal = !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
    });
    if (!legal) reader.error("name", "must be 1 to 64 characters of a-z, 0-9, '_', '.' and '-'");
    net_.name = name;
  }

  void read_input(const json& input, const std::string& pointer) {
    ObjectReader reader(input, pointer, errors_);
    if (const json* shape = reader.array("shape", Presence::kRequired)) {
      if (shape->empty() || shape->size() > 4)
        reader.error("shape", "must have 1 to 4 sizes, got " + std::to_string(shape->size()));
      for (std::size_t i = 0; i < shape->size(); ++i) {
        const json& size = (*shape)[i];
        if (size.is_number_integer() && size.get<double>() >= 1 && size.get<double>() <= 65536) {
          net_.input.sizes.push_back(size.get<std::size_t>());
        } else {
          errors_.push_back(
              {at(reader.pointer("shape"), i), "must be a whole number between 1 and 65536"});
        }
      }
    }
    reader.finish();
  }

  // ------------------------------------------------------------------ parameters

  struct PendingDepth {
    std::size_t parameter;
    std::string depth;
    std::string pointer;
  };

  void read_parameters(const json& list, const std::string& pointer) {
    for (std::size_t i = 0; i < list.size(); ++i) read_parameter(list[i], at(pointer, i));
    if (list.empty()) errors_.push_back({pointer, "must describe at least one gene"});
    for (const PendingDepth& pending : pending_) tie_to_depth(pending);
  }

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
    const auto depth = reader.text("active_below", Presence::kOptional);
    reader.finish();
    if (!name || choices.empty()) return;
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
      genes_.push_back({.name = parameter.is_list ? indexed(*name, i) : *name,
                        .kind = gene_kind,
                        .choices = choices,
                        .active_if = std::nullopt});
    }
    parameters_.push_back(parameter);
    if (depth) pending_.push_back({parameters_.size() - 1, *depth, reader.pointer("active_below")});
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
        errors_.push_back(
            {at(pointer, i), "must be a number or a string, got " + json_type(given[i])});
      } else if (std::ranges::find(choices, *value) != choices.end()) {
        errors_.push_back({at(pointer, i), "is a choice already"});
      } else {
        choices.push_back(*value);
      }
    }
    return choices;
  }

  // Member i of the list is alive iff the depth's value is greater than i.
  void tie_to_depth(const PendingDepth& pending) {
    const auto depth = std::ranges::find(parameters_, pending.depth, &Parameter::name);
    if (depth == parameters_.end()) {
      errors_.push_back({pending.pointer, "\"" + pending.depth + "\" is not a parameter" +
                                              did_you_mean(pending.depth, parameter_names())});
      return;
    }
    const Gene& gene = genes_[depth->first_gene];
    if (depth->is_list || !all_whole(gene) || gene.active_if) {
      errors_.push_back(
          {pending.pointer,
           "\"" + pending.depth + "\" must be a single parameter with whole numbers as choices"});
      return;
    }
    const Parameter& list = parameters_[pending.parameter];
    for (std::size_t i = 0; i < list.count; ++i) {
      Condition condition{.on = depth->first_gene, .alive = {}};
      for (const Value& choice : gene.choices)
        condition.alive.push_back(std::get<std::int64_t>(choice) > static_cast<std::int64_t>(i));
      if (list.first_gene + i != depth->first_gene)
        genes_[list.first_gene + i].active_if = std::move(condition);
    }
  }

  static bool all_whole(const Gene& gene) {
    return std::ranges::all_of(
        gene.choices, [](const Value& v) { return std::holds_alternative<std::int64_t>(v); });
  }

  std::vector<std::string> parameter_names() const {
    std::vector<std::string> names;
    for (const Parameter& parameter : parameters_) names.push_back(parameter.name);
    for (const Parameter& parameter : net_.space.parameters()) names.push_back(parameter.name);
    return names;
  }

  const Parameter* find_parameter(const std::string& name) const {
    const auto found = std::ranges::find(net_.space.parameters(), name, &Parameter::name);
    return found == net_.space.parameters().end() ? nullptr : &*found;
  }

  // ------------------------------------------------------------------ blocks

  void read_blocks(const json& list, const std::string& pointer) {
    if (list.empty() || list.size() > kMaxBlocks) {
      errors_.push_back({pointer, "must have 1 to " + std::to_string(kMaxBlocks) + " blocks, got " +
                                      std::to_string(list.size())});
      return;
    }
    for (std::size_t i = 0; i < list.size(); ++i) read_block(list[i], at(pointer, i));
  }

  void read_block(const json& entry, const std::string& pointer) {
    ObjectReader reader(entry, pointer, errors_);
    BlockUse use;
    const auto kind = reader.text("block", Presence::kRequired);
    const auto name = reader.text("name", Presence::kRequired);
    const auto depth = reader.text("repeat", Presence::kOptional);
    const json* parameters = reader.object("parameters", Presence::kOptional);
    reader.finish();
    if (name) {
      use.name = *name;
      if (std::ranges::find(net_.blocks, *name, &BlockUse::name) != net_.blocks.end()) {
        reader.error("name", "\"" + *name + "\" is already the name of another block");
      }
    }
    std::size_t repetitions = 1;
    if (depth) {
      const Parameter* parameter = find_parameter(*depth);
      if (parameter == nullptr) {
        reader.error("repeat", "\"" + *depth + "\" is not a parameter" +
                                   did_you_mean(*depth, parameter_names()));
      } else if (const Gene& gene = net_.space.genes()[parameter->first_gene];
                 parameter->is_list || !all_whole(gene)) {
        reader.error("repeat",
                     "\"" + *depth + "\" must be a single parameter with whole numbers as choices");
      } else {
        use.depth_gene = parameter->first_gene;
        std::int64_t most = 0;
        std::int64_t least = 0;
        for (const Value& choice : gene.choices) {
          most = std::max(most, std::get<std::int64_t>(choice));
          least = std::min(least, std::get<std::int64_t>(choice));
        }
        if (least < 0 || most > 1024)
          reader.error("repeat", "\"" + *depth + "\" must have choices between 0 and 1024");
        repetitions = static_cast<std::size_t>(std::clamp<std::int64_t>(most, 0, 1024));
      }
    }
    if (!kind) return;
    use.kind = find_block(*kind);
    if (use.kind == nullptr) {
      std::vector<std::string> names;
      for (const BlockKind& known : block_registry()) names.push_back(known.name);
      reader.error("block", "\"" + *kind + "\" is not a block kind" + did_you_mean(*kind, names) +
                                "; the kinds are " + one_of(names));
      return;
    }
    read_block_parameters(parameters == nullptr ? json::object() : *parameters,
                          reader.pointer("parameters"), use, repetitions);
    net_.blocks.push_back(std::move(use));
  }

  // {"heads": {"gene": "heads"}} follows a gene; anything else is a constant.
  void read_block_parameters(const json& given, const std::string& pointer, BlockUse& use,
                             std::size_t repetitions) {
    json constants = json::object();
    for (const auto& [key, value] : given.items()) {
      if (!value.is_object()) {
        constants[key] = value;
        continue;
      }
      const std::string here = child_pointer(pointer, key);
      const auto spec = std::ranges::find(use.kind->parameters, key, &OptionSpec::name);
      if (spec == use.kind->parameters.end()) {
        constants[key] = value;  // reported below as unknown
        continue;
      }
      ObjectReader reader(value, here, errors_);
      const auto gene = reader.text("gene", Presence::kRequired);
      reader.finish();
      if (!gene) continue;
      const Parameter* parameter = find_parameter(*gene);
      if (parameter == nullptr) {
        reader.error("gene", "\"" + *gene + "\" is not a parameter" +
                                 did_you_mean(*gene, parameter_names()));
        continue;
      }
      if (parameter->is_list && parameter->count != repetitions) {
        reader.error("gene", "\"" + *gene + "\" has " + std::to_string(parameter->count) +
                                 " members but the block is repeated up to " +
                                 std::to_string(repetitions) + " times");
        continue;
      }
      check_choices_fit(net_.space.genes()[parameter->first_gene], *spec, here);
      use.genes[key] = {.first_gene = parameter->first_gene, .per_repetition = parameter->is_list};
    }
    use.constants = read_options(constants, pointer, use.kind->parameters, errors_);
  }

  // Every choice of the gene must be legal as the block's parameter.
  void check_choices_fit(const Gene& gene, const OptionSpec& spec, const std::string& pointer) {
    FieldErrors found;
    for (const Value& choice : gene.choices) {
      const json probe = {{spec.name, value_to_json(choice)}};
      read_options(probe, "", std::span(&spec, 1), found);
    }
    for (const FieldError& error : found)
      errors_.push_back({pointer, "a choice of gene " + gene.name + " " + error.detail});
  }

  // ------------------------------------------------------------------ whole networks

  // Follows the shapes through the smallest and the largest network; at each block every choice of
  // each of its genes is tried against the shape that arrives there, so that no genome can build a
  // network that does not fit together.
  void check_networks(const std::string& pointer) {
    for (const bool largest : {false, true}) {
      Genome genome(net_.space.size());
      for (std::size_t i = 0; i < genome.size(); ++i)
        genome[i] = largest ? largest_choice(net_.space.genes()[i]) : Choice{0};
      Supernet prefix{.input = net_.input, .space = net_.space};
      TensorShape shape = net_.input;
      std::size_t operators = 0;
      for (std::size_t b = 0; b < net_.blocks.size(); ++b) {
        if (const auto problem = mismatch(net_.blocks[b], genome, shape)) {
          errors_.push_back(
              {at(pointer, b), "block " + net_.blocks[b].kind->name + " " + *problem});
          return;
        }
        prefix.blocks.push_back(net_.blocks[b]);
        const Network network = prefix.network(genome);
        operators = network.operators.size();
        if (operators > kMaxOperators) {
          errors_.push_back({at(pointer, b), "makes a network of more than " +
                                                 std::to_string(kMaxOperators) + " operators"});
          return;
        }
        if (operators > 0) shape = network.operators.back().output;
      }
      if (operators == 0) {
        errors_.push_back(
            {pointer, "makes a network without operators when every gene is at its first choice"});
        return;
      }
    }
  }

  std::optional<std::string> mismatch(const BlockUse& use, const Genome& genome,
                                      const TensorShape& shape) const {
    const auto fits = [&](const Genome& candidate) {
      return use.kind->mismatch(shape, net_.parameters_of(use, candidate, 0).chosen);
    };
    if (auto problem = fits(genome)) return problem;
    for (const auto& [parameter, reference] : use.genes) {
      Genome candidate = genome;
      for (std::size_t c = 0; c < net_.space.genes()[reference.first_gene].choices.size(); ++c) {
        candidate[reference.first_gene] = static_cast<Choice>(c);
        if (auto problem = fits(candidate)) return problem;
      }
    }
    return std::nullopt;
  }

  static Choice largest_choice(const Gene& gene) {
    const auto largest = std::ranges::max_element(gene.choices);
    return static_cast<Choice>(largest - gene.choices.begin());
  }

  void read_baselines(const json& list, const std::string& pointer) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      ObjectReader reader(list[i], at(pointer, i), errors_);
      Baseline baseline;
      if (const auto name = reader.text("name", Presence::kRequired)) baseline.name = *name;
      if (const auto summary = reader.text("summary", Presence::kOptional))
        baseline.summary = *summary;
      if (const json* config = reader.object("config", Presence::kRequired)) {
        if (auto genome = config_from_json(net_.space, *config, reader.pointer("config"), errors_))
          baseline.genome = std::move(*genome);
      }
      reader.finish();
      net_.baselines.push_back(std::move(baseline));
    }
  }

  FieldErrors& errors_;
  Supernet net_;
  std::vector<Gene> genes_;
  std::vector<Parameter> parameters_;
  std::vector<PendingDepth> pending_;
};

}  // namespace

std::optional<Supernet> load_manifest(std::string_view text, FieldErrors& errors) {
  return ManifestLoader(errors).load(text);
}

}  // namespace quarry::search
