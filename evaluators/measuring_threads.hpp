// The threads of a measurement, kept to themselves while it lasts: each on a core of its own and,
// where the system allows it, at real-time priority, so that other work does not interrupt them.
#pragma once

#include <sched.h>

#include <cstddef>
#include <functional>
#include <vector>

namespace quarry::evaluators {

// Calls work(i) on thread i of the calling thread's OpenMP team, all at once: the very threads that
// a compiled network with so many threads runs on, since OpenMP keeps a team with its master.
void on_every_thread(int threads, const std::function<void(std::size_t)>& work);

// For the team of the thread that makes it; that thread must destroy it. Affinity and priority are
// then as they were. Threads are neither pinned nor raised where there are more of them than cores:
// they must give way to each other.
class MeasuringThreads {
 public:
  MeasuringThreads(int threads, bool realtime);
  MeasuringThreads(const MeasuringThreads&) = delete;
  MeasuringThreads& operator=(const MeasuringThreads&) = delete;
  ~MeasuringThreads();

  // To the next cores of those that the process may use.
  void move();

  // How long the threads were ready to run and did not, so far: preempted, or woken on a core that
  // was busy. What happens to other threads of the process does not matter. Where the kernel does
  // not keep this time, every involuntary switch is taken for a millisecond.
  double waited_ms() const;

  bool realtime() const { return realtime_; }

 private:
  struct Thread {
    cpu_set_t cores;  // these three as they were before
    int policy = SCHED_OTHER;
    sched_param parameter{};
    int schedstat = -1;  // the thread's /proc file, open while measuring
  };

  void pin();

  int threads_;
  bool realtime_ = false;
  std::vector<int> cores_;  // that the process may use; empty: not pinned
  std::size_t first_ = 0;   // thread i is on cores_[(first_ + i) % size]
  std::vector<Thread> team_;
};

}  // namespace quarry::evaluators
