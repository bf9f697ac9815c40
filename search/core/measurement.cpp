// Names of measurement sources, as the API shows them.
#include "search/core/measurement.hpp"

namespace quarry::search {

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
