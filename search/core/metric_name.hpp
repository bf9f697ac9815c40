// A study may ask for one metric at several places as metrics of their own: "latency_ms@phone" is
// the metric latency_ms at the place phone. What such a name is made of; the table of metrics knows
// only the part before the '@'. Tested by tests/search/metric_name_test.cpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace quarry::search {

// "latency_ms" of "latency_ms@phone" and of "latency_ms".
inline std::string_view metric_of(std::string_view name) { return name.substr(0, name.find('@')); }

// "phone" of "latency_ms@phone"; empty where the name has no place.
inline std::string_view place_of(std::string_view name) {
  const std::size_t at = name.find('@');
  return at == std::string_view::npos ? std::string_view() : name.substr(at + 1);
}

// What a place may be called: so that names can stand in conditions ("latency_ms@phone <= 10") and
// in the heads of CSV files.
inline bool is_place(std::string_view place) {
  constexpr std::size_t kLongest = 64;
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_.-=:").find(c) != std::string_view::npos;
  };
  return !place.empty() && place.size() <= kLongest && std::ranges::all_of(place, allowed);
}

inline constexpr const char* kPlaceRule = "must be 1 to 64 letters, digits and any of _ . - = :";

}  // namespace quarry::search
