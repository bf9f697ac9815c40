// Tested by tests/server/database_test.cpp.
#include "server/storage/folder_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace quarry::server {

FolderLock::FolderLock(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const std::string path = folder + "/quarry.lock";
  descriptor_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor_ < 0)
    throw StoreError("cannot write in the data folder " + folder + ": " + std::strerror(errno) +
                     "; give --data a folder that can be written");
  if (flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
  close(descriptor_);
  throw StoreError("another Quarry server uses the data folder " + folder +
                   ": stop it, or give --data another folder");
}

FolderLock::~FolderLock() { close(descriptor_); }

}  // namespace quarry::server
