// Tested end to end by tests/e2e/worker_test.cpp.
#include "server/cli/http_task_source.hpp"

#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "evaluators/fingerprint.hpp"
#include "search/supernets/json_fields.hpp"

namespace quarry::server {
namespace {

using evaluators::Evaluation;
using evaluators::EvaluatorEntry;
using evaluators::Task;
using nlohmann::json;

// Short, so that a stop is heard soon.
constexpr double kClaimWait = 2.0;
constexpr double kServerAway = 1.0;

std::vector<std::string> evaluators_here() {
  std::vector<std::string> names;
  for (const EvaluatorEntry& entry : evaluators::evaluator_registry()) {
    if (entry.concurrency != evaluators::Concurrency::kImmediate &&
        entry.name != evaluators::kExternal)
      names.push_back(entry.name);
  }
  return names;
}

}  // namespace

HttpTaskSource::HttpTaskSource(HttpClient client, WorkerOptions options,
                               evaluators::SupernetLibrary& supernets)
    : client_(std::move(client)),
      options_(std::move(options)),
      supernets_(supernets),
      heartbeats_([this](std::stop_token stop) { keep_alive(stop); }) {}

HttpTaskSource::~HttpTaskSource() {
  heartbeats_.request_stop();
  for (const auto& [task, token] : tokens_) {
    const json body = {{"token", token}, {"reason", "the worker was stopped"}, {"retryable", true}};
    try {
      client_.request("POST", "/v1/tasks/" + task + ":fail", body.dump());
    } catch (const ConnectionError&) {  // the lease will expire
    }
  }
}

bool HttpTaskSource::wait(std::stop_token stop, double seconds) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait_for(lock, stop, std::chrono::duration<double>(seconds), [] { return false; });
  return !stop.stop_requested();
}

std::string HttpTaskSource::claim_body() const {
  return json{{"worker", options_.name},         {"tags", options_.tags},
              {"evaluators", evaluators_here()}, {"machine", evaluators::identify_machine(1).first},
              {"lease_s", options_.lease_s},     {"wait_s", kClaimWait}}
      .dump();
}

std::optional<Task> HttpTaskSource::claim(std::stop_token stop) {
  stop_ = stop;
  const std::string body = claim_body();
  bool away = false;
  while (!stop.stop_requested()) {
    try {
      const Response response = client_.request("POST", "/v1/tasks:claim", body);
      away = false;
      if (response.status == 200) return read_task(json::parse(response.body));
      if (response.status >= 400 && response.status < 500)
        throw std::runtime_error("the server refused this worker: " + response.body);
      if (response.status >= 500 && !wait(stop, kServerAway)) break;
    } catch (const ConnectionError& error) {
      if (!away) std::cerr << "quarry worker: " << error.what() << "; trying again\n";
      away = true;
      if (!wait(stop, kServerAway)) break;
    }
  }
  return std::nullopt;
}

Task HttpTaskSource::read_task(const json& document) {
  Task task{.id = document.at("id"),
            .study = document.at("study"),
            .trial = document.at("trial"),
            .supernet = document.at("supernet"),
            .evaluator = document.at("evaluator"),
            .options = {},
            .genome = document.at("genome"),
            .metrics = document.at("metrics"),
            .tags = document.at("tags")};
  {
    const std::scoped_lock lock(mutex_);
    tokens_[task.id] = document.at("token");
  }
  need_supernet(document);
  if (const EvaluatorEntry* entry = evaluators::find_evaluator(task.evaluator)) {
    search::FieldErrors errors;
    task.options = search::read_options(document.at("options"), "", entry->options, errors);
    if (!errors.empty())
      throw std::runtime_error("the server's " + task.evaluator + " is of another version: " +
                               errors.front().pointer + " " + errors.front().detail);
  }
  return task;
}

void HttpTaskSource::need_supernet(const json& document) {
  const std::string name = document.at("supernet");
  if (supernets_.find(name) == nullptr) {
    const Response response = client_.request("GET", "/v1/supernets/" + name + ":manifest");
    search::FieldErrors errors;
    std::optional<search::Supernet> supernet;
    if (response.status == 200) supernet = search::load_manifest(response.body, errors);
    std::string problem;
    if (supernet && !supernet->weights) supernets_.add(std::move(*supernet), "", problem);
  }
  const evaluators::LoadedSupernet* loaded = supernets_.find(name);
  if (loaded == nullptr)
    throw std::runtime_error("the server's supernet " + name +
                             " cannot be had here: put its folder into --supernets");
  if (loaded->version() != document.at("supernet_version").get<std::string>())
    throw std::runtime_error("the server's supernet " + name +
                             " is of another version than this worker's");
}

std::string HttpTaskSource::report_body(const Task& task, const Evaluation& evaluation) const {
  json body = {{"token", tokens_.at(task.id)}};
  if (!evaluation.failure.empty()) {
    body["reason"] = evaluation.failure;
    body["retryable"] = evaluation.kind == evaluators::FailureKind::kRetryable;
    return body.dump(-1, ' ', false, json::error_handler_t::replace);
  }
  for (const std::string& metric : task.metrics) {
    const search::Measurement& measurement = evaluation.metrics.at(metric);
    body["metrics"][metric] = {
        {"value", measurement.value},     {"spread", measurement.spread},
        {"samples", measurement.samples}, {"fingerprint", measurement.fingerprint},
        {"detail", measurement.detail},   {"sample_values", measurement.sample_values}};
  }
  const auto [id, text] = evaluators::find_evaluator(task.evaluator)
                              ->fingerprint(task.options, evaluators::kNoResources);
  if (!id.empty()) body["machine"] = {{"id", id}, {"text", text}};
  return body.dump();
}

// Sent until the server has answered: it answers the same to the same.
void HttpTaskSource::complete(const Task& task, Evaluation evaluation) {
  std::string body;
  {
    const std::scoped_lock lock(mutex_);
    body = report_body(task, evaluation);
  }
  const std::string target =
      "/v1/tasks/" + task.id + (evaluation.failure.empty() ? ":complete" : ":fail");
  do {
    try {
      const Response response = client_.request("POST", target, body);
      if (response.status >= 500) continue;
      if (response.status != 200)
        std::cerr << "quarry worker: " << task.id << " was not taken: " << response.body << "\n";
      const std::scoped_lock lock(mutex_);
      tokens_.erase(task.id);
      return;
    } catch (const ConnectionError&) {
    }
  } while (wait(stop_, kServerAway));
}

void HttpTaskSource::keep_alive(std::stop_token stop) {
  while (wait(stop, options_.lease_s / 3.0)) {
    std::map<std::string, std::int64_t> tokens;
    {
      const std::scoped_lock lock(mutex_);
      tokens = tokens_;
    }
    for (const auto& [task, token] : tokens) {
      try {
        client_.request("POST", "/v1/tasks/" + task + ":heartbeat", json{{"token", token}}.dump());
      } catch (const ConnectionError&) {  // the next one may get through
      }
    }
  }
}

}  // namespace quarry::server
