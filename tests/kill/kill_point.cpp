// Preloaded into a true server, it ends the process at the n-th thing that SQLite does to the
// database's files, as kill -9 would: QUARRY_KILL_AT="137 torn". Before it, after it, or, of a
// write, with half of it done. "2500 clock" instead is so many microseconds after the start.
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

enum class Moment { kNone, kBefore, kTorn, kAfter };

struct Plan {
  long at = 0;
  Moment moment = Moment::kNone;

  Plan() {
    const char* text = std::getenv("QUARRY_KILL_AT");
    char word[16] = "";
    if (text == nullptr || std::sscanf(text, "%ld %15s", &at, word) != 2) return;
    if (std::strcmp(word, "before") == 0) moment = Moment::kBefore;
    if (std::strcmp(word, "torn") == 0) moment = Moment::kTorn;
    if (std::strcmp(word, "after") == 0) moment = Moment::kAfter;
    if (std::strcmp(word, "clock") == 0) set_timer();
  }

  void set_timer() const {
    sigevent event{};
    event.sigev_notify = SIGEV_SIGNAL;
    event.sigev_signo = SIGKILL;
    timer_t timer{};
    itimerspec once{};
    once.it_value = {at / 1000000, at % 1000000 * 1000 + 1};
    if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0 ||
        timer_settime(timer, 0, &once, nullptr) != 0)
      std::abort();
  }
};

const Plan& plan() {
  static const Plan kPlan;
  return kPlan;
}
[[maybe_unused]] const Plan& at_start = plan();

bool is_database(const char* path) { return std::strstr(path, "/quarry.db") != nullptr; }

bool is_database(int file) {
  char link[32];
  char path[512];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return false;
  path[length] = '\0';
  return is_database(path);
}

// Whether this is the one.
bool is_it(bool counts) {
  static std::atomic<long> done = 0;
  return plan().moment != Moment::kNone && counts && ++done == plan().at;
}

void die() {
  kill(getpid(), SIGKILL);
  pause();
}

template <typename Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

// Calls it, and dies before or after if this is the one.
template <typename Call>
auto around(bool counts, const Call& call) {
  const bool mine = is_it(counts);
  if (mine && plan().moment != Moment::kAfter) die();
  const auto result = call();
  if (mine) die();
  return result;
}

}  // namespace

extern "C" {

ssize_t pwrite64(int file, const void* data, size_t size, off64_t offset) {
  static const auto next = real<ssize_t (*)(int, const void*, size_t, off64_t)>("pwrite64");
  const bool mine = is_it(is_database(file));
  if (mine && plan().moment == Moment::kBefore) die();
  const ssize_t result =
      next(file, data, mine && plan().moment == Moment::kTorn ? size / 2 : size, offset);
  if (mine) die();
  return result;
}

int fdatasync(int file) {
  static const auto next = real<int (*)(int)>("fdatasync");
  return around(is_database(file), [&] { return next(file); });
}

int ftruncate64(int file, off64_t size) noexcept {
  static const auto next = real<int (*)(int, off64_t)>("ftruncate64");
  return around(is_database(file), [&] { return next(file, size); });
}

int unlink(const char* path) noexcept {
  static const auto next = real<int (*)(const char*)>("unlink");
  return around(is_database(path), [&] { return next(path); });
}

}  // extern "C"
