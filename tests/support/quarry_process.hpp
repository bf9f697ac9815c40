// The true quarry binary as a child process: a server on a free port, or a command and what it
// printed.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

extern char** environ;

namespace quarry::test {

struct CommandResult {
  int code = -1;
  std::string out;
  std::string err;
};

inline std::string read_all(int descriptor) {
  std::string text;
  char chunk[4096];
  for (ssize_t got = 0; (got = read(descriptor, chunk, sizeof chunk)) > 0;)
    text.append(chunk, static_cast<std::size_t>(got));
  close(descriptor);
  return text;
}

class Child {
 public:
  // Starts QUARRY_BINARY with these arguments; stdout and stderr go to pipes. environment: beside
  // this process's own.
  explicit Child(const std::vector<std::string>& arguments,
                 std::vector<std::string> environment = {}) {
    int out[2];
    int err[2];
    if (pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);
    std::vector<std::string> words = {QUARRY_BINARY};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    std::vector<char*> variables;
    for (std::string& variable : environment) variables.push_back(variable.data());
    for (char** variable = environ; *variable != nullptr; ++variable)
      variables.push_back(*variable);
    variables.push_back(nullptr);
    const int failed =
        posix_spawn(&pid_, QUARRY_BINARY, &actions, nullptr, pointers.data(), variables.data());
    posix_spawn_file_actions_destroy(&actions);
    close(out[1]);
    close(err[1]);
    out_ = out[0];
    err_ = err[0];
    if (failed != 0) throw std::runtime_error(std::string("cannot start ") + QUARRY_BINARY);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    for (const int descriptor : {out_, err_}) {
      if (descriptor >= 0) close(descriptor);
    }
  }

  // One line of stdout without its end; empty at the end of the output.
  std::string line() {
    std::string text;
    char letter = 0;
    while (read(out_, &letter, 1) == 1 && letter != '\n') text += letter;
    return text;
  }

  // Sends a signal and waits for the end.
  int end(int signal) {
    ::kill(pid_, signal);
    return wait();
  }

  // Waits for the end; the exit code, or 128 and the signal that ended it.
  int wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  pid_t pid() const { return pid_; }

  CommandResult finish() {
    CommandResult result;
    result.out = read_all(out_);
    result.err = read_all(err_);
    out_ = err_ = -1;
    result.code = wait();
    return result;
  }

 private:
  pid_t pid_ = -1;
  int out_ = -1;
  int err_ = -1;
};

inline CommandResult quarry(const std::vector<std::string>& arguments) {
  return Child(arguments).finish();
}

struct DidNotStart : std::runtime_error {
  DidNotStart(const std::string& what, int exit_code) : std::runtime_error(what), code(exit_code) {}
  int code;  // as Child::wait() gives it
};

class ServerProcess {
 public:
  explicit ServerProcess(const std::string& data, std::vector<std::string> environment = {},
                         const std::string& listen = "127.0.0.1:0")
      : child_({"serve", "--listen", listen, "--data", data}, std::move(environment)) {
    // "... serving http://127.0.0.1:40123 (data in ...)"
    const std::string line = child_.line();
    const std::size_t begin = line.find("http://");
    if (begin == std::string::npos) {
      const int code = line.empty() ? child_.wait() : child_.end(SIGTERM);
      throw DidNotStart(
          "the server did not start: \"" + line + "\", exit code " + std::to_string(code), code);
    }
    url_ = line.substr(begin, line.find(' ', begin) - begin);
  }

  const std::string& url() const { return url_; }
  pid_t pid() const { return child_.pid(); }
  int end(int signal) { return child_.end(signal); }
  int wait() { return child_.wait(); }

 private:
  Child child_;
  std::string url_;
};

}  // namespace quarry::test
