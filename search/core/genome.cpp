// Text form of genomes. Tested by tests/search/search_space_test.cpp.
#include "search/core/genome.hpp"

namespace quarry::search {

std::string to_text(const Genome& genome) {
  std::string text;
  text.reserve(genome.size() * 2);
  for (const Choice choice : genome) {
    if (!text.empty()) text += ',';
    text += std::to_string(static_cast<unsigned>(choice));
  }
  return text;
}

}  // namespace quarry::search
