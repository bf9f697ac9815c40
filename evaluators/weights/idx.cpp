// Tested by tests/evaluators/dataset_test.cpp.
#include "evaluators/weights/idx.hpp"

#include <zlib.h>

#include <memory>
#include <stdexcept>

namespace quarry::evaluators {
namespace {

constexpr std::uint32_t kUnsignedBytes1d = 0x00000801;
constexpr std::uint32_t kUnsignedBytes3d = 0x00000803;
constexpr std::size_t kMaxBytes = std::size_t{1} << 31;

std::vector<std::uint8_t> unzip(const std::string& path) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), &gzclose);
  if (!file) throw std::runtime_error("cannot open " + path);
  std::vector<std::uint8_t> bytes;
  std::vector<std::uint8_t> chunk(1 << 20);
  while (true) {
    const int read = gzread(file.get(), chunk.data(), static_cast<unsigned>(chunk.size()));
    if (read < 0) throw std::runtime_error(path + " is not a sound gzip file");
    if (read == 0) return bytes;
    bytes.insert(bytes.end(), chunk.begin(), chunk.begin() + read);
    if (bytes.size() > kMaxBytes)
      throw std::runtime_error(path + " is larger than 2 GiB when unpacked");
  }
}

std::uint32_t big_endian(const std::vector<std::uint8_t>& bytes, std::size_t at) {
  return static_cast<std::uint32_t>(bytes[at]) << 24 |
         static_cast<std::uint32_t>(bytes[at + 1]) << 16 |
         static_cast<std::uint32_t>(bytes[at + 2]) << 8 | static_cast<std::uint32_t>(bytes[at + 3]);
}

// The sizes, and the payload moved to the front of `bytes`.
std::vector<std::size_t> read_sizes(std::vector<std::uint8_t>& bytes, std::uint32_t magic,
                                    std::size_t rank, const std::string& path) {
  const std::size_t header = 4 + 4 * rank;
  if (bytes.size() < header || big_endian(bytes, 0) != magic) {
    throw std::runtime_error(path + " is not an IDX file of " + std::to_string(rank) +
                             " axes of bytes");
  }
  std::vector<std::size_t> sizes;
  std::size_t elements = 1;
  for (std::size_t axis = 0; axis < rank; ++axis) {
    sizes.push_back(big_endian(bytes, 4 + 4 * axis));
    if (sizes.back() != 0 && elements > kMaxBytes / sizes.back())
      throw std::runtime_error(path + " claims impossible sizes");
    elements *= sizes.back();
  }
  if (bytes.size() != header + elements)
    throw std::runtime_error(path + " is cut short or too long for its header");
  bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(header));
  return sizes;
}

}  // namespace

IdxImages read_idx_images(const std::string& path) {
  std::vector<std::uint8_t> bytes = unzip(path);
  const std::vector<std::size_t> sizes = read_sizes(bytes, kUnsignedBytes3d, 3, path);
  return {.count = sizes[0], .rows = sizes[1], .columns = sizes[2], .pixels = std::move(bytes)};
}

IdxLabels read_idx_labels(const std::string& path) {
  std::vector<std::uint8_t> bytes = unzip(path);
  read_sizes(bytes, kUnsignedBytes1d, 1, path);
  return {.labels = std::move(bytes)};
}

}  // namespace quarry::evaluators
