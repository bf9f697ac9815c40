// Tested by tests/server/study_archive_test.cpp.
#include "server/archives/archive_file.hpp"

#include <openssl/evp.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <vector>

namespace quarry::server {
namespace {

constexpr int kGzip = 15 + 16;
constexpr std::size_t kChunk = 64 * 1024;

EVP_MD_CTX* as_context(void* context) { return static_cast<EVP_MD_CTX*>(context); }

std::string megabytes(std::size_t bytes) { return std::to_string(bytes / (1024 * 1024)) + " MiB"; }

}  // namespace

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  if (context_ == nullptr || EVP_DigestInit_ex(as_context(context_), EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("SHA-256 is not to be had from OpenSSL");
}

Sha256::~Sha256() { EVP_MD_CTX_free(as_context(context_)); }

void Sha256::add(std::string_view bytes) {
  EVP_DigestUpdate(as_context(context_), bytes.data(), bytes.size());
}

std::string Sha256::digits() const {
  EVP_MD_CTX* copy = EVP_MD_CTX_new();
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const bool done = copy != nullptr && EVP_MD_CTX_copy_ex(copy, as_context(context_)) == 1 &&
                    EVP_DigestFinal_ex(copy, digest.data(), &size) == 1;
  EVP_MD_CTX_free(copy);
  if (!done) throw std::runtime_error("SHA-256 is not to be had from OpenSSL");
  std::string digits;
  for (unsigned i = 0; i < size; ++i) {
    digits += "0123456789abcdef"[digest[i] >> 4];
    digits += "0123456789abcdef"[digest[i] & 15];
  }
  return digits;
}

struct LineWriter::Stream {
  z_stream zlib{};
};

LineWriter::LineWriter(std::size_t most_bytes)
    : stream_(std::make_unique<Stream>()), left_(most_bytes) {
  if (deflateInit2(&stream_->zlib, 6, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("gzip is not to be had from zlib");
}

LineWriter::~LineWriter() { deflateEnd(&stream_->zlib); }

void LineWriter::add(const std::string& line) {
  if (line.size() + 1 > left_)
    throw std::length_error(
        "it has more than an archive may hold; quarry backup copies whole "
        "databases of any size");
  left_ -= line.size() + 1;
  std::array<char, kChunk> chunk{};
  for (const std::string_view part : {std::string_view(line), std::string_view("\n")}) {
    z_stream& zlib = stream_->zlib;
    zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(part.data()));
    zlib.avail_in = static_cast<uInt>(part.size());
    do {
      zlib.next_out = reinterpret_cast<Bytef*>(chunk.data());
      zlib.avail_out = static_cast<uInt>(chunk.size());
      deflate(&zlib, Z_NO_FLUSH);
      packed_.append(chunk.data(), chunk.size() - zlib.avail_out);
    } while (zlib.avail_out == 0);
  }
}

std::string LineWriter::finish() {
  std::array<char, kChunk> chunk{};
  int result = Z_OK;
  while (result == Z_OK) {
    stream_->zlib.next_out = reinterpret_cast<Bytef*>(chunk.data());
    stream_->zlib.avail_out = static_cast<uInt>(chunk.size());
    result = deflate(&stream_->zlib, Z_FINISH);
    packed_.append(chunk.data(), chunk.size() - stream_->zlib.avail_out);
  }
  return std::move(packed_);
}

std::optional<std::string> read_lines(std::string_view packed, std::size_t most_bytes,
                                      std::size_t longest_line,
                                      const std::function<bool(std::string_view)>& on_line) {
  z_stream zlib{};
  if (inflateInit2(&zlib, kGzip) != Z_OK) return "gzip is not to be had from zlib";
  const std::unique_ptr<z_stream, int (*)(z_stream*)> ends(&zlib, &inflateEnd);
  zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  zlib.avail_in = static_cast<uInt>(packed.size());
  std::vector<char> chunk(kChunk);
  std::string line;
  std::size_t unpacked = 0;
  int result = Z_OK;
  while (result == Z_OK) {
    zlib.next_out = reinterpret_cast<Bytef*>(chunk.data());
    zlib.avail_out = static_cast<uInt>(chunk.size());
    result = inflate(&zlib, Z_NO_FLUSH);
    if (result != Z_OK && result != Z_STREAM_END) break;
    std::string_view fresh(chunk.data(), chunk.size() - zlib.avail_out);
    unpacked += fresh.size();
    if (unpacked > most_bytes) return "is more than " + megabytes(most_bytes) + " when unpacked";
    for (std::size_t end = 0; (end = fresh.find('\n')) != std::string_view::npos;) {
      line.append(fresh.substr(0, end));
      fresh.remove_prefix(end + 1);
      if (line.size() > longest_line) return "has a line of more than " + megabytes(longest_line);
      if (!on_line(line)) return std::nullopt;
      line.clear();
    }
    line.append(fresh);
    if (line.size() > longest_line) return "has a line of more than " + megabytes(longest_line);
  }
  if (result != Z_STREAM_END)
    return unpacked == 0 ? "is no gzip file" : "is damaged or ends too early (gzip says so)";
  if (zlib.avail_in > 0) return "has something after its end";
  if (!line.empty()) return "ends within a line";
  return std::nullopt;
}

}  // namespace quarry::server
