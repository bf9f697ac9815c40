// Bytes to a server on loopback and bytes back, for what the client does not send: halves of
// requests, headers of its own.
#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "server/http/client.hpp"

namespace quarry::test {

class RawConnection {
 public:
  explicit RawConnection(std::uint16_t port) : descriptor_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      close(descriptor_);
      throw server::ConnectionError("nobody listens");
    }
  }
  RawConnection(const RawConnection&) = delete;
  RawConnection& operator=(const RawConnection&) = delete;
  ~RawConnection() { close(descriptor_); }

  // False when the server has hung up.
  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void end_sending() const { shutdown(descriptor_, SHUT_WR); }

  // Everything until the server closes.
  std::string receive() const {
    std::string answer;
    char chunk[65536];
    for (ssize_t got = 0; (got = recv(descriptor_, chunk, sizeof chunk, 0)) > 0;)
      answer.append(chunk, static_cast<std::size_t>(got));
    return answer;
  }

 private:
  int descriptor_;
};

// A POST with a header that the client does not send, to "http://127.0.0.1:PORT".
inline server::Response post_with(const std::string& url, const std::string& target,
                                  const std::string& header, const std::string& body) {
  const auto port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
  const RawConnection connection(port);
  connection.send("POST " + target +
                  " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n" + header +
                  "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) +
                  "\r\n\r\n" + body);
  const std::string answer = connection.receive();
  const std::size_t end = answer.find("\r\n\r\n");
  if (end == std::string::npos) throw server::ConnectionError("the server broke off");
  return {.status = static_cast<unsigned>(std::stoi(answer.substr(9, 3))),
          .body = answer.substr(end + 4)};
}

}  // namespace quarry::test
