// A whole server, wired: store, studies, workers and HTTP. The only place that knows how the parts
// fit together.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace quarry::server {

struct AppOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;  // 0 takes a free one
  std::string data_folder;
  int workers = 0;  // 0 = one per core
  std::string tls_certificate;
  std::string tls_key;
  double requests_per_second = 0.0;  // of one client; 0 = no limit
};

// Everybody who can connect to such an address is on this machine.
bool is_loopback(const std::string& address);

class App {
 public:
  // Opens the store, listens, and takes up the studies that were running. Throws std::runtime_error
  // that says what to do.
  explicit App(const AppOptions& options);
  ~App();

  std::string url() const;

  // The supernets of the data folder that could not be loaded, and why, one sentence each.
  const std::vector<std::string>& left_out() const;

  // The first token, made because the address is not loopback and there was none: to be shown now
  // and never again. Empty otherwise.
  const std::string& first_token() const;

  // Whether all of the database was searched for damage at this start; one too large to be read in
  // a second was in part. Damage that is found is an exception.
  bool checked_whole() const;

  // Serves on the calling thread until stop() or, if asked to watch for them, SIGINT or SIGTERM.
  void run(bool until_signal);
  void stop();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace quarry::server
