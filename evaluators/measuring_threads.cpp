// Tested by tests/evaluators/measuring_threads_test.cpp.
#include "evaluators/measuring_threads.hpp"

#include <fcntl.h>
#include <omp.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <numeric>

namespace quarry::evaluators {
namespace {

double involuntary_switches(int threads) {
  std::vector<double> counts(static_cast<std::size_t>(threads));
  on_every_thread(threads, [&](std::size_t i) {
    rusage usage{};
    getrusage(RUSAGE_THREAD, &usage);
    counts[i] = static_cast<double>(usage.ru_nivcsw);
  });
  return std::accumulate(counts.begin(), counts.end(), 0.0);
}

}  // namespace

void on_every_thread(int threads, const std::function<void(std::size_t)>& work) {
#pragma omp parallel num_threads(threads)
  work(static_cast<std::size_t>(omp_get_thread_num()));
}

MeasuringThreads::MeasuringThreads(int threads, bool realtime)
    : threads_(threads), team_(static_cast<std::size_t>(threads)) {
  on_every_thread(threads_, [&](std::size_t i) {
    team_[i].schedstat = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
  });
  cpu_set_t usable;
  if (sched_getaffinity(0, sizeof usable, &usable) != 0 || CPU_COUNT(&usable) < threads) return;
  for (int core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &usable)) cores_.push_back(core);
  }
  // The scheduler has put this thread on a core that it thinks is idle.
  const auto here = std::ranges::find(cores_, sched_getcpu());
  if (here != cores_.end()) first_ = static_cast<std::size_t>(here - cores_.begin());

  std::atomic<int> raised = 0;
  on_every_thread(threads_, [&](std::size_t i) {
    Thread& before = team_[i];
    sched_getaffinity(0, sizeof before.cores, &before.cores);
    before.policy = sched_getscheduler(0);
    sched_getparam(0, &before.parameter);
    constexpr sched_param kLowest{.sched_priority = 1};
    if (realtime && sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &kLowest) == 0)
      ++raised;
  });
  realtime_ = raised == threads_;
  pin();
}

MeasuringThreads::~MeasuringThreads() {
  for (const Thread& thread : team_) {
    if (thread.schedstat >= 0) close(thread.schedstat);
  }
  if (cores_.empty()) return;
  on_every_thread(threads_, [&](std::size_t i) {
    const Thread& before = team_[i];
    sched_setscheduler(0, before.policy, &before.parameter);
    sched_setaffinity(0, sizeof before.cores, &before.cores);
  });
}

void MeasuringThreads::move() {
  if (cores_.empty()) return;
  first_ = (first_ + 1) % cores_.size();
  pin();
}

void MeasuringThreads::pin() {
  on_every_thread(threads_, [&](std::size_t i) {
    cpu_set_t own;
    CPU_ZERO(&own);
    CPU_SET(static_cast<std::size_t>(cores_[(first_ + i) % cores_.size()]), &own);
    sched_setaffinity(0, sizeof own, &own);
  });
}

double MeasuringThreads::waited_ms() const {
  double waited = 0.0;
  for (const Thread& thread : team_) {
    // Nanoseconds on a core, nanoseconds ready but waiting, times it ran.
    char text[128] = {};
    unsigned long long ran = 0;
    unsigned long long waited_ns = 0;
    if (thread.schedstat < 0 || pread(thread.schedstat, text, sizeof text - 1, 0) <= 0 ||
        std::sscanf(text, "%llu %llu", &ran, &waited_ns) != 2)
      return involuntary_switches(threads_);
    waited += static_cast<double>(waited_ns) * 1e-6;
  }
  return waited;
}

}  // namespace quarry::evaluators
