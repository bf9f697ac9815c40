// A disk that fails when it is told to: a layer over SQLite's own file system, and the default one
// while it lives. What changes a file is counted; the n-th change fails, or power goes off in the
// middle of it and what was not synced may be lost.
#pragma once

#include <sqlite3.h>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <fstream>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace quarry::test {

class FaultyDisk {
 public:
  enum class Fault { kNone, kFull, kReadOnly, kIoError, kPowerCut };

  FaultyDisk() : real_(sqlite3_vfs_find(nullptr)) {
    vfs_ = *real_;
    vfs_.zName = "faulty";
    vfs_.pAppData = this;
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
    vfs_.xOpen = &open;
    vfs_.xDelete = [](sqlite3_vfs* vfs, const char* path, int sync) {
      const int refused = of(vfs).change(path);
      return refused != SQLITE_OK ? refused : of(vfs).real_->xDelete(of(vfs).real_, path, sync);
    };
    vfs_.xGetLastError = [](sqlite3_vfs* vfs, int, char*) { return of(vfs).cause_.load(); };
    sqlite3_vfs_register(&vfs_, 1);
  }
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;
  ~FaultyDisk() {
    sqlite3_vfs_unregister(&vfs_);
    sqlite3_vfs_register(real_, 1);
  }

  // The n-th change from now on fails (1: the next), and all after it until heal(). Only files
  // whose path ends like this are counted and fail.
  void fail_from(int n, Fault fault, const std::string& ending = "") {
    const std::scoped_lock lock(mutex_);
    left_ = n;
    fault_ = fault;
    ending_ = ending;
    is_once_ = false;
  }
  // The same, but the disk is well again after the one.
  void fail_once(int n, Fault fault) {
    fail_from(n, fault);
    const std::scoped_lock lock(mutex_);
    is_once_ = true;
  }
  void heal() {
    const std::scoped_lock lock(mutex_);
    fault_ = Fault::kNone;
  }
  // Whether the change that should fail has come.
  bool has_failed() const {
    const std::scoped_lock lock(mutex_);
    return fault_ != Fault::kNone && left_ <= 0;
  }

  // After a power cut, once everything is closed: of what was written and not synced, each piece is
  // there or not. Draws decide.
  void lose_unsynced(std::uint64_t draws) {
    for (auto& [path, pieces] : unsynced_) {
      std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
      if (!file) continue;
      for (auto piece = pieces.rbegin(); piece != pieces.rend(); ++piece) {
        draws = draws * 6364136223846793005U + 1442695040888963407U;
        if ((draws >> 62) == 0) continue;
        file.seekp(piece->offset);
        file.write(piece->before.data(), static_cast<std::streamsize>(piece->before.size()));
      }
    }
  }

 private:
  struct File {
    sqlite3_file base;
    FaultyDisk* disk;
    std::string* path;
    sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  };
  struct Piece {
    sqlite3_int64 offset;
    std::string before;  // zeros where the file ended
  };

