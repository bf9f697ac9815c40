// One server on one data folder: two would resume the same studies twice.
#pragma once

#include <string>

#include "server/storage/store_error.hpp"

namespace quarry::server {

// Held while it lives; the kernel's flock on FOLDER/quarry.lock, which ends with the process
// however that ends.
class FolderLock {
 public:
  // Makes the folder when it is not there. Throws StoreError when another process holds it.
  explicit FolderLock(const std::string& folder);
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock();

 private:
  int descriptor_;
};

}  // namespace quarry::server
