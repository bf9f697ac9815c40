#include "tests/bench/line_peer.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

namespace quarry::bench {

LinePeer::LinePeer(const std::vector<std::string>& command,
                   const std::vector<std::string>& without) {
  std::signal(SIGPIPE, SIG_IGN);
  std::vector<char*> arguments;
  for (const std::string& argument : command)
    arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  int ask[2];
  int answer[2];
  if (pipe2(ask, O_CLOEXEC) != 0 || pipe2(answer, O_CLOEXEC) != 0) return;
  pid_ = fork();
  if (pid_ == 0) {
    dup2(ask[0], STDIN_FILENO);
    dup2(answer[1], STDOUT_FILENO);
    const int nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDERR_FILENO);
    for (const std::string& variable : without) unsetenv(variable.c_str());
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  close(ask[0]);
  close(answer[1]);
  ask_ = fdopen(ask[1], "w");
  answer_ = fdopen(answer[0], "r");
}

LinePeer::~LinePeer() {
  if (ask_ != nullptr) std::fclose(ask_);
  if (answer_ != nullptr) std::fclose(answer_);
  if (pid_ > 0) waitpid(pid_, nullptr, 0);
}

std::optional<std::string> LinePeer::ask(const std::string& line) {
  if (ask_ == nullptr) return std::nullopt;
  std::fprintf(ask_, "%s\n", line.c_str());
  if (std::fflush(ask_) != 0) return std::nullopt;
  char* text = nullptr;
  std::size_t room = 0;
  const ssize_t length = getline(&text, &room, answer_);
  std::optional<std::string> answer;
  if (length > 0) answer = std::string(text, static_cast<std::size_t>(length));
  std::free(text);
  if (answer && answer->back() == '\n') answer->pop_back();
  return answer;
}

}  // namespace quarry::bench
