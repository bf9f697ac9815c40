// A small GET beside the least that a Beast server can do, in turn, loaded by wrk where it is
// there.
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <thread>

#include "tests/bench/service/bare_server.hpp"
#include "tests/bench/service/sections.hpp"
#include "tests/support/quarry_process.hpp"

namespace quarry::bench {
namespace {

constexpr int kConnections = 64;
constexpr int kSeconds = 3;
constexpr int kRounds = 5;

// The bare server in a process of its own, as the other is.
class BareProcess {
 public:
  BareProcess() {
    std::array<int, 2> port{};
    if (pipe(port.data()) != 0) throw std::runtime_error("pipe");
    process_ = fork();
    if (process_ == 0) {
      close(port[0]);
      serve_bare(R"({"status":"ok"})", port[1]);
      _exit(0);
    }
    close(port[1]);
    std::uint16_t number = 0;
    if (read(port[0], &number, sizeof number) != sizeof number)
      throw std::runtime_error("the bare server did not start");
    close(port[0]);
    url_ = "http://127.0.0.1:" + std::to_string(number);
  }
  ~BareProcess() {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }
  const std::string& url() const { return url_; }
  pid_t pid() const { return process_; }

 private:
  pid_t process_ = -1;
  std::string url_;
};

std::string output_of(const std::string& command) {
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return "";
  std::string text;
  std::array<char, 4096> chunk{};
  while (const std::size_t got = fread(chunk.data(), 1, chunk.size(), pipe))
    text.append(chunk.data(), got);
  pclose(pipe);
  return text;
}

double wrk_rate(const std::string& url) {
  const std::string text =
      output_of(fmt::format("wrk -t1 -c{} -d{}s {}/healthz 2>&1", kConnections, kSeconds, url));
  const std::size_t at = text.find("Requests/sec:");
  if (at == std::string::npos || text.find("Non-2xx") != std::string::npos)
    throw std::runtime_error("wrk says: " + text);
  return std::stod(text.substr(at + 13));
}

// Where wrk is not there: as many connections, a thread each.
double own_rate(const std::string& url) {
  std::atomic<std::uint64_t> answered = 0;
  {
    std::vector<std::jthread> clients;
    const Stopwatch watch;
    for (int i = 0; i < kConnections; ++i) {
      clients.emplace_back([&] {
        Connection connection(url);
        while (watch.seconds() < kSeconds) {
          if (connection.call("GET", "/healthz").status == 200) ++answered;
        }
      });
    }
    clients.clear();
  }
  return static_cast<double>(answered) / kSeconds;
}

// Of each round.
struct Rate {
  std::vector<double> per_second;
  std::vector<double> microseconds;  // of processor time, each
};

}  // namespace

void get_section(Report& report, const ServiceOptions& options) {
  const BareProcess bare;
  const test::ServerProcess quarry(options.folder + "/gets");
  const bool has_wrk = !output_of("command -v wrk").empty();
  std::array<Rate, 2> rates;
  std::vector<double> ratios;
  const auto measure = [&](Rate& rate, const std::string& url, pid_t process) {
    const double before = processor_seconds(process);
    const double found = has_wrk ? wrk_rate(url) : own_rate(url);
    rate.per_second.push_back(found);
    rate.microseconds.push_back((processor_seconds(process) - before) / (found * kSeconds) * 1e6);
  };
  for (int round = 0; round < kRounds; ++round) {
    measure(rates[0], bare.url(), bare.pid());
    measure(rates[1], quarry.url(), quarry.pid());
    ratios.push_back(rates[1].per_second.back() / rates[0].per_second.back());
  }
  report.add(
      {.figure = fmt::format("GET /healthz, requests of a bare Beast server's, {}",
                             has_wrk ? "wrk, 64 connections" : "own load, 64 connections"),
       .value = median(ratios),
       .unit = "share",
       .target = ">= 0.85",
       .holds = median(ratios) >= 0.85,
       .note = fmt::format("{:.0f}/s beside {:.0f}/s; {:.1f} and {:.1f} us of processor time",
                           median(rates[1].per_second), median(rates[0].per_second),
                           median(rates[1].microseconds), median(rates[0].microseconds))});
}

}  // namespace quarry::bench
