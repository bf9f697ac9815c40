// Tested by tests/evaluators/machine_lock_test.cpp.
#include "evaluators/machine_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <stdexcept>
#include <utility>

namespace quarry::evaluators {
namespace {

// For reading only: that is enough for flock, and so the file of one user serves all others without
// being writable by them.
int open_lock_file(const std::string& path) {
  constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW;
  // Opening with O_CREAT what another user made is refused in a sticky folder
  // (fs.protected_regular); so it is only made where it is not there.
  while (true) {
    int descriptor = open(path.c_str(), kFlags);
    if (descriptor >= 0) return descriptor;
    if (errno == ENOENT) descriptor = open(path.c_str(), kFlags | O_CREAT | O_EXCL, 0644);
    if (descriptor >= 0) {
      fchmod(descriptor, 0644);  // whatever the umask says
      return descriptor;
    }
    if (errno != EEXIST)
      throw std::runtime_error("cannot open the lock " + path + ": " + std::strerror(errno));
  }
}

}  // namespace

std::optional<MachineLock> MachineLock::acquire(const std::string& path, std::stop_token stop) {
  MachineLock lock(open_lock_file(path));
  // A blocking flock cannot be told to stop; asking fifty times a second costs nothing.
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock waiting(mutex);
  while (flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR)
      throw std::runtime_error("cannot lock " + path + ": " + std::strerror(errno));
    stopped.wait_for(waiting, stop, std::chrono::milliseconds(20), [] { return false; });
    if (stop.stop_requested()) return std::nullopt;
  }
  return lock;
}

MachineLock::MachineLock(MachineLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

MachineLock::~MachineLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

std::string machine_folder() {
  return access("/run/lock", W_OK | X_OK) == 0 ? "/run/lock" : "/tmp";
}

}  // namespace quarry::evaluators
