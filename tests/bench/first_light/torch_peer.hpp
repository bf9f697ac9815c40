// torch_peer.py as a child process.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "tests/bench/line_peer.hpp"

namespace quarry::bench {

class TorchPeer {
 public:
  TorchPeer();

  struct Answer {
    std::optional<double> value;
    std::string absent;  // why there is none
  };
  Answer median_ms(const std::string& precision, std::size_t batch, int threads);

 private:
  LinePeer peer_;
};

}  // namespace quarry::bench
