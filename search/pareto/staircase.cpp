// Tested by tests/search/archive_test.cpp.
#include "search/pareto/staircase.hpp"

#include <algorithm>

namespace quarry::search {

bool Staircase::insert(double first, double second, std::size_t id,
                       std::vector<std::size_t>& removed) {
  auto next = steps_.lower_bound(first);
  if (next != steps_.begin() && std::prev(next)->second.second <= second) return false;
  if (next != steps_.end() && !(first < next->first) && next->second.second <= second) return false;
  area_ += gain(first, second);
  while (next != steps_.end() && next->second.second >= second) {
    removed.push_back(next->second.id);
    next = steps_.erase(next);
  }
  steps_.emplace_hint(next, first, Step{.second = second, .id = id, .arrival = arrivals_++});
  return true;
}

double Staircase::gain(double first, double second) const {
  if (!(first < reference_[0] && second < reference_[1])) return 0.0;
  auto next = steps_.lower_bound(first);
  double left = first;
  double top = reference_[1];
  if (next != steps_.begin()) top = std::min(top, std::prev(next)->second.second);
  if (top <= second) return 0.0;
  double gained = 0.0;
  for (; next != steps_.end() && next->first < reference_[0]; ++next) {
    gained += (next->first - left) * (top - second);
    if (next->second.second <= second) return gained;
    left = next->first;
    top = std::min(top, next->second.second);
  }
  return gained + (reference_[0] - left) * (top - second);
}

void Staircase::set_reference(double first, double second) {
  reference_ = {first, second};
  area_ = 0.0;
  double top = second;
  for (const auto& [left, step] : steps_) {
    if (left >= first) break;
    if (step.second >= top) continue;
    area_ += (first - left) * (top - step.second);
    top = step.second;
  }
}

}  // namespace quarry::search
