// Tested by tests/search/variation_test.cpp.
#include "search/variation/sampling.hpp"

namespace quarry::search {

std::optional<Genome> UnseenSampler::draw(const SeenGenomes& seen, Rng& rng) {
  constexpr int kRandomTries = 64;
  for (int attempt = 0; attempt < kRandomTries; ++attempt) {
    Genome genome = space_.random(rng);
    if (!seen.contains(genome)) return genome;
  }
  return next(seen);
}

std::optional<Genome> UnseenSampler::next(const SeenGenomes& seen) {
  constexpr int kWalkSteps = 1000000;
  const auto genes = space_.genes();
  for (int step = 0; step < kWalkSteps && !walked_out_; ++step) {
    Genome candidate = space_.canonical(cursor_);
    std::size_t digit = 0;
    while (digit < cursor_.size() && ++cursor_[digit] == genes[digit].choices.size())
      cursor_[digit++] = 0;
    walked_out_ = digit == cursor_.size();
    if (!seen.contains(candidate)) return candidate;
  }
  return std::nullopt;
}

std::vector<Genome> corners(const SearchSpace& space) {
  Genome last(space.size());
  for (std::size_t i = 0; i < last.size(); ++i)
    last[i] = static_cast<Choice>(space.genes()[i].choices.size() - 1);
  std::vector<Genome> found = {space.canonical(Genome(space.size(), 0))};
  space.canonicalise(last);
  if (last != found.front()) found.push_back(std::move(last));
  return found;
}

}  // namespace quarry::search
