// Workers and event readers for minutes, kill -9 left to tests/e2e: studies that end are followed
// by new ones, so that a server that keeps what it needs no more is seen by its memory.
#include <fmt/format.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "tests/bench/service/sections.hpp"
#include "tests/support/quarry_process.hpp"

namespace quarry::bench {
namespace {

constexpr int kWorkers = 200;
constexpr int kReaders = 50;
constexpr std::size_t kStudies = 4;  // at a time
constexpr std::size_t kTrialsOfStudy = 500;

class Crowd {
 public:
  Crowd(std::string url, double seconds) : url_(std::move(url)), seconds_(seconds) {}

  void run(const std::function<void()>& every_second) {
    Connection connection(url_);
    {
      // Readers last: their streams end with their studies.
      std::vector<std::jthread> readers;
      std::vector<std::jthread> workers;
      for (std::size_t i = 0; i < kStudies; ++i) start_study(connection, i);
      for (int i = 0; i < kWorkers; ++i)
        workers.emplace_back([this, i] { guarded([&] { work(i); }); });
      for (int i = 0; i < kReaders; ++i)
        readers.emplace_back([this, i] { guarded([&] { read(static_cast<std::size_t>(i)); }); });
      while (is_open()) {
        std::this_thread::sleep_for(std::chrono::seconds(1));
        guarded([&] { follow_up(connection); });
        every_second();
      }
      // Nobody's result may come after the end of its study.
      workers.clear();
      for (const std::string& id : running())
        connection.call("POST", "/v1/studies/" + id + ":stop");
    }
    for (const auto& [id, count] : accepted_) check_study(connection, id, count);
  }

  std::uint64_t completions() const { return completions_; }
  std::uint64_t events() const { return events_; }
  std::uint64_t errors() const { return errors_; }
  std::uint64_t lost() const { return lost_; }
  std::size_t studies() const { return accepted_.size(); }
  const std::string& first_error() const { return first_error_; }

 private:
  bool is_open() const { return watch_.seconds() < seconds_; }

  void guarded(const std::function<void()>& action) {
    try {
      action();
    } catch (const std::exception& error) {
      const std::scoped_lock lock(mutex_);
      if (errors_++ == 0) first_error_ = error.what();
    }
  }

  void start_study(Connection& connection, std::size_t place) {
    const json study = connection.expect(201, "POST", "/v1/studies",
                                         external_study({{"name", "nsga2"}}, kTrialsOfStudy, 100));
    {
      const std::scoped_lock lock(mutex_);
      running_[place] = study["id"];
      accepted_[study["id"]] = 0;
    }
    has_started_.notify_all();
  }

  // The one that runs in this place after another has ended there; empty when the time is up.
  std::string next_study(std::size_t place, const std::string& ended) {
    std::unique_lock lock(mutex_);
    const std::chrono::duration<double> left(seconds_ - watch_.seconds());
    has_started_.wait_for(lock, left, [&] { return running_[place] != ended; });
    return is_open() && running_[place] != ended ? running_[place] : "";
  }

  std::vector<std::string> running() {
    const std::scoped_lock lock(mutex_);
    return {running_.begin(), running_.end()};
  }

  // A new study in place of each that has ended.
  void follow_up(Connection& connection) {
    const std::vector<std::string> ids = running();
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (connection.expect(200, "GET", "/v1/studies/" + ids[i])["state"] == "completed")
        start_study(connection, i);
    }
  }

  void work(int number) {
    Connection connection(url_);
    const json claim = {{"worker", "w" + std::to_string(number)}, {"wait_s", 2}};
    while (is_open()) {
      const Answer answer = connection.call("POST", "/v1/tasks:claim", claim.dump());
      if (answer.status == 204) continue;
      if (answer.status != 200) throw std::runtime_error("claim: " + answer.body);
      const json lease = answer.document();
      const std::string id = lease["id"];
      connection.expect(200, "POST", "/v1/tasks/" + id + ":complete",
                        {{"token", lease["token"]}, {"metrics", reported(lease)}});
      ++completions_;
      const std::scoped_lock lock(mutex_);
      ++accepted_[lease["study"]];
    }
  }

