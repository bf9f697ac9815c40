#include "tests/bench/first_light/torch_peer.hpp"

#include <cstdlib>

namespace quarry::bench {

// Debian's interpreter: the one that python3-torch is installed for. An older kernel forced on
// OpenBLAS would slow the peer down.
TorchPeer::TorchPeer()
    : peer_({"/usr/bin/python3", QUARRY_SOURCE_DIR "/tests/bench/first_light/torch_peer.py"},
            {"OPENBLAS_CORETYPE"}) {}

TorchPeer::Answer TorchPeer::median_ms(const std::string& precision, std::size_t batch,
                                       int threads) {
  const std::optional<std::string> answer =
      peer_.ask(precision + " " + std::to_string(batch) + " " + std::to_string(threads));
  if (!answer) return {std::nullopt, "absent: python3-torch is not installed (make peers)"};
  if (answer->starts_with("absent")) return {std::nullopt, *answer};
  return {std::strtod(answer->c_str(), nullptr), ""};
}

}  // namespace quarry::bench
