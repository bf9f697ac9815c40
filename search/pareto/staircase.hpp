// A front of two objectives in a balanced tree by the first, so by descending second, and the area
// that it dominates: the hypervolume of Zitzler and Thiele (1998), kept up to date as points join.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <map>
#include <vector>

namespace quarry::search {

class Staircase {
 public:
  struct Step {
    double second = 0.0;
    std::size_t id = 0;
    std::size_t arrival = 0;  // how many points joined before
  };

  // False, and nothing changes, where a member dominates or equals the point. Otherwise it joins,
  // and the ids of the members that it dominates are added to `removed`. O(log n) amortised.
  bool insert(double first, double second, std::size_t id, std::vector<std::size_t>& removed);

  // What insert would add to the area: O(log n) and a step per member that would go.
  double gain(double first, double second) const;

  // Members beyond the reference stay, but have no area. O(n).
  void set_reference(double first, double second);

  // 0 without a reference. Only ever grows by what is newly covered, so no error builds up.
  double area() const { return area_; }

  // By the first objective.
  const std::map<double, Step>& steps() const { return steps_; }

 private:
  static constexpr double kNowhere = -std::numeric_limits<double>::infinity();

  std::map<double, Step> steps_;
  std::size_t arrivals_ = 0;
  std::array<double, 2> reference_ = {kNowhere, kNowhere};
  double area_ = 0.0;
};

}  // namespace quarry::search
