// Tested end to end by tests/e2e/command_test.cpp.
#include "server/serve_verbs.hpp"

#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <thread>

#include "server/app.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/completion.hpp"
#include "server/http/server.hpp"

namespace quarry::server {
namespace {

// "127.0.0.1:8080", ":8080" or "127.0.0.1".
bool parse_listen(const std::string& text, AppOptions& options) {
  const std::size_t colon = text.rfind(':');
  const std::string address = text.substr(0, colon);
  if (!address.empty()) options.address = address;
  if (colon == std::string::npos) return true;
  const std::string port = text.substr(colon + 1);
  if (port.empty() || port.size() > 5 ||
      port.find_first_not_of("0123456789") != std::string::npos || std::stoi(port) > 65535)
    return false;
  options.port = static_cast<std::uint16_t>(std::stoi(port));
  return true;
}

int serve(const AppOptions& options) {
  App app(options);
  for (const std::string& supernet : app.left_out())
    spdlog::warn("a supernet was left out: {}", supernet);
  if (!app.first_token().empty())
    spdlog::info("made the first token, for administrators; it is not shown again: {}",
                 app.first_token());
  spdlog::info("serving {} (data in {})", app.url(), options.data_folder);
  if (!app.checked_whole())
    spdlog::info(
        "the database is large: it was searched for damage for a second, without finding any; "
        "'quarry backup' reads all of it");
  app.run(true);
  spdlog::info("stopped; studies that were running go on at the next start");
  return 0;
}

// The demo must not fail because something else has the usual port.
std::unique_ptr<App> start_demo_server(AppOptions options) {
  try {
    return std::make_unique<App>(options);
  } catch (const AddressTaken&) {
    options.port = 0;
    return std::make_unique<App>(options);
  }
}

int run_demo(const AppOptions& options, bool exit_after) {
  const std::unique_ptr<App> started = start_demo_server(options);
  App& app = *started;
  std::jthread server([&app] { app.run(true); });
  int code = 1;
  try {
    code = demo(HttpClient(app.url()));
  } catch (const std::exception& error) {  // Ctrl-C takes the server away from under the demo
    std::cerr << "\nquarry demo: " << error.what() << "\n";
  }
  if (exit_after || code != 0) {
    app.stop();
  } else {
    std::cout << "\nThe server goes on at " << app.url() << " until you press Ctrl-C.\n"
              << std::flush;
  }
  server.join();
  return code;
}

struct ServeOptions {
  AppOptions app{.data_folder = default_data_folder()};
  std::string listen = "127.0.0.1:8080";
  bool exit_after = false;  // of the demo
};

void add_server_options(CLI::App* verb, ServeOptions& options) {
  verb->add_option("--listen", options.listen,
                   "address and port; port 0 takes a free one; other than loopback needs tokens")
      ->capture_default_str();
  verb->add_option("--data", options.app.data_folder,
                   "folder of the database, made if it is not there")
      ->type_name(kFileArgument)
      ->capture_default_str();
  verb->add_option("--workers", options.app.workers, "tasks evaluated at a time; 0 = one per core")
      ->check(CLI::Range(0, 256))
      ->capture_default_str();
}

bool listens(ServeOptions& options) {
  if (parse_listen(options.listen, options.app)) return true;
  std::cerr << "quarry: --listen must be ADDRESS:PORT such as 127.0.0.1:8080, got "
            << options.listen << "\n";
  return false;
}

}  // namespace

void add_serve_verbs(Verbs& verbs) {
  auto options = std::make_shared<ServeOptions>();
  CLI::App* serving = verbs.add("serve", "run the server: REST API, dashboard and workers",
                                [options] { return listens(*options) ? serve(options->app) : 2; });
  add_server_options(serving, *options);
  CLI::Option* certificate =
      serving->add_option("--tls-cert", options->app.tls_certificate, "PEM file of the certificate")
          ->type_name(kFileArgument);
  serving->add_option("--tls-key", options->app.tls_key, "PEM file of its key")
      ->type_name(kFileArgument)
      ->needs(certificate);
  certificate->needs("--tls-key");
  serving
      ->add_option("--max-rate", options->app.requests_per_second,
                   "requests per second of one client; 0 = no limit")
      ->check(CLI::Range(0.0, 1e6))
      ->capture_default_str();
  CLI::App* demo_verb = verbs.add(
      "demo", "serve, run a joint search on fashion_vit, show what it found",
      [options] { return listens(*options) ? run_demo(options->app, options->exit_after) : 2; });
  add_server_options(demo_verb, *options);
  demo_verb->add_flag("--exit", options->exit_after, "stop the server afterwards");
}

}  // namespace quarry::server
