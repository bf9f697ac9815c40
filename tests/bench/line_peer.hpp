// Another program as a child process: a line asks, a line answers.
#pragma once

#include <sys/types.h>

#include <cstdio>
#include <optional>
#include <string>
#include <vector>

namespace quarry::bench {

class LinePeer {
 public:
  // The program by its path or by a name on PATH, then its arguments; the named environment
  // variables are not passed on.
  explicit LinePeer(const std::vector<std::string>& command,
                    const std::vector<std::string>& without = {});
  ~LinePeer();
  LinePeer(const LinePeer&) = delete;
  LinePeer& operator=(const LinePeer&) = delete;

  // Nothing when the peer is not there, or no more.
  std::optional<std::string> ask(const std::string& line);

 private:
  pid_t pid_ = -1;
  FILE* ask_ = nullptr;
  FILE* answer_ = nullptr;
};

}  // namespace quarry::bench
