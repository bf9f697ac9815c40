// The fuzzers without libFuzzer, for the tests: every file of a corpus, then inputs made from them
// that are the same at every run. driver CORPUS [INPUTS [SECONDS]]
#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "search/core/rng.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using quarry::search::Rng;

constexpr std::size_t kLongest = 64 * 1024;

// What parsers trip over.
const std::vector<std::string>& pieces() {
  static const std::vector<std::string> kPieces = {"0",
                                                   "-1",
                                                   "1e999",
                                                   "-0.0",
                                                   "18446744073709551616",
                                                   "9223372036854775807",
                                                   "nan",
                                                   "null",
                                                   "\"\"",
                                                   "[]",
                                                   "{}",
                                                   "[[[[[[[[",
                                                   "{\"a\":",
                                                   "\\u0000",
                                                   "%00",
                                                   "%",
                                                   "%2f",
                                                   "..",
                                                   "\r\n",
                                                   ",,",
                                                   "\"",
                                                   "'",
                                                   "\xff\xfe",
                                                   "\xef\xbb\xbf",
                                                   std::string(8, '\0'),
                                                   std::string(200, '[')};
  return kPieces;
}

std::string changed(std::string text, const std::vector<std::string>& corpus, Rng& random) {
  const auto place = [&] { return random.below(text.size() + 1); };
  for (std::uint64_t changes = 1 + random.below(4); changes > 0; --changes) {
    const std::size_t at = place();
    switch (random.below(6)) {
      case 0:
        if (at < text.size()) text[at] = static_cast<char>(random.below(256));
        break;
      case 1:
        if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1U << random.below(8)));
        break;
      case 2:
        text.erase(at, random.below(16));
        break;
      case 3:
        text.insert(at, pieces()[random.below(pieces().size())]);
        break;
      case 4:  // a piece of its own, again
        text.insert(at, text.substr(place(), random.below(64)));
        break;
      default: {  // the rest of another
        const std::string& other = corpus[random.below(corpus.size())];
        text = text.substr(0, at) +
               other.substr(std::min(other.size(), random.below(other.size() + 1)));
      }
    }
  }
  return text.substr(0, kLongest);
}

void run(const std::string& text) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: " << argv[0] << " CORPUS [INPUTS [SECONDS]]\n";
    return 2;
  }
  const long inputs = argc > 2 ? std::stol(argv[2]) : 0;
  const std::chrono::duration<double> patience(argc > 3 ? std::stod(argv[3]) : 1e9);
  std::vector<std::filesystem::path> files(std::filesystem::directory_iterator(argv[1]), {});
  std::ranges::sort(files);
  std::vector<std::string> corpus;
  for (const std::filesystem::path& file : files) {
    std::ifstream stream(file, std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
  }
  if (corpus.empty()) {
    std::cerr << "there is nothing in " << argv[1] << "\n";
    return 2;
  }
  // Where one ends the process, the last line says which.
  for (std::size_t i = 0; i < corpus.size(); ++i) {
    std::cout << files[i].string() << std::endl;
    run(corpus[i]);
  }
  const std::string last_input = std::string(argv[0]) + ".input";
  Rng random(1);
  const auto begin = std::chrono::steady_clock::now();
  long made = 0;
  while (made < inputs && std::chrono::steady_clock::now() - begin < patience) {
    const std::string& parent = corpus[random.below(corpus.size())];
    const std::string text = changed(parent, corpus, random);
    // Where it ends the process, this is what it was given.
    std::ofstream(last_input, std::ios::binary) << text;
    run(text);
    ++made;
  }
  std::filesystem::remove(last_input);
  std::cout << corpus.size() << " files and " << made << " inputs made of them\n";
  return 0;
}
