// A number with where it comes from. Measurements of two fingerprints never mix unmarked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace quarry::search {

enum class Source {
  kExact,      // a closed formula of the Network: macs, params, model_size_bytes
  kMeasured,   // by one of our evaluators
  kPredicted,  // by a model; never on a front
  kImported,   // from a file the user gave
  kReported    // told over the API
};

struct Measurement {
  double value = 0.0;
  double spread =
      0.0;  // half the width of the 95 % confidence interval of value; 0 for exact numbers
  std::int64_t samples = 1;
  Source source = Source::kMeasured;
  std::string
      fingerprint;  // id of the machine's fingerprint; empty where the machine does not matter
  // How the value came about, by name with units ("p95_ms", "drift"); empty where there is no more
  // to say.
  std::map<std::string, double> detail;
  // How the samples lie: in the value's unit, ascending, evenly drawn where there are more than
  // kMostSampleValues. Empty where nobody kept them.
  std::vector<double> sample_values;
  bool operator==(const Measurement&) const = default;
};

inline constexpr std::size_t kMostSampleValues = 32;

// At most so many of the values, ascending: the smallest, the largest and evenly spaced ones of
// those between, to six digits.
std::vector<double> thinned(std::vector<double> values);

std::string to_text(Source source);

}  // namespace quarry::search
