// A study of 100,000 trials whose metrics all come by formula, so that nothing but the service is
// timed; then how long its front takes to be answered.
#include <fmt/format.h>

#include "tests/bench/service/sections.hpp"
#include "tests/support/quarry_process.hpp"

namespace quarry::bench {
namespace {

json formula_study(std::size_t trials) {
  return {{"supernet", kSupernet},
          {"objectives",
           {{{"metric", "params"}, {"goal", "maximize"}},
            {{"metric", "macs"}, {"goal", "minimize"}},
            {{"metric", "model_size_bytes"}, {"goal", "minimize"}}}},
          {"algorithm", {{"name", "nsga2"}}},
          {"budget", {{"trials", trials}}}};
}

struct Timed {
  double ms = 0.0;  // the median
  std::size_t bytes = 0;
};

Timed time_get(Connection& connection, const std::string& target) {
  std::vector<double> times;
  Timed timed;
  for (int i = 0; i < 21; ++i) {
    const Stopwatch watch;
    const Answer answer = connection.call("GET", target);
    times.push_back(watch.seconds() * 1e3);
    if (answer.status != 200) throw std::runtime_error(answer.body);
    timed.bytes = answer.body.size();
  }
  timed.ms = median(times);
  return timed;
}

}  // namespace

void front_section(Report& report, const ServiceOptions& options) {
  const test::ServerProcess server(options.folder + "/front");
  Connection starting(server.url());
  add_supernet(starting);
  const Stopwatch watch;
  const double before = processor_seconds(server.pid());
  const json study =
      starting.expect(201, "POST", "/v1/studies", formula_study(options.front_trials));
  const std::string path = "/v1/studies/" + study["id"].get<std::string>();
  Connection(server.url()).stream(path + "/events", [](std::int64_t, const std::string&) {
    return true;
  });
  const double seconds = watch.seconds();
  Connection connection(server.url());  // the first was idle for too long to be kept
  const json ended = connection.expect(200, "GET", path);
  const auto trials = ended["progress"]["trials"].get<double>();
  report.add({.figure = "trials of a study that measures nothing, nsga2, an event reader beside it",
              .value = trials / seconds,
              .unit = "/s",
              .target = "",
              .holds = {},
              .note = fmt::format("{:.2f} ms of processor time each",
                                  (processor_seconds(server.pid()) - before) / trials * 1e3)});
  const json front = connection.expect(200, "GET", path + "/front?page_size=1000");
  for (const std::string query : {"", "?page_size=1000", "?best=params&where=macs+%3C%3D+1e12"}) {
    const Timed timed = time_get(connection, path + "/front" + query);
    report.add({.figure = fmt::format("front of {:.0f} trials, GET .../front{}", trials, query),
                .value = timed.ms,
                .unit = "ms",
                .target = "< 50 ms",
                .holds = timed.ms < 50.0,
                .note = fmt::format("median of 21; {} members in a page of 1000; {} kB",
                                    front["items"].size(), timed.bytes / 1000)});
  }
}

}  // namespace quarry::bench
