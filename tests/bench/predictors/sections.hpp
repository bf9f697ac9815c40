// The sections of the predictor benchmark.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tests/bench/bench.hpp"

namespace quarry::bench {

struct Arguments {
  std::vector<std::string> sections;  // empty: all
  std::vector<std::string> models;    // entries of the predictor registry; empty: all
  std::vector<std::string> data;      // keys of the data sets; empty: all
  std::size_t splits = 10;
  std::size_t rows = 0;  // training rows; 0: those of the target

  bool wants(const std::string& section) const;
  bool wants_model(const std::string& name) const;
  bool wants_data(const std::string& key) const;
};

// How well models trained on a few published rows predict the others, beside the reference.
void quality_section(Report& report, const Arguments& arguments);
// What choosing a model and predicting with it costs.
void speed_section(Report& report, const Arguments& arguments);
// A latency predictor brought from one machine to another.
void transfer_section(Report& report, const Arguments& arguments);

}  // namespace quarry::bench