  static FaultyDisk& of(sqlite3_vfs* vfs) { return *static_cast<FaultyDisk*>(vfs->pAppData); }
  static File& of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }

  bool is_read_only() const {
    const std::scoped_lock lock(mutex_);
    return fault_ == Fault::kReadOnly && left_ <= 1;
  }

  // Counts one; what the caller has to answer. torn: whether half of it still reaches the disk.
  int change(const std::string& path, bool* torn = nullptr) {
    const std::scoped_lock lock(mutex_);
    if (fault_ == Fault::kNone || !path.ends_with(ending_)) return SQLITE_OK;
    --left_;
    if (left_ > 0) return SQLITE_OK;
    if (torn != nullptr) *torn = left_ == 0 && fault_ == Fault::kPowerCut;
    const Fault fault = fault_;
    if (is_once_) fault_ = Fault::kNone;
    cause_ = fault == Fault::kReadOnly ? EROFS : EIO;
    return fault == Fault::kFull ? SQLITE_FULL : SQLITE_IOERR_WRITE;
  }

  void remember(File& file, int size, sqlite3_int64 offset) {
    Piece piece{offset, std::string(static_cast<std::size_t>(size), '\0')};
    file.real()->pMethods->xRead(file.real(), piece.before.data(), size, offset);
    const std::scoped_lock lock(mutex_);
    unsynced_[*file.path].push_back(std::move(piece));
  }

  static int write(sqlite3_file* base, const void* data, int size, sqlite3_int64 offset) {
    File& file = of(base);
    bool torn = false;
    const int refused = file.disk->change(*file.path, &torn);
    if (refused != SQLITE_OK && !torn) return refused;
    file.disk->remember(file, size, offset);
    const int result =
        file.real()->pMethods->xWrite(file.real(), data, torn ? size / 2 : size, offset);
    return torn ? refused : result;
  }

  static int sync(sqlite3_file* base, int flags) {
    File& file = of(base);
    const int refused = file.disk->change(*file.path);
    if (refused != SQLITE_OK) return refused == SQLITE_FULL ? refused : SQLITE_IOERR_FSYNC;
    const int result = file.real()->pMethods->xSync(file.real(), flags);
    const std::scoped_lock lock(file.disk->mutex_);
    file.disk->unsynced_.erase(*file.path);
    return result;
  }

  static int truncate(sqlite3_file* base, sqlite3_int64 size) {
    File& file = of(base);
    const int refused = file.disk->change(*file.path);
    return refused != SQLITE_OK ? refused : file.real()->pMethods->xTruncate(file.real(), size);
  }

  static int close(sqlite3_file* base) {
    File& file = of(base);
    delete file.path;
    return file.real()->pMethods->xClose(file.real());
  }

  // A disk that is read-only from the start opens files for reading.
  static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* base, int flags, int* out) {
    FaultyDisk& disk = of(vfs);
    File& file = of(base);
    if (disk.is_read_only())
      flags = (flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) | SQLITE_OPEN_READONLY;
    base->pMethods = nullptr;
    const int result = disk.real_->xOpen(disk.real_, path, file.real(), flags, out);
    if (result != SQLITE_OK) return result;
    file.disk = &disk;
    file.path =
        new std::string(path == nullptr ? "" : path);  // SQLite holds the file as plain bytes
    base->pMethods = &methods();
    return SQLITE_OK;
  }

  static const sqlite3_io_methods& methods() {
    static const sqlite3_io_methods kMethods = {
        .iVersion = 2,
        .xClose = &close,
        .xRead =
            [](sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
              return of(file).real()->pMethods->xRead(of(file).real(), to, size, offset);
            },
        .xWrite = &write,
        .xTruncate = &truncate,
        .xSync = &sync,
        .xFileSize =
            [](sqlite3_file* file, sqlite3_int64* size) {
              return of(file).real()->pMethods->xFileSize(of(file).real(), size);
            },
        .xLock = [](sqlite3_file* file,
                    int level) { return of(file).real()->pMethods->xLock(of(file).real(), level); },
        .xUnlock =
            [](sqlite3_file* file, int level) {
              return of(file).real()->pMethods->xUnlock(of(file).real(), level);
            },
        .xCheckReservedLock =
            [](sqlite3_file* file, int* held) {
              return of(file).real()->pMethods->xCheckReservedLock(of(file).real(), held);
            },
        .xFileControl =
            [](sqlite3_file* file, int what, void* argument) {
              return of(file).real()->pMethods->xFileControl(of(file).real(), what, argument);
            },
        .xSectorSize =
            [](sqlite3_file* file) {
              return of(file).real()->pMethods->xSectorSize(of(file).real());
            },
        .xDeviceCharacteristics =
            [](sqlite3_file* file) {
              return of(file).real()->pMethods->xDeviceCharacteristics(of(file).real());
            },
        .xShmMap =
            [](sqlite3_file* file, int page, int size, int extend, void volatile** to) {
              return of(file).real()->pMethods->xShmMap(of(file).real(), page, size, extend, to);
            },
        .xShmLock =
            [](sqlite3_file* file, int offset, int count, int flags) {
              return of(file).real()->pMethods->xShmLock(of(file).real(), offset, count, flags);
            },
        .xShmBarrier =
            [](sqlite3_file* file) { of(file).real()->pMethods->xShmBarrier(of(file).real()); },
        .xShmUnmap =
            [](sqlite3_file* file, int remove) {
              return of(file).real()->pMethods->xShmUnmap(of(file).real(), remove);
            },
        .xFetch = nullptr,
        .xUnfetch = nullptr};
    return kMethods;
  }

  sqlite3_vfs* real_;
  sqlite3_vfs vfs_{};
  mutable std::mutex mutex_;
  int left_ = 0;
  Fault fault_ = Fault::kNone;
  std::string ending_;
  bool is_once_ = false;
  std::atomic<int> cause_ = 0;
  std::map<std::string, std::vector<Piece>> unsynced_;  // by path
};

}  // namespace quarry::test
