// The sections of the service benchmark, each on a server (the true binary) of its own, but for the
// lists, which are read without one.
#pragma once

#include <string>

#include "tests/bench/bench.hpp"
#include "tests/bench/service/load.hpp"

namespace quarry::bench {

struct ServiceOptions {
  std::string folder;          // for databases
  double crowd_seconds = 300;  // of workers and readers
  std::size_t stored_trials = 1000000;
  std::size_t front_trials = 100000;
};

// asks.cpp: how long :ask takes at 10,000 trials
void ask_section(Report& report, const ServiceOptions& options);
// completions.cpp: how many results a second are taken durably
void completion_section(Report& report, const ServiceOptions& options);
// gets.cpp: a small GET beside a bare Beast server
void get_section(Report& report, const ServiceOptions& options);
// front_of_many.cpp: a study that measures nothing, and its front
void front_section(Report& report, const ServiceOptions& options);
// start.cpp: the start on a large database
void start_section(Report& report, const ServiceOptions& options);
// lists.cpp: pages of many trials, out of the database itself
void list_section(Report& report, const ServiceOptions& options);
// crowd.cpp: workers and readers for minutes
void crowd_section(Report& report, const ServiceOptions& options);

// The server that they load
// ------------------------------------------------------------------------

// A supernet of 60 genes: heads, width and precision of 20 layers. Posted to the server.
void add_supernet(Connection& connection);
inline constexpr const char* kSupernet = "bench_vit_60";

// accuracy and latency_ms of the user's own program, model_size_bytes by formula.
json external_study(const json& algorithm, std::size_t trials, std::size_t in_flight = 64);

// What that program says: depends on the network alone.
json reported(const json& lease);

// Asks and tells in batches until the study has had so many trials finished, or has ended.
void drive(Connection& connection, const std::string& study, std::size_t trials);

}  // namespace quarry::bench
