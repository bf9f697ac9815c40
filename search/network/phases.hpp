// How a network runs: most at once, an encoder-decoder once for what is read and then step by step
// for what is written, each step for one token of every hypothesis of a beam search.
#pragma once

#include <string>
#include <vector>

#include "search/network/network.hpp"

namespace quarry::search {

struct Decoding {
  std::size_t steps = 1;  // tokens written
  std::size_t beam = 1;   // hypotheses that are kept
  bool operator==(const Decoding&) const = default;
};

// Run `repetitions` times, each on `rows` inputs for every input of the batch. Results that no
// operator of this network reads are wanted too: the next phase finds them in memory.
struct Phase {
  std::string name;
  Network network;
  std::size_t rows = 1;
  std::size_t repetitions = 1;
};

// Precondition: network.decoder_begin. "encoder": everything that does not depend on the decoder's
// tokens, which are the keys and values of the encoder's outputs too. "decode step": one token
// through the decoder. There a Cache stands for what the encoder made, and gathers the keys and
// values of the tokens before; its length is that of the middle step, at which attention costs what
// it costs on average: steps / 2 before this one.
std::vector<Phase> decoding_phases(const Network& network, const Decoding& decoding);

}  // namespace quarry::search
