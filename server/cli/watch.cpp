// watch: a study followed to its end, across whatever happens to the connection. Tested end to end
// by tests/e2e/command_test.cpp and tests/e2e/watch_test.cpp.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "server/cli/commands.hpp"
#include "server/cli/study_report.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;
using std::chrono::steady_clock;

// A server that is started again, or a machine that reboots, is back by then.
constexpr std::chrono::seconds kPatience{300};
constexpr std::chrono::milliseconds kBetweenTries{500};

// What the events of a study have said so far, and the line that shows it.
class Progress {
 public:
  explicit Progress(const json& study)
      : objectives_(study.at("spec").at("objectives")),
        budget_(study.at("progress").at("budget")) {}

  void apply(const ServerSentEvent& event) {
    const json data = json::parse(event.data);
    elapsed_ = data.value("elapsed_s", elapsed_);
    if (event.type == "study.state") {
      state_ = data.at("state");
      reason_ = data.at("reason");
    } else if (event.type == "study.extended") {
      budget_ = data.at("budget");
      search_ended_ = false;
    } else if (event.type == "trial.finished") {
      ++finished_;
      if (data.contains("hypervolume") && data["hypervolume"].is_number())
        hypervolume_ = data["hypervolume"].get<double>();
      if (data.contains("front")) {
        front_ += data["front"].at("added").get<bool>() ? 1 : 0;
        front_ -= static_cast<int>(data["front"].at("removed").size());
        note_best(data);
      }
    } else if (event.type == "study.confirmed") {
      front_ += static_cast<int>(data.at("front").at("added").size());
      front_ -= static_cast<int>(data.at("front").at("removed").size());
      if (data.at("hypervolume").is_number()) hypervolume_ = data["hypervolume"].get<double>();
    } else if (event.type == "search.ended") {
      search_ended_ = true;
    } else if (event.type == "trial.tested") {
      ++tested_;
    }
  }

  double share() const {
    const double trials = static_cast<double>(finished_) / budget_.at("trials").get<double>();
    const double time =
        budget_.contains("seconds") ? elapsed_ / budget_["seconds"].get<double>() : 0.0;
    return search_ended_ ? 1.0 : std::min(std::max(trials, time), 1.0);
  }

  bool ended() const {
    return state_ == "completed" || state_ == "failed" || state_ == "cancelled";
  }
  bool failed() const { return state_ == "failed"; }
  bool cancelled() const { return state_ == "cancelled"; }
  const std::string& reason() const { return reason_; }

  std::string line() const {
    if (search_ended_ && !ended())
      return fmt::format("{} measuring the front on the test set: {} done", bar(), tested_);
    const double rate = elapsed_ > 0 ? finished_ / elapsed_ : 0.0;
    std::string text = fmt::format("{} {}/{} trials  {:.2f}/s  front {}", bar(), finished_,
                                   budget_.at("trials").get<long>(), rate, front_);
    if (hypervolume_) text += fmt::format("  hypervolume {:.4f}", *hypervolume_);
    for (const auto& [metric, best] : best_) text += fmt::format("  {} {:.4g}", metric, best);
    if (!search_ended_ && rate > 0) {
      double left = (budget_.at("trials").get<double>() - finished_) / rate;
      if (budget_.contains("seconds"))
        left = std::min(left, budget_["seconds"].get<double>() - elapsed_);
      text += "  ETA " + duration(std::max(left, 0.0));
    }
    return text;
  }

 private:
  std::string bar() const {
    constexpr int kWidth = 24;
    const int full = static_cast<int>(share() * kWidth);
    std::string text;
    for (int i = 0; i < kWidth; ++i) text += i < full ? "█" : "░";
    return text;
  }

  void note_best(const json& data) {
    for (const json& objective : objectives_) {
      const std::string metric = objective.at("metric");
      if (!data.at("metrics").contains(metric)) continue;
      const double value = data["metrics"][metric].at("value");
      const bool more_is_better = objective.at("goal") == "maximize";
      const auto [place, fresh] = best_.try_emplace(metric, value);
      if (!fresh)
        place->second =
            more_is_better ? std::max(place->second, value) : std::min(place->second, value);
    }
  }

