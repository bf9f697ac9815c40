// A chosen trial in the forms in which it is taken away.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "evaluators/supernet_library.hpp"
#include "search/core/genome.hpp"

namespace quarry::server {

// Everything that an export says.
struct TrialForExport {
  const evaluators::LoadedSupernet& supernet;
  const nlohmann::ordered_json& trial;  // as GET /v1/studies/{id}/trials/{number} shows it
  const nlohmann::json& spec;           // of the study
  std::string study;
  std::string study_name;
  std::int64_t number = 0;
  search::Genome genome;
  std::map<std::string, std::string> machines;  // text by id of its measurements' fingerprints
  bool is_builtin = true;                       // the supernet is in every quarry binary
};

// The quantization policy operator by operator: precision, the tensor that is rounded, and how.
nlohmann::ordered_json policy_document(const TrialForExport& chosen);

// What was found, how it was measured and on what, and the commands that measure it again.
nlohmann::ordered_json card_document(const TrialForExport& chosen);

}  // namespace quarry::server
