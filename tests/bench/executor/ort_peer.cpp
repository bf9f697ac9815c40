#include "tests/bench/executor/ort_peer.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <nlohmann/json.hpp>

namespace quarry::bench {

using nlohmann::json;

OrtPeer::OrtPeer()
    : peer_({"node", QUARRY_SOURCE_DIR "/tests/bench/executor/ort_peer.mjs",
             QUARRY_SOURCE_DIR "/build/peers/onnxruntime"}) {
  const json answer = ask({{"do", "hello"}});
  version_ = answer.value("version", "");
  if (version_.empty()) absent_ = "absent: onnxruntime-node is not installed (make peers)";
}

json OrtPeer::ask(const json& request) {
  problem_.clear();
  const std::optional<std::string> answer = peer_.ask(request.dump());
  if (!answer) {
    problem_ = "ONNX Runtime's process is gone";
    return json::object();
  }
  json parsed = json::parse(*answer, nullptr, false);
  if (!parsed.is_object()) parsed = json::object();
  problem_ = parsed.value("error", "");
  return parsed;
}

bool OrtPeer::load(const std::string& id, const std::string& model, const std::string& input,
                   int threads) {
  ask({{"do", "load"}, {"id", id}, {"model", model}, {"threads", threads}});
  if (problem_.empty()) ask({{"do", "input"}, {"id", id}, {"path", input}});
  return problem_.empty();
}

void OrtPeer::drop(const std::string& id) { ask({{"do", "drop"}, {"id", id}}); }

Samples OrtPeer::run(const std::string& id, double seconds, double warm_up_seconds) {
  const json answer =
      ask({{"do", "run"}, {"id", id}, {"seconds", seconds}, {"warm_up", warm_up_seconds}});
  return {.ms = answer.value("ms", std::vector<double>()),
          .cpu_ms = answer.value("cpu_ms", std::vector<double>())};
}

std::vector<float> OrtPeer::output(const std::string& id) {
  return ask({{"do", "output"}, {"id", id}}).value("values", std::vector<float>());
}

json OrtPeer::ranges(const std::string& id) {
  return ask({{"do", "ranges"}, {"id", id}}).value("ranges", json::object());
}

std::string write_onnx(const OnnxRequest& request) {
  std::string command = fmt::format(
      "/usr/bin/python3 {}/tests/bench/executor/to_onnx.py {} {} {} --form {} --batch {}",
      QUARRY_SOURCE_DIR, request.network, request.weights, request.model, request.form,
      request.batch);
  if (!request.ranges.empty()) command += " --ranges " + request.ranges;
  if (request.expose) command += " --expose";
  std::FILE* const pipe = popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) return "python3 cannot be started";
  std::string last;
  char line[1024];
  while (std::fgets(line, sizeof line, pipe) != nullptr) last = line;
  if (pclose(pipe) == 0) return "";
  return "to_onnx.py: " + last.substr(0, last.find('\n'));
}

}  // namespace quarry::bench
