// Tested by tests/server/supernets_test.cpp.
#include "server/storage/supernet_folder.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <stdexcept>

namespace quarry::server {
namespace {

[[noreturn]] void fail(const std::string& what, const std::string& path) {
  throw std::runtime_error("cannot " + what + " " + path + ": " + std::strerror(errno));
}

class OpenFile {
 public:
  OpenFile(const std::string& path, int flags)
      : path_(path), file_(open(path.c_str(), flags, 0644)) {
    if (file_ < 0) fail("open", path);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() { close(file_); }

  void write_all(const std::string& text) const {
    for (std::size_t done = 0; done < text.size();) {
      const ssize_t written = write(file_, text.data() + done, text.size() - done);
      if (written < 0 && errno != EINTR) fail("write", path_);
      if (written > 0) done += static_cast<std::size_t>(written);
    }
  }
  void sync() const {
    if (fsync(file_) != 0) fail("write", path_);
  }

 private:
  std::string path_;
  int file_;
};

}  // namespace

bool SupernetFolder::holds(const std::string& name) const {
  return std::filesystem::exists(path_ + "/" + name + "/manifest.json");
}

void SupernetFolder::save(const std::string& name, const std::string& manifest) const {
  const std::string folder = path_ + "/" + name;
  std::filesystem::create_directories(folder);
  const std::string draft = folder + "/manifest.json.draft";
  {
    const OpenFile file(draft, O_WRONLY | O_CREAT | O_TRUNC);
    file.write_all(manifest);
    file.sync();
  }
  const std::string final_name = folder + "/manifest.json";
  if (std::rename(draft.c_str(), final_name.c_str()) != 0) fail("write", final_name);
  for (const std::string& changed : {folder, path_}) OpenFile(changed, O_RDONLY).sync();
}

}  // namespace quarry::server