  // Every event of one study after another, none left out, none twice.
  void read(std::size_t number) {
    std::string id;
    while (!(id = next_study(number % kStudies, id)).empty()) {
      std::int64_t last = 0;
      Connection(url_).stream("/v1/studies/" + id + "/events",
                              [&](std::int64_t event, const std::string&) {
                                if (event != last + 1)
                                  throw std::runtime_error("event " + std::to_string(event) +
                                                           " after " + std::to_string(last));
                                last = event;
                                ++events_;
                                return is_open();
                              });
    }
  }

  // Every completion that was accepted finished its trial, once.
  void check_study(Connection& connection, const std::string& id, std::uint64_t accepted) {
    std::uint64_t succeeded = 0;
    Connection(url_).stream("/v1/studies/" + id + "/events",
                            [&](std::int64_t, const std::string& type) {
                              succeeded += type == "trial.measured" ? 1 : 0;
                              return true;
                            });
    std::uint64_t rows = 0;
    std::string token;
    do {
      const json page =
          connection.expect(200, "GET", "/v1/studies/" + id + "/trials?page_size=1000" + token);
      for (const json& trial : page["items"]) rows += trial["state"] == "succeeded" ? 1 : 0;
      token = page["next_page_token"].is_null()
                  ? ""
                  : "&page_token=" + page["next_page_token"].get<std::string>();
    } while (!token.empty());
    if (succeeded != accepted || rows != accepted)
      lost_ += std::max(succeeded, accepted) - std::min(succeeded, accepted) +
               std::max(rows, accepted) - std::min(rows, accepted);
  }

  const std::string url_;
  const double seconds_;
  const Stopwatch watch_;
  std::mutex mutex_;
  std::condition_variable has_started_;
  std::array<std::string, kStudies> running_;
  std::map<std::string, std::uint64_t> accepted_;  // completions, by study
  std::atomic<std::uint64_t> completions_ = 0;
  std::atomic<std::uint64_t> events_ = 0;
  std::atomic<std::uint64_t> errors_ = 0;
  std::uint64_t lost_ = 0;
  std::string first_error_;
};

}  // namespace

void crowd_section(Report& report, const ServiceOptions& options) {
  const test::ServerProcess server(options.folder + "/crowd");
  Connection connection(server.url());
  add_supernet(connection);
  std::vector<double> memory;
  Crowd crowd(server.url(), options.crowd_seconds);
  const double before = processor_seconds(server.pid());
  crowd.run([&] { memory.push_back(resident_megabytes(server.pid())); });
  const std::string length =
      fmt::format("200 workers and 50 event readers, {:.0f} s", options.crowd_seconds);
  report.add({.figure = length + ": errors",
              .value = static_cast<double>(crowd.errors()),
              .unit = "",
              .target = "0",
              .holds = crowd.errors() == 0,
              .note = crowd.first_error()});
  report.add({.figure = length + ": completions lost or doubled",
              .value = static_cast<double>(crowd.lost()),
              .unit = "",
              .target = "0",
              .holds = crowd.lost() == 0,
              .note = fmt::format("of {} in {} studies", crowd.completions(), crowd.studies())});
  report.add({.figure = length + ": claims with completions",
              .value = static_cast<double>(crowd.completions()) / options.crowd_seconds,
              .unit = "/s",
              .target = "",
              .holds = {},
              .note = fmt::format(
                  "{} events read; {:.2f} ms of the server's processor time per completion",
                  crowd.events(),
                  (processor_seconds(server.pid()) - before) /
                      static_cast<double>(crowd.completions()) * 1e3)});
  // The first third fills caches.
  const std::size_t third = memory.size() / 3;
  if (third == 0) throw std::runtime_error("--seconds must be at least 3");
  const double middle = median({memory.begin() + static_cast<std::ptrdiff_t>(third),
                                memory.begin() + static_cast<std::ptrdiff_t>(2 * third)});
  const double last =
      median({memory.begin() + static_cast<std::ptrdiff_t>(2 * third), memory.end()});
  report.add({.figure = length + ": resident memory, last third beside the second",
              .value = last / middle,
              .unit = "share",
              .target = "<= 1.05",
              .holds = last / middle <= 1.05,
              .note = fmt::format("{:.0f} MB, then {:.0f} MB", middle, last)});
}

}  // namespace quarry::bench
