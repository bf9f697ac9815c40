// Tested by tests/evaluators/dynast_config_test.cpp.
#include "evaluators/imports/dynast_config.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "search/supernets/json_fields.hpp"

namespace quarry::evaluators {
namespace {

struct DynastSupernet {
  std::string_view name;
  bool is_once_for_all = false;  // beside the genes: a width that nobody chose, the resolution
};

constexpr std::array<DynastSupernet, 9> kDynastSupernets = {{
    {"ofa_mbv3_d234_e346_k357_w1.0", true},
    {"ofa_mbv3_d234_e346_k357_w1.2", true},
    {"ofa_proxyless_d234_e346_k357_w1.3", true},
    {"ofa_resnet50", true},
    {"inc_quantization_ofa_resnet50", true},
    {"transformer_lt_wmt_en_de"},
    {"bert_base_sst2"},
    {"bert_base_sst2_quantized"},
    {"vit_base_imagenet"},
}};

// Numbers are written as JSON writes them, texts in single quotes.
std::string python_value(const search::Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return search::value_to_json(value).dump();
  std::string quoted = "'";
  for (const char letter : *text) {
    if (letter == '\'' || letter == '\\') quoted += '\\';
    quoted += letter;
  }
  return quoted + "'";
}

std::string python_list(const search::SearchSpace& space, const search::Parameter& parameter,
                        const search::Genome& genome) {
  std::string list = "[";
  for (std::size_t i = 0; i < parameter.count; ++i) {
    const std::size_t gene = parameter.first_gene + i;
    list += (i == 0 ? "" : ", ") + python_value(space.genes()[gene].choices[genome[gene]]);
  }
  return list + "]";
}

}  // namespace

std::optional<std::string> dynast_config(const search::Supernet& supernet,
                                         const search::Genome& genome) {
  const auto known = std::ranges::find(kDynastSupernets, supernet.name, &DynastSupernet::name);
  if (known == kDynastSupernets.end()) return std::nullopt;
  std::string dict = "{";
  const auto add = [&](const std::string& name, const std::string& value) {
    dict += (dict.size() == 1 ? "'" : ", '") + name + "': " + value;
  };
  const std::string resolution = "[" + std::to_string(supernet.input.sizes.back()) + "]";
  bool needs_resolution = known->is_once_for_all;
  if (known->is_once_for_all) add("wid", "None");
  for (const search::Parameter& parameter : supernet.space.parameters()) {
    // DyNAS-T has the quantization policy behind the architecture.
    if (needs_resolution && parameter.name.starts_with("q_")) {
      add("r", resolution);
      needs_resolution = false;
    }
    add(parameter.name, python_list(supernet.space, parameter, genome));
  }
  if (needs_resolution) add("r", resolution);
  return dict + "}";
}

}  // namespace quarry::evaluators
