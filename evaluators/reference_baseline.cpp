// Tested by tests/evaluators/reference_baseline_test.cpp.
#include "evaluators/reference_baseline.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace quarry::evaluators {
namespace {

constexpr std::int64_t kLifeSeconds = 24 * 60 * 60;

struct Kept {
  double ms = 0.0;
  long long unix_seconds = 0;
};

// Only from a file of our own: in a folder that everybody may write, anybody may have put one
// there.
bool read_kept(const std::string& path, Kept& kept) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0) return false;
  struct stat status {};
  char text[128] = {};
  const bool read_it = fstat(descriptor, &status) == 0 && status.st_uid == geteuid() &&
                       read(descriptor, text, sizeof text - 1) > 0;
  close(descriptor);
  return read_it && std::sscanf(text, "%lf %lld", &kept.ms, &kept.unix_seconds) == 2 &&
         kept.ms > 0.0;
}

// Whole or not at all.
void write_kept(const std::string& path, const Kept& kept) {
  std::string temporary = path + ".XXXXXX";
  const int descriptor = mkostemp(temporary.data(), O_CLOEXEC);
  if (descriptor < 0) return;
  char text[128];
  const int length = std::snprintf(text, sizeof text, "%.9g %lld\n", kept.ms, kept.unix_seconds);
  const bool written = write(descriptor, text, static_cast<std::size_t>(length)) == length;
  close(descriptor);
  if (!written || rename(temporary.c_str(), path.c_str()) != 0) unlink(temporary.c_str());
}

}  // namespace

double shared_baseline_ms(const std::string& path, double found_ms, std::int64_t unix_seconds) {
  Kept kept;
  const bool stands = read_kept(path, kept) && unix_seconds - kept.unix_seconds < kLifeSeconds &&
                      kept.unix_seconds <= unix_seconds && found_ms > 0.98 * kept.ms;
  if (stands) return kept.ms;
  write_kept(path, {found_ms, unix_seconds});
  return found_ms;
}

}  // namespace quarry::evaluators
