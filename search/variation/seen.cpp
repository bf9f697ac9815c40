// Tested by tests/search/seen_test.cpp.
#include "search/variation/seen.hpp"

#include <cassert>
#include <cstring>

namespace quarry::search {
namespace {

// Multiply and fold, eight choices at a time. Never iterated, so its values cannot change a search.
std::uint64_t hash_of(std::span<const Choice> genome) {
  constexpr std::uint64_t kFactor = 0x9E3779B97F4A7C15ULL;
  std::uint64_t hash = genome.size() * kFactor;
  const auto mix = [&](std::uint64_t word) {
    hash = (hash ^ word) * kFactor;
    hash ^= hash >> 32;
  };
  std::size_t i = 0;
  for (; i + 8 <= genome.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, genome.data() + i, 8);
    mix(word);
  }
  std::uint64_t rest = 0;
  for (; i < genome.size(); ++i) rest = rest << 8 | genome[i];
  mix(rest);
  return hash * kFactor;
}

}  // namespace

std::pair<std::size_t, bool> SeenGenomes::add(const Genome& genome) {
  if (slots_.empty()) {
    length_ = genome.size();
    slots_.resize(1024);
  }
  assert(genome.size() == length_);
  const std::uint64_t hash = hash_of(genome);
  std::size_t slot = slot_of(genome, hash);
  if (slots_[slot].number != 0) return {slots_[slot].number - 1, false};
  if (2 * (count_ + 1) > slots_.size()) {
    grow();
    slot = slot_of(genome, hash);
  }
  block_.insert(block_.end(), genome.begin(), genome.end());
  slots_[slot] = {.tag = static_cast<std::uint32_t>(hash >> 32),
                  .number = static_cast<std::uint32_t>(++count_)};
  return {count_ - 1, true};
}

std::optional<std::size_t> SeenGenomes::find(const Genome& genome) const {
  if (slots_.empty()) return std::nullopt;
  const Slot& slot = slots_[slot_of(genome, hash_of(genome))];
  if (slot.number == 0) return std::nullopt;
  return slot.number - 1;
}

std::size_t SeenGenomes::slot_of(const Genome& genome, std::uint64_t hash) const {
  const std::size_t mask = slots_.size() - 1;
  const auto tag = static_cast<std::uint32_t>(hash >> 32);
  for (std::size_t slot = hash & mask;; slot = (slot + 1) & mask) {
    if (slots_[slot].number == 0) return slot;
    if (slots_[slot].tag == tag && std::memcmp(block_.data() + (slots_[slot].number - 1) * length_,
                                               genome.data(), length_) == 0)
      return slot;
  }
}

void SeenGenomes::grow() {
  std::vector<Slot> old(slots_.size() * 2);
  old.swap(slots_);
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& entry : old) {
    if (entry.number == 0) continue;
    std::size_t slot = hash_of((*this)[entry.number - 1]) & mask;
    while (slots_[slot].number != 0) slot = (slot + 1) & mask;
    slots_[slot] = entry;
  }
}

}  // namespace quarry::search
