// Tested against every built-in manifest by tests/contracts/manifest_schema.py.
#include "search/supernets/schema.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "search/blocks/block.hpp"

namespace quarry::search {
namespace {

using nlohmann::ordered_json;

ordered_json object(const ordered_json& properties, const std::vector<std::string>& required = {}) {
  ordered_json schema = {
      {"type", "object"}, {"properties", properties}, {"additionalProperties", false}};
  if (!required.empty()) schema["required"] = required;
  return schema;
}

ordered_json whole(std::int64_t least, std::int64_t most) {
  return {{"type", "integer"}, {"minimum", least}, {"maximum", most}};
}

ordered_json list_of(const ordered_json& items) { return {{"type", "array"}, {"items", items}}; }
ordered_json reference(const char* name) { return {{"$ref", std::string("#/$defs/") + name}}; }

ordered_json value_of(const OptionSpec& spec) {
  constexpr const char* kTypes[] = {"boolean", "integer", "number", "string"};
  ordered_json schema = {{"type", kTypes[static_cast<std::size_t>(spec.type)]}};
  if (std::isfinite(spec.min)) schema["minimum"] = spec.min;
  if (std::isfinite(spec.max)) schema["maximum"] = spec.max;
  if (!spec.allowed.empty()) schema["enum"] = spec.allowed;
  return schema;
}

ordered_json parameter_of(const OptionSpec& spec) {
  const ordered_json value = value_of(spec);
  ordered_json schema = {
      {"description", spec.help},
      {"anyOf",
       {value,
        object({{"by_repetition", {{"type", "array"}, {"items", value}, {"minItems", 1}}}},
               {"by_repetition"}),
        reference("gene_reference")}}};
  std::visit([&](const auto& fallback) { schema["default"] = fallback; }, spec.fallback);
  return schema;
}

ordered_json block_of(const BlockKind& kind) {
  ordered_json parameters = ordered_json::object();
  for (const OptionSpec& spec : kind.parameters) parameters[spec.name] = parameter_of(spec);
  ordered_json schema =
      object({{"block", {{"const", kind.name}}},
              {"name", {{"type", "string"}}},
              {"repeat", reference("repeat")},
              {"number_from", whole(0, 1024)},
              {"parameters", object(parameters)},
              {"tensors", {{"type", "object"}, {"additionalProperties", {{"type", "string"}}}}}},
             {"block", "name"});
  schema["description"] = kind.summary;
  return schema;
}

ordered_json definitions() {
  const ordered_json text = {{"type", "string"}};
  const ordered_json value = {{"type", {"number", "string"}}};
  const ordered_json values = {{"type", "array"}, {"items", value}, {"minItems", 1}};
  return {
      {"gene_reference", object({{"gene", text},
                                 {"first", whole(0, 4096)},
                                 {"step", whole(1, 4096)},
                                 {"map", {{"type", "array"}}},
                                 {"otherwise", reference("gene_reference")}},
                                {"gene"})},
      {"repeat",
       {{"anyOf",
         {whole(1, 1024), text,
          object({{"gene", text}, {"plus", whole(-1024, 1024)}, {"map", list_of(whole(0, 1024))}},
                 {"gene"})}}}},
      {"run", object({{"count", whole(1, 4096)},
                      {"per", whole(1, 4096)},
                      {"below", text},
                      {"plus", whole(-1024, 1024)},
                      {"when", text},
                      {"is", values}},
                     {"count"})},
      {"gene", object({{"name", text},
                       {"count", whole(1, 4096)},
                       {"kind", {{"enum", {"ordinal", "categorical"}}}},
                       {"choices",
                        {{"type", "array"},
                         {"items", value},
                         {"minItems", 1},
                         {"maxItems", 256},
                         {"uniqueItems", true}}},
                       {"active_below", text},
                       {"active",
                        {{"anyOf",
                          {list_of(reference("run")),
                           object({{"each", text}, {"is", values}}, {"each", "is"})}}}},
                       {"same", list_of(object({{"member", whole(0, 4095)}, {"choices", values}},
                                               {"choices"}))}},
                      {"name", "choices"})}};
}

}  // namespace

ordered_json manifest_schema() {
  const ordered_json text = {{"type", "string"}};
  ordered_json blocks = ordered_json::array();
  for (const BlockKind& kind : block_registry()) blocks.push_back(block_of(kind));
  const ordered_json size = whole(1, 65536);
  const std::int64_t most = 1'000'000'000'000'000;
  ordered_json schema = object(
      {{"quarry_manifest", {{"const", 1}}},
       {"name", {{"type", "string"}, {"pattern", "^[a-z0-9_-][a-z0-9_.-]{0,63}$"}}},
       {"summary", text},
       {"input",
        {{"anyOf",
          {object(
               {{"shape", {{"type", "array"}, {"items", size}, {"minItems", 1}, {"maxItems", 4}}}},
               {"shape"}),
           object({{"tokens", size}, {"vocabulary", whole(2, 1 << 24)}},
                  {"tokens", "vocabulary"})}}}},
       {"parameters", {{"type", "array"}, {"items", reference("gene")}, {"minItems", 1}}},
       {"network", {{"type", "array"}, {"items", {{"anyOf", blocks}}}, {"minItems", 1}}},
       {"metrics",
        object(
            {{"macs", object({{"convention", {{"enum", {"fvcore", "torchprofile"}}}},
                              {"constant", whole(0, most)},
                              {"per_repetition",
                               {{"type", "object"}, {"additionalProperties", whole(0, most)}}}})},
             {"params", object({{"without", list_of(text)}}, {"without"})}})},
       {"baselines",
        list_of(object({{"name", text}, {"summary", text}, {"config", {{"type", "object"}}}},
                       {"name", "config"}))},
       {"weights", text},
       {"validation", object({{"dataset", text}}, {"dataset"})},
       {"latency", object({{"batch", whole(1, 4096)},
                           {"decode", object({{"steps", whole(1, 65536)}, {"beam", whole(1, 1024)}},
                                             {"steps", "beam"})}},
                          {"batch"})}},
      {"quarry_manifest", "name", "input", "parameters", "network"});
  schema["$defs"] = definitions();
  ordered_json document = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                           {"title", "Quarry supernet manifest"}};
  document.update(schema);
  return document;
}

}  // namespace quarry::search
