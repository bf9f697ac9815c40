// Kept connections, event streams and what a process costs, over plain sockets.
#include "tests/bench/service/load.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <fstream>
#include <sstream>

namespace quarry::bench {
namespace {

[[noreturn]] void fail(const std::string& doing) {
  throw std::runtime_error(doing + ": " + std::strerror(errno));
}

// Of the header with this name (as the server spells it) in a head; empty when it is not there.
std::string field(const std::string& head, const std::string& name) {
  const std::size_t at = head.find("\r\n" + name + ": ");
  if (at == std::string::npos) return "";
  const std::size_t begin = at + name.size() + 4;
  return head.substr(begin, head.find("\r\n", begin) - begin);
}

}  // namespace

Connection::Connection(const std::string& url) {
  const std::size_t colon = url.rfind(':');
  socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(url.substr(colon + 1))));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    close(socket_);
    fail("cannot connect to " + url);
  }
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

Connection::~Connection() { close(socket_); }

void Connection::send(const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t sent = ::send(socket_, text.data() + done, text.size() - done, MSG_NOSIGNAL);
    if (sent <= 0) fail("the server took no more");
    done += static_cast<std::size_t>(sent);
  }
}

// False at the end of the connection.
bool Connection::receive_more() {
  char chunk[65536];
  const ssize_t got = recv(socket_, chunk, sizeof chunk, 0);
  if (got < 0) fail("the server gave no more");
  received_.append(chunk, static_cast<std::size_t>(got));
  return got > 0;
}

// Where the body begins.
std::size_t Connection::receive_head() {
  while (true) {
    const std::size_t end = received_.find("\r\n\r\n");
    if (end != std::string::npos) return end + 4;
    if (!receive_more()) throw std::runtime_error("the server ended the connection");
  }
}

Answer Connection::call(const std::string& method, const std::string& target,
                        const std::string& body) {
  std::string request = method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
  if (!body.empty())
    request +=
        "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  send(request + "\r\n" + body);
  const std::size_t begin = receive_head();
  const std::string head = received_.substr(0, begin - 2);
  Answer answer{.status = static_cast<unsigned>(std::stoul(head.substr(9, 3)))};
  const std::string length = field(head, "Content-Length");
  const std::size_t size = length.empty() ? 0 : std::stoul(length);
  while (received_.size() < begin + size) {
    if (!receive_more()) throw std::runtime_error("the server ended the connection");
  }
  answer.body = received_.substr(begin, size);
  received_.erase(0, begin + size);
  return answer;
}

json Connection::expect(unsigned status, const std::string& method, const std::string& target,
                        const json& body) {
  const Answer answer = call(method, target, body.is_null() ? "" : body.dump());
  if (answer.status != status)
    throw std::runtime_error(method + " " + target + " was answered " +
                             std::to_string(answer.status) + ": " + answer.body.substr(0, 500));
  return answer.body.empty() ? json() : answer.document();
}

void Connection::stream(
    const std::string& target,
    const std::function<bool(std::int64_t id, const std::string& type)>& on_event) {
  send("GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
  const std::size_t begin = receive_head();
  if (received_.substr(9, 3) != "200") throw std::runtime_error("no events: " + received_);
  received_.erase(0, begin);
  std::size_t used = 0;
  while (true) {
    const std::size_t end = received_.find("\n\n", used);
    if (end == std::string::npos) {
      received_.erase(0, std::exchange(used, 0));
      if (!receive_more()) return;
      continue;
    }
    const std::string_view event(received_.data() + used, end - used);
    used = end + 2;
    if (!event.starts_with("id: ")) continue;  // a heartbeat
    std::int64_t id = 0;
    std::from_chars(event.data() + 4, event.data() + event.size(), id);
    const std::size_t type = event.find("\nevent: ") + 8;
    if (!on_event(id, std::string(event.substr(type, event.find('\n', type) - type)))) return;
  }
}

double resident_megabytes(pid_t process) {
  long pages = 0;
  long resident = 0;
  std::ifstream("/proc/" + std::to_string(process) + "/statm") >> pages >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

double processor_seconds(pid_t process) {
  std::string text;
  std::getline(std::ifstream("/proc/" + std::to_string(process) + "/stat"), text);
  // What follows the name in brackets: fields 14 and 15 of all are user and system time.
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0.0;
  double system = 0.0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double quantile(std::vector<double> values, double share) {
  if (values.empty()) throw std::runtime_error("no values");
  std::ranges::sort(values);
  const auto at = static_cast<std::size_t>(share * static_cast<double>(values.size()));
  return values[std::min(at, values.size() - 1)];
}

std::pair<double, double> fdatasync_ms(const std::string& folder, int count) {
  const std::string path = folder + "/fdatasync";
  const int file = open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  if (file < 0) fail("cannot write " + path);
  const std::string page(4096, 'x');
  std::vector<double> times;
  for (int i = 0; i < count; ++i) {
    const Stopwatch watch;
    if (write(file, page.data(), page.size()) < 0 || fdatasync(file) != 0) fail(path);
    times.push_back(watch.seconds() * 1e3);
  }
  close(file);
  unlink(path.c_str());
  return {quantile(times, 0.5), quantile(times, 0.99)};
}

}  // namespace quarry::bench
