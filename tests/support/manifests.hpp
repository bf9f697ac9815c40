// Loads manifests in tests and shows what was wrong with them as text.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "search/supernets/supernet.hpp"

namespace quarry::test {

inline std::string transcript(const search::FieldErrors& errors) {
  std::string text;
  for (const search::FieldError& error : errors) text += error.pointer + " " + error.detail + "\n";
  return text;
}

inline search::Supernet load(std::string_view manifest) {
  search::FieldErrors errors;
  auto supernet = search::load_manifest(manifest, errors);
  if (!supernet) throw std::runtime_error(transcript(errors));
  return std::move(*supernet);
}

// The built-in supernet of that name.
inline search::Supernet builtin_supernet(std::string_view name) {
  for (const search::BuiltinSupernet& candidate : search::builtin_supernets()) {
    if (candidate.manifest.find("\"name\": \"" + std::string(name) + "\"") !=
        std::string_view::npos)
      return load(candidate.manifest);
  }
  throw std::runtime_error("no built-in supernet " + std::string(name));
}

inline search::Supernet fashion_vit() { return builtin_supernet("fashion_vit"); }

// Of a supernet that has it.
inline const search::Genome& baseline(const search::Supernet& supernet, std::string_view name) {
  for (const search::Baseline& candidate : supernet.baselines) {
    if (candidate.name == name) return candidate.genome;
  }
  throw std::runtime_error("no such baseline");
}

// A small supernet in the manifest's own language; `replace` swaps one piece of it for another.
inline std::string small_manifest(std::string_view replace = "", std::string_view with = "") {
  std::string text = R"({
  "quarry_manifest": 1,
  "name": "small",
  "input": {"shape": [8, 8]},
  "parameters": [
    {"name": "depth", "kind": "ordinal", "choices": [1, 2]},
    {"name": "heads", "kind": "ordinal", "count": 2, "choices": [1, 2], "active_below": "depth"},
    {"name": "precision", "choices": ["f32", "int8"]}
  ],
  "network": [
    {"block": "patch_embedding", "name": "patch", "parameters": {"patch": 4, "dim": 8}},
    {"block": "transformer_encoder", "name": "layer", "repeat": "depth",
     "parameters": {"head_dim": 4, "heads": {"gene": "heads"}, "ffn_width": 16, "fc1_precision": {"gene": "precision"}}},
    {"block": "classifier_head", "name": "head", "parameters": {"classes": 3}}
  ],
  "baselines": [{"name": "small", "config": {"depth": 1, "heads": 1, "precision": "f32"}}]
})";
  if (!replace.empty()) text.replace(text.find(replace), replace.size(), with);
  return text;
}

}  // namespace quarry::test
