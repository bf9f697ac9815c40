// ONNX Runtime (the npm package onnxruntime-node) through ort_peer.mjs and to_onnx.py.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/bench/line_peer.hpp"

namespace quarry::bench {

// Of each run: by the clock, and the processor time of all threads.
struct Samples {
  std::vector<double> ms, cpu_ms;
};

class OrtPeer {
 public:
  OrtPeer();

  // Why there is no peer; empty when there is.
  const std::string& absent() const { return absent_; }
  const std::string& version() const { return version_; }

  // A model file in memory, as a session of its own. False, and why in problem(), on failure.
  bool load(const std::string& id, const std::string& model, const std::string& input, int threads);
  void drop(const std::string& id);
  Samples run(const std::string& id, double seconds, double warm_up_seconds);
  std::vector<float> output(const std::string& id);
  // Least and greatest value of each of the model's outputs, as JSON: {name: [low, high]}.
  nlohmann::json ranges(const std::string& id);

  const std::string& problem() const { return problem_; }

 private:
  nlohmann::json ask(const nlohmann::json& request);

  LinePeer peer_;
  std::string absent_;
  std::string version_;
  std::string problem_;
};

struct OnnxRequest {
  std::string network;  // files
  std::string weights;
  std::string model;
  std::string form = "f32";
  std::size_t batch = 1;
  std::string ranges = "";
  bool expose = false;  // every operator's output is one of the model's
};

// Empty, or what to_onnx.py says is wrong.
std::string write_onnx(const OnnxRequest& request);

}  // namespace quarry::bench
