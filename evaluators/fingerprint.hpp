// What machine a measurement was made on. Measurements of two fingerprints never mix unmarked.
#pragma once

#include <optional>
#include <string>
#include <utility>

namespace quarry::evaluators {

struct Fingerprint {
  std::string cpu;       // "AMD EPYC" as the kernel names it
  std::string isa;       // what oneDNN makes of it: "avx512_core_bf16"
  int cores = 1;         // that this process may use
  std::string governor;  // of the first core; "unknown" where the kernel does not say
  std::string onednn;    // version
  int threads = 1;       // of the measurement
  bool operator==(const Fingerprint&) const = default;
};

Fingerprint machine_fingerprint(int threads);

// One line; two fingerprints are equal iff their texts are.
std::string to_text(const Fingerprint& fingerprint);

// The inverse of to_text; nothing when the text is another's.
std::optional<Fingerprint> fingerprint_from_text(const std::string& text);

// Id and text of this machine with so many threads.
std::pair<std::string, std::string> identify_machine(int threads);

// "fp_" and 16 hex digits of the text's hash: the id that measurements carry.
std::string fingerprint_id(const Fingerprint& fingerprint);

}  // namespace quarry::evaluators
