// Reads a manifest into a Supernet. Three passes, each only over what the one before found sound:
// the genes, the blocks with their references, then the smallest and largest networks, which shows
// shapes that do not fit. Tested by tests/search/manifest_test.cpp.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "search/supernets/block_reader.hpp"
#include "search/supernets/config.hpp"
#include "search/supernets/gene_reader.hpp"
#include "search/supernets/json_fields.hpp"
#include "search/supernets/supernet.hpp"

namespace quarry::search {
namespace {

using nlohmann::json;

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
    bool space_is_sound = false;
    if (const json* parameters = reader.array("parameters", Presence::kRequired)) {
      if (auto space = read_genes(*parameters, reader.pointer("parameters"), errors_)) {
        net_.space = std::move(*space);
        space_is_sound = true;
      }
    }
    if (const json* network = reader.array("network", Presence::kRequired);
        network != nullptr && space_is_sound) {
      net_.blocks = read_blocks(*network, reader.pointer("network"), net_.space, errors_);
    }
    if (errors_.size() == before) check_networks(net_, reader.pointer("network"), errors_);
    if (const json* metrics = reader.object("metrics", Presence::kOptional))
      read_metrics(*metrics, reader.pointer("metrics"));
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
    if (const json* latency = reader.object("latency", Presence::kOptional))
      read_latency(*latency, reader.pointer("latency"), errors_.size() == before);
    reader.finish();
    if (errors_.size() > before) return std::nullopt;
    return std::move(net_);
  }

 private:
  // The name is also that of a folder.
  void read_name(const std::string& name, ObjectReader& reader) {
    const bool legal = !name.empty() && name.size() <= 64 && name.front() != '.' &&
                       std::ranges::all_of(name, [](char c) {
                         return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
                                c == '.' || c == '-';
                       });
    if (!legal)
      reader.error("name",
                   "must be 1 to 64 characters of a-z, 0-9, '_', '.' and '-', the first no '.'");
    net_.name = name;
  }

  // {"shape": [3, 224, 224]} or {"tokens": 128, "vocabulary": 30522}
  void read_input(const json& input, const std::string& pointer) {
    ObjectReader reader(input, pointer, errors_);
    const auto tokens = reader.integer("tokens", Presence::kOptional, 1, 65536);
    const auto vocabulary = reader.integer(
        "vocabulary", tokens ? Presence::kRequired : Presence::kOptional, 2, 1 << 24);
    const json* shape = reader.array("shape", tokens ? Presence::kOptional : Presence::kRequired);
    if (tokens && shape != nullptr)
      reader.error("shape", "cannot stand beside tokens: an input is one or the other");
    if (!tokens && vocabulary)
      reader.error("vocabulary", "belongs to an input of tokens: say how many");
    if (tokens && vocabulary) {
      net_.input.sizes = {static_cast<std::size_t>(*tokens)};
      net_.vocabulary = static_cast<std::size_t>(*vocabulary);
    } else if (shape != nullptr) {
      read_shape(*shape, reader);
    }
    reader.finish();
  }

  void read_shape(const json& shape, ObjectReader& reader) {
    if (shape.empty() || shape.size() > 4)
      reader.error("shape", "must have 1 to 4 sizes, got " + std::to_string(shape.size()));
    for (std::size_t i = 0; i < shape.size(); ++i) {
      const json& size = shape[i];
      if (size.is_number_integer() && size.get<double>() >= 1 && size.get<double>() <= 65536) {
        net_.input.sizes.push_back(size.get<std::size_t>());
      } else {
        errors_.push_back({indexed_pointer(reader.pointer("shape"), i),
                           "must be a whole number between 1 and 65536"});
      }
    }
  }

  void read_metrics(const json& metrics, const std::string& pointer) {
    ObjectReader reader(metrics, pointer, errors_);
    if (const json* macs = reader.object("macs", Presence::kOptional))
      read_macs(*macs, reader.pointer("macs"));
    if (const json* params = reader.object("params", Presence::kOptional)) {
      ObjectReader fields(*params, reader.pointer("params"), errors_);
      if (const json* without = fields.array("without", Presence::kRequired)) {
        for (std::size_t i = 0; i < without->size(); ++i) {
          if ((*without)[i].is_string()) {
            net_.metrics.params_without.push_back((*without)[i].get<std::string>());
          } else {
            errors_.push_back({indexed_pointer(fields.pointer("without"), i),
                               "must be the name of operators, '*' for any text, got " +
                                   json_type((*without)[i])});
          }
        }
      }
      fields.finish();
    }
    reader.finish();
  }

  void read_macs(const json& macs, const std::string& pointer) {
    ObjectReader reader(macs, pointer, errors_);
    if (const auto convention = reader.text("convention", Presence::kOptional)) {
      if (*convention == "torchprofile") {
        net_.metrics.convention = MacConvention::kTorchprofile;
      } else if (*convention != "fvcore") {
        reader.error("convention", "must be fvcore or torchprofile, got \"" + *convention + "\"");
      }
    }
    constexpr double kMost = 1e15;
    net_.metrics.macs_constant =
        reader.integer("constant", Presence::kOptional, 0, kMost).value_or(0);
    if (const json* added = reader.object("per_repetition", Presence::kOptional)) {
      ObjectReader fields(*added, reader.pointer("per_repetition"), errors_);
      for (const BlockUse& use : net_.blocks) {
        if (const auto count = fields.integer(use.name, Presence::kOptional, 0, kMost))
          net_.metrics.macs_per_repetition[use.name] = *count;
      }
      fields.finish();
    }
    reader.finish();
  }

  // {"batch": 1, "decode": {"steps": 30, "beam": 5}}
  void read_latency(const json& latency, const std::string& pointer, bool networks_are_sound) {
    ObjectReader reader(latency, pointer, errors_);
    if (const auto batch = reader.integer("batch", Presence::kRequired, 1, 4096))
      net_.latency_batch = *batch;
    if (const json* decode = reader.object("decode", Presence::kOptional)) {
      ObjectReader fields(*decode, reader.pointer("decode"), errors_);
      const auto steps = fields.integer("steps", Presence::kRequired, 1, 65536);
      const auto beam = fields.integer("beam", Presence::kRequired, 1, 1024);
      fields.finish();
      if (steps && beam)
        net_.decoding = {static_cast<std::size_t>(*steps), static_cast<std::size_t>(*beam)};
      if (networks_are_sound && !net_.network(Genome(net_.space.size())).decoder_begin)
        reader.error("decode",
                     "there is no decoder: a token_embedding with \"decoder\" begins one");
    }
    reader.finish();
  }

  void read_baselines(const json& list, const std::string& pointer) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      ObjectReader reader(list[i], indexed_pointer(pointer, i), errors_);
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
};

}  // namespace

std::optional<Supernet> load_manifest(std::string_view text, FieldErrors& errors) {
  return ManifestLoader(errors).load(text);
}

}  // namespace quarry::search
