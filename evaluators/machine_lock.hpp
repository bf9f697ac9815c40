// One measurement of time at a time on a machine, whatever processes and users make them.
#pragma once

#include <optional>
#include <stop_token>
#include <string>

namespace quarry::evaluators {

// Held while it lives. The file stays; what locks is the kernel's flock, which ends with the
// process however that ends. Processes in containers with /run/lock folders of their own do not see
// each other.
class MachineLock {
 public:
  // Waits for whoever holds it; nothing when a stop is asked for first. Throws std::runtime_error
  // when the file can be neither opened nor made.
  static std::optional<MachineLock> acquire(const std::string& path, std::stop_token stop);

  MachineLock(MachineLock&& other) noexcept;
  MachineLock(const MachineLock&) = delete;
  MachineLock& operator=(const MachineLock&) = delete;
  MachineLock& operator=(MachineLock&&) = delete;
  ~MachineLock();

 private:
  explicit MachineLock(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

// The folder of the lock and of what processes share beside it: /run/lock, which all users can
// write and a reboot empties, or /tmp where there is none.
std::string machine_folder();

}  // namespace quarry::evaluators
