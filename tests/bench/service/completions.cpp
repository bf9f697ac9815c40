// How many results a second are taken, each in the store before its worker is told so.
#include <fmt/format.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "tests/bench/service/sections.hpp"
#include "tests/support/quarry_process.hpp"

namespace quarry::bench {
namespace {

json claim_body(const std::string& study, int worker) {
  return {
      {"worker", "w" + std::to_string(worker)}, {"study", study}, {"wait_s", 60}, {"lease_s", 600}};
}

// Claims a task and completes it, again and again until all are done.
void claim_and_complete(const std::string& url, const std::string& study, int worker,
                        std::atomic<int>& left) {
  Connection connection(url);
  while (left.fetch_sub(1) > 0) {
    const json lease = connection.expect(200, "POST", "/v1/tasks:claim", claim_body(study, worker));
    connection.expect(200, "POST", "/v1/tasks/" + lease["id"].get<std::string>() + ":complete",
                      {{"token", lease["token"]}, {"metrics", reported(lease)}});
  }
}

double one_client(Connection& connection, const std::string& study, int count) {
  double seconds = 0.0;
  for (int done = 0; done < count;) {
    const json items =
        connection.expect(200, "POST", "/v1/studies/" + study + ":ask",
                          {{"count", 64}, {"wait_s", 60}, {"lease_s", 600}})["items"];
    // Who asks for many at once has them before it needs them: only the results are timed.
    const Stopwatch watch;
    for (const json& lease : items) {
      connection.expect(200, "POST", "/v1/tasks/" + lease["id"].get<std::string>() + ":complete",
                        {{"token", lease["token"]}, {"metrics", reported(lease)}});
      ++done;
    }
    seconds += watch.seconds();
  }
  return static_cast<double>(count) / seconds;
}

}  // namespace

void completion_section(Report& report, const ServiceOptions& options) {
  const std::string data = options.folder + "/completions";
  const test::ServerProcess server(data);
  Connection connection(server.url());
  add_supernet(connection);
  const json study = connection.expect(201, "POST", "/v1/studies",
                                       external_study({{"name", "random"}}, 1000000, 512));
  const std::string id = study["id"];
  drive(connection, id, 1024);
  const auto [typical, slowest] = fdatasync_ms(data);
  const std::string disk =
      fmt::format("an fdatasync took {:.2f} ms, p99 {:.2f} ms", typical, slowest);

  std::vector<double> rates;
  const double before = processor_seconds(server.pid());
  constexpr std::size_t kRepeats = 5;
  constexpr std::size_t kEach = 2048;
  for (std::size_t round = 0; round < kRepeats; ++round) {
    const Stopwatch watch;
    drive(connection, id, kEach);
    rates.push_back(static_cast<double>(kEach) / watch.seconds());
  }
  const double cost = (processor_seconds(server.pid()) - before) / (kRepeats * kEach);
  report.add({.figure = "durable completions, one client, 64 at a time, asks included",
              .value = median(rates),
              .unit = "/s",
              .target = "1000/s",
              .holds = median(rates) >= 1000.0,
              .note = fmt::format("{:.2f} ms of processor time each; {}", cost * 1e3, disk)});
  const double single = one_client(connection, id, 1024);
  report.add({.figure = "durable completions, one client, one by one",
              .value = single,
              .unit = "/s",
              .target = "150/s",
              .holds = single >= 150.0,
              .note = disk});
  constexpr int kClients = 64;
  std::atomic<int> left = 64 * 64;
  const Stopwatch watch;
  {
    std::vector<std::jthread> clients;
    for (int i = 0; i < kClients; ++i)
      clients.emplace_back([&, i] { claim_and_complete(server.url(), id, i, left); });
  }
  report.add({.figure = "claims with durable completions, 64 clients, one by one",
              .value = 64 * 64 / watch.seconds(),
              .unit = "/s",
              .target = "",
              .holds = {},
              .note = disk});
}

}  // namespace quarry::bench
