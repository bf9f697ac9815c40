// The file below an archive: gzip of lines with a running SHA-256. What the lines mean is
// study_archive.hpp's.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace quarry::server {

// Lower-case hex digits of what was given so far.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void add(std::string_view bytes);
  // Leaves it as it is.
  std::string digits() const;

 private:
  void* context_;
};

// Packs line by line. Throws std::length_error above so many unpacked bytes.
class LineWriter {
 public:
  explicit LineWriter(std::size_t most_bytes);
  ~LineWriter();
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;
  // A line without its end, which is added.
  void add(const std::string& line);
  std::string finish();

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
  std::size_t left_;
  std::string packed_;
};

// Unpacks into lines and calls on_line for each, without its end, until that returns false. Why it
// cannot be read to its end; nothing: it can, or on_line had enough.
std::optional<std::string> read_lines(std::string_view packed, std::size_t most_bytes,
                                      std::size_t longest_line,
                                      const std::function<bool(std::string_view)>& on_line);

}  // namespace quarry::server
