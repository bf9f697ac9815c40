// A trust region over genomes: the networks within a number of changed genes of the front. It
// doubles after three batches that reached the front in a row and halves after four that did not
// (Eriksson et al. 2019, NeurIPS 32, section 3, distances counted in genes).
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "search/core/genome.hpp"

namespace quarry::search {

class TrustRegion {
 public:
  explicit TrustRegion(std::size_t genes)
      : genes_(genes), radius_(std::max<std::size_t>(kLeast, genes / 5)) {}

  void adapt(bool reached_front) {
    successes_ = reached_front ? successes_ + 1 : 0;
    failures_ = reached_front ? 0 : failures_ + 1;
    if (successes_ == kSuccesses) resize(2 * radius_);
    if (failures_ == kFailures) resize(radius_ / 2);
  }

  std::size_t radius() const { return radius_; }

  // 0 inside; outside grows with every gene, faster than any logarithm of an improvement falls.
  double penalty(const Genome& genome, std::span<const Genome> centres) const {
    std::size_t nearest = centres.empty() ? 0 : genome.size();
    for (const Genome& centre : centres) {
      std::size_t changed = 0;
      for (std::size_t g = 0; g < genome.size(); ++g) changed += genome[g] != centre[g] ? 1 : 0;
      nearest = std::min(nearest, changed);
    }
    constexpr double kPerGene = 1000.0;
    return nearest > radius_ ? kPerGene * static_cast<double>(nearest - radius_) : 0.0;
  }

 private:
  static constexpr std::size_t kLeast = 4;
  static constexpr int kSuccesses = 3;
  static constexpr int kFailures = 4;

  void resize(std::size_t radius) {
    radius_ = std::clamp(radius, kLeast, std::max(kLeast, genes_));
    successes_ = failures_ = 0;
  }

  std::size_t genes_;
  std::size_t radius_;
  int successes_ = 0;
  int failures_ = 0;
};

}  // namespace quarry::search