  json objectives_;
  json budget_;
  std::string state_;
  std::string reason_;
  double elapsed_ = 0.0;
  int finished_ = 0;
  int front_ = 0;
  int tested_ = 0;
  bool search_ended_ = false;
  std::optional<double> hypervolume_;
  std::map<std::string, double> best_;
};

class Watch {
 public:
  Watch(const HttpClient& client, const json& study, bool as_json)
      : client_(client),
        events_("/v1/studies/" + study.at("id").get<std::string>() + "/events"),
        progress_(study),
        as_json_(as_json),
        is_terminal_(!as_json && isatty(STDOUT_FILENO) != 0) {}

  int to_the_end() {
    std::optional<int> code;
    while (!code) code = read();
    if (*code != kDone) return *code;
    if (is_terminal_) std::cout << "\n";
    if (progress_.failed() || progress_.cancelled()) {
      std::cerr << "quarry: the study "
                << (progress_.failed() ? "failed: " + progress_.reason() : "was cancelled") << "\n";
      return kWentWrong;
    }
    if (!as_json_ && !progress_.reason().empty())
      std::cout << "search ended: " << progress_.reason() << "\n";
    return kDone;
  }

 private:
  // As far as the stream goes; nothing where it must be read on. The server ends the stream of a
  // study that is over: one that was extended has been over before, so its events do not say. A
  // stream that ends before that was too slow for the server; one that breaks off has lost it.
  std::optional<int> read() {
    std::optional<Response> refused;
    try {
      client_.stream(
          events_, last_,
          [&](const ServerSentEvent& event) {
            show(event);
            return true;
          },
          [&](const Response& response) { refused = response; });
    } catch (const ConnectionError& error) {
      return try_again(error.what());
    }
    if (!refused)
      return progress_.ended() ? std::optional(kDone) : try_again("the server ended the stream");
    if (exit_code_of(refused->status) != kNoServer) return refuse(*refused);
    return try_again(fmt::format("the server answered {}", refused->status));
  }

  std::optional<int> try_again(const std::string& why) {
    const auto now = steady_clock::now();
    if (!lost_since_) {
      lost_since_ = now;
      std::cerr << (is_terminal_ ? "\n" : "") << "quarry watch: " << why << "; trying again for "
                << kPatience.count() << " s\n";
    }
    if (now - *lost_since_ > kPatience) {
      std::cerr << "quarry watch: " << why << "; the study goes on without being watched\n";
      return kNoServer;
    }
    std::this_thread::sleep_for(kBetweenTries);
    return std::nullopt;
  }

  void show(const ServerSentEvent& event) {
    lost_since_.reset();
    last_ = event.id;
    progress_.apply(event);
    if (as_json_) {
      std::cout << "{\"id\":" << event.id << ",\"type\":" << json(event.type)
                << ",\"data\":" << event.data << "}" << std::endl;
    } else if (is_terminal_) {
      std::cout << "\r\033[2K" << progress_.line() << std::flush;
    } else if (static_cast<int>(progress_.share() * 10) > tenths_ || progress_.ended()) {
      tenths_ = static_cast<int>(progress_.share() * 10);
      std::cout << progress_.line() << std::endl;
    }
  }

  const HttpClient& client_;
  const std::string events_;
  Progress progress_;
  const bool as_json_;
  const bool is_terminal_;
  std::int64_t last_ = 0;
  int tenths_ = 0;
  std::optional<steady_clock::time_point> lost_since_;
};

}  // namespace

int watch(const HttpClient& client, const std::string& study, bool as_json) {
  int code = kDone;
  const auto document = fetch_document(client, "/v1/studies/" + study, code);
  if (!document) return code;
  return Watch(client, *document, as_json).to_the_end();
}

}  // namespace quarry::server
