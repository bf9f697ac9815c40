// Reads gzipped IDX files, the format of MNIST and its successors: a magic number, big-endian
// sizes, then bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace quarry::evaluators {

struct IdxImages {
  std::size_t count = 0;
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::vector<std::uint8_t> pixels;  // count * rows * columns
};

struct IdxLabels {
  std::vector<std::uint8_t> labels;
};

// Both throw std::runtime_error with the path when the file is missing, cut short or not what its
// name says.
IdxImages read_idx_images(const std::string& path);
IdxLabels read_idx_labels(const std::string& path);

}  // namespace quarry::evaluators
