// The sections of bench_executor and what its arguments ask of them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "search/network/network.hpp"
#include "tests/bench/bench.hpp"
#include "tests/bench/executor/ort_peer.hpp"

namespace quarry::bench {

struct ExecutorBenchOptions {
  std::vector<int> threads = {1, 2};
  std::vector<std::size_t> batches = {1, 8};
  std::size_t rounds = 5;
  double seconds = 1.5;  // of each entrant in each round
  std::size_t candidates = 1000;
  std::string folder;  // for models and weights
};

// A network beside ONNX Runtime: which precisions, and the most that our latency may be of theirs.
struct Comparison {
  std::string name;
  search::Network network;
  double f32_ratio = 1.0;
  double int8_ratio = 1.0;
  bool int8 = false;
  bool bf16 = false;                   // beside our own f32
  std::vector<std::string> f32_forms;  // of to_onnx.py; the fastest counts
  std::vector<std::string> int8_forms;
  std::string int8_note;   // what their INT8 is
  bool peak = false;       // report the share of the processor's peak
  bool exactness = false;  // the f32 results' difference has a target
};

void bench_network(Report& report, const ExecutorBenchOptions& options, OrtPeer& peer,
                   const Comparison& comparison);

// What a call of ONNX Runtime costs when there is nothing to compute.
void bench_call_overhead(Report& report, const ExecutorBenchOptions& options, OrtPeer& peer);

void bench_peak(Report& report, const ExecutorBenchOptions& options);

// Compiling and measuring random sub-networks of BERT-base.
void bench_candidates(Report& report, const ExecutorBenchOptions& options);

// What memory stays when many of them came and went.
void bench_memory(Report& report, const ExecutorBenchOptions& options);

}  // namespace quarry::bench
