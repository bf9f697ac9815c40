// How long a client that asks for one network waits when its study has 10,000 trials. A predictor
// is trained for many asks at once, so that its time counts in the mean.
#include <fmt/format.h>

#include "tests/bench/service/sections.hpp"
#include "tests/support/quarry_process.hpp"

namespace quarry::bench {
namespace {

constexpr std::size_t kTrials = 10000;

// One after the other: milliseconds of each ask, all told.
std::vector<double> ask_one_by_one(Connection& connection, const std::string& study, int count) {
  std::vector<double> times;
  for (int i = 0; i < count; ++i) {
    const Stopwatch watch;
    const json items = connection.expect(200, "POST", "/v1/studies/" + study + ":ask",
                                         {{"wait_s", 60}, {"lease_s", 600}})["items"];
    times.push_back(watch.seconds() * 1e3);
    const json& lease = items.at(0);
    connection.expect(
        200, "POST", "/v1/studies/" + study + ":tell",
        {{"trial", lease["trial"]}, {"token", lease["token"]}, {"metrics", reported(lease)}});
  }
  return times;
}

struct Asked {
  std::vector<double> ms;
  double server_seconds = 0.0;  // of processor time, per ask with its tell
};

Asked ask_at_ten_thousand(const test::ServerProcess& server, const json& algorithm, int count) {
  Connection connection(server.url());
  const json study =
      connection.expect(201, "POST", "/v1/studies",
                        external_study(algorithm, kTrials + 100 + static_cast<std::size_t>(count)));
  const std::string id = study["id"];
  drive(connection, id, kTrials);
  const double before = processor_seconds(server.pid());
  Asked asked{.ms = ask_one_by_one(connection, id, count)};
  asked.server_seconds = (processor_seconds(server.pid()) - before) / count;
  connection.expect(202, "POST", "/v1/studies/" + id + ":cancel");
  return asked;
}

double mean(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

}  // namespace

void ask_section(Report& report, const ServiceOptions& options) {
  const std::string data = options.folder + "/asks";
  const test::ServerProcess server(data);
  Connection connection(server.url());
  add_supernet(connection);
  const auto [typical, slowest] = fdatasync_ms(data);
  const Asked evolutionary = ask_at_ten_thousand(server, {{"name", "nsga2"}}, 500);
  const double p99 = quantile(evolutionary.ms, 0.99);
  report.add({.figure = "ask at 10,000 trials x 60 genes x 3 objectives, nsga2, p99",
              .value = p99,
              .unit = "ms",
              .target = "< 10 ms",
              .holds = p99 < 10.0,
              .note = fmt::format("median {:.2f} ms; an fdatasync took {:.2f} ms, p99 {:.2f} ms",
                                  quantile(evolutionary.ms, 0.5), typical, slowest)});
  report.add({.figure = "the same with its tell: processor time of the server",
              .value = evolutionary.server_seconds * 1e3,
              .unit = "ms",
              .target = "",
              .holds = {},
              .note = ""});
  for (const json& algorithm : {json{{"name", "linas"}, {"population", 9900}},
                                json{{"name", "quarry"}, {"initial", 9900}}}) {
    const Asked asked = ask_at_ten_thousand(server, algorithm, 100);
    report.add({.figure = fmt::format("ask at 10,000 trials, {}, mean of 100",
                                      algorithm["name"].get<std::string>()),
                .value = mean(asked.ms),
                .unit = "ms",
                .target = "< 200 ms",
                .holds = mean(asked.ms) < 200.0,
                .note = fmt::format("slowest {:.0f} ms; {:.1f} ms of processor time each",
                                    quantile(asked.ms, 1.0), asked.server_seconds * 1e3)});
  }
}

}  // namespace quarry::bench
