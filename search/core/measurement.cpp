// Names of measurement sources, as the API shows them, and which samples are kept.
#include "search/core/measurement.hpp"

#include <algorithm>
#include <cmath>

namespace quarry::search {
namespace {

// Nobody sees more of a sample, and sixteen digits of each would be most of a trial's document.
double rounded(double value) {
  if (value == 0.0 || !std::isfinite(value)) return value;
  const double scale = std::pow(10.0, 5.0 - std::floor(std::log10(std::abs(value))));
  return std::round(value * scale) / scale;
}

}  // namespace

std::vector<double> thinned(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t count = std::min(values.size(), kMostSampleValues);
  std::vector<double> kept;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t place = count == values.size() ? i : i * (values.size() - 1) / (count - 1);
    kept.push_back(rounded(values[place]));
  }
  return kept;
}

std::string to_text(Source source) {
  switch (source) {
    case Source::kExact:
      return "exact";
    case Source::kMeasured:
      return "measured";
    case Source::kPredicted:
      return "predicted";
    case Source::kImported:
      return "imported";
    case Source::kReported:
      return "reported";
  }
  return "unknown";
}

}  // namespace quarry::search
