// A study's document, and the JSON it is written in.
#include <nlohmann/json.hpp>

#include "search/supernets/json_fields.hpp"
#include "server/studies/study_spec.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace quarry;

namespace {

// Loaded before the first input: no input is to blame for how long that takes.
const evaluators::SupernetLibrary& library() {
  static const evaluators::SupernetLibrary kLibrary = evaluators::SupernetLibrary::builtin();
  return kLibrary;
}
[[maybe_unused]] const auto data_set_is_here =
    library().find("fashion_vit") -> accuracy_unavailable();

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  search::FieldErrors errors;
  const auto document = search::parse_json(fuzz::text_of(data, size), errors);
  fuzz::require(document.has_value() == errors.empty(), "JSON is read, or its mistake is told");
  if (!document) return 0;
  const auto spec = server::parse_study_spec(*document, library(), errors);
  fuzz::require(spec.has_value() == errors.empty(), "a study is read, or its mistakes are told");
  if (!spec) return 0;
  const auto again = server::parse_study_spec(server::to_json(*spec), library(), errors);
  fuzz::require(again.has_value(), "a study that is shown can be read");
  fuzz::require(*again == *spec, "and is the same");
  return 0;
}
