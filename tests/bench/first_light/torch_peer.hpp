// torch_peer.py as a child process: a line asks, a line answers.
#pragma once

#include <cstddef>
#include <cstdio>
#include <optional>
#include <string>

#include <sys/types.h>

namespace quarry::bench {

class TorchPeer {
 public:
  TorchPeer();
  ~TorchPeer();
  TorchPeer(const TorchPeer&) = delete;
  TorchPeer& operator=(const TorchPeer&) = delete;

  struct Answer {
    std::optional<double> value;
    std::string absent;  // why there is none
  };
  Answer median_ms(const std::string& precision, std::size_t batch, int threads);

 private:
  pid_t pid_ = -1;
  FILE* ask_ = nullptr;
  FILE* answer_ = nullptr;
};

}  // namespace quarry::bench
