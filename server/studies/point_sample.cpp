// Tested by tests/server/point_sample_test.cpp.
#include "server/studies/point_sample.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace quarry::server {
namespace {

constexpr std::size_t kFinest = 2048;  // cells a side: more than a screen has dots

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void add(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  std::size_t cell(double value, std::size_t side) const {
    if (!(high > low)) return 0;
    const double share = (value - low) / (high - low);
    return std::min(static_cast<std::size_t>(share * static_cast<double>(side)), side - 1);
  }
};

}  // namespace

std::vector<std::uint32_t> thin_out(std::span<const double> x, std::span<const double> y,
                                    std::span<const std::uint32_t> rows, std::size_t limit) {
  std::vector<std::uint32_t> there;
  Range across;
  Range up;
  for (const std::uint32_t row : rows) {
    if (!std::isfinite(x[row]) || !std::isfinite(y[row])) continue;
    there.push_back(row);
    across.add(x[row]);
    up.add(y[row]);
  }
  if (there.size() <= limit) return there;
  std::vector<std::uint8_t> taken;
  const auto first_of_cells = [&](std::size_t side) {
    std::vector<std::uint32_t> kept;
    taken.assign(side * side, 0);
    for (const std::uint32_t row : there) {
      std::uint8_t& cell = taken[across.cell(x[row], side) * side + up.cell(y[row], side)];
      if (cell == 0) kept.push_back(row);
      if (kept.size() > limit) break;
      cell = 1;
    }
    return kept;
  };
  // The finest grid that leaves few enough; one cell always does, unless nothing may be left.
  std::vector<std::uint32_t> best;
  for (std::size_t fits = 0, too_fine = kFinest + 1; too_fine - fits > 1;) {
    const std::size_t side = fits + (too_fine - fits) / 2;
    std::vector<std::uint32_t> kept = first_of_cells(side);
    if (kept.size() > limit) {
      too_fine = side;
    } else {
      fits = side;
      best = std::move(kept);
    }
  }
  return best;
}

}  // namespace quarry::server
