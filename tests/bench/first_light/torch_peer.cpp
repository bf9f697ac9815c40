#include "tests/bench/first_light/torch_peer.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

namespace quarry::bench {

TorchPeer::TorchPeer() {
  std::signal(SIGPIPE, SIG_IGN);
  int ask[2];
  int answer[2];
  if (pipe2(ask, O_CLOEXEC) != 0 || pipe2(answer, O_CLOEXEC) != 0) return;
  pid_ = fork();
  if (pid_ == 0) {
    dup2(ask[0], STDIN_FILENO);
    dup2(answer[1], STDOUT_FILENO);
    const int nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDERR_FILENO);
    // An older kernel forced on OpenBLAS would slow the peer down.
    unsetenv("OPENBLAS_CORETYPE");
    // Debian's interpreter: the one that python3-torch is installed for.
    execl("/usr/bin/python3", "python3", QUARRY_SOURCE_DIR "/tests/bench/first_light/torch_peer.py",
          nullptr);
    _exit(127);
  }
  close(ask[0]);
  close(answer[1]);
  ask_ = fdopen(ask[1], "w");
  answer_ = fdopen(answer[0], "r");
}

TorchPeer::~TorchPeer() {
  if (ask_ != nullptr) std::fclose(ask_);
  if (answer_ != nullptr) std::fclose(answer_);
  if (pid_ > 0) waitpid(pid_, nullptr, 0);
}

TorchPeer::Answer TorchPeer::median_ms(const std::string& precision, std::size_t batch,
                                       int threads) {
  const Answer missing{std::nullopt, "absent: python3-torch is not installed (make peers)"};
  if (ask_ == nullptr) return missing;
  std::fprintf(ask_, "%s %zu %d\n", precision.c_str(), batch, threads);
  if (std::fflush(ask_) != 0) return missing;
  char line[512];
  if (std::fgets(line, sizeof line, answer_) == nullptr) return missing;
  std::string text(line);
  text.erase(text.find_last_not_of('\n') + 1);
  if (text.starts_with("absent")) return {std::nullopt, text};
  return {std::strtod(text.c_str(), nullptr), ""};
}

}  // namespace quarry::bench
