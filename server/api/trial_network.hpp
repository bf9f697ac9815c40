// The network of a trial as a document: its operators in the order in which they run, with the
// blocks that they belong to, the steps that each is compiled to, and how long those took where
// this server's measurements know it.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "evaluators/latency_model.hpp"
#include "evaluators/operator_times.hpp"
#include "search/core/genome.hpp"
#include "search/supernets/supernet.hpp"

namespace quarry::server {

// How the network is run where its latency is measured.
struct TimingPlan {
  std::size_t batch = 1;
  int threads = 1;
  std::string fingerprint;  // of the machine
  std::string no_times;     // why its operators' times are not known; empty where they may be
};

// {phases: [{name, rows, repetitions, operators: [...], sum_ms, estimated_ms, failure}], ...}. The
// table is of the plan's machine. Precondition: the space holds the genome.
nlohmann::ordered_json network_view(const search::Supernet& supernet, const search::Genome& genome,
                                    const TimingPlan& plan, const evaluators::OperatorTable& table);

}  // namespace quarry::server
