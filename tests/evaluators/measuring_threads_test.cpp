#include "evaluators/measuring_threads.hpp"

#include <sched.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

namespace quarry::evaluators {
namespace {

cpu_set_t affinity() {
  cpu_set_t set;
  REQUIRE(sched_getaffinity(0, sizeof set, &set) == 0);
  return set;
}

TEST_CASE("while measuring each thread has a core of its own, afterwards all are as before") {
  const cpu_set_t before = affinity();
  const int policy = sched_getscheduler(0);
  const int threads = std::min(CPU_COUNT(&before), 2);
  std::vector<int> cores(static_cast<std::size_t>(threads));
  {
    MeasuringThreads measuring(threads, true);
    on_every_thread(threads, [&](std::size_t i) {
      const cpu_set_t own = affinity();
      if (CPU_COUNT(&own) == 1) cores[i] = sched_getcpu();
    });
    CHECK(std::set<int>(cores.begin(), cores.end()).size() == cores.size());
    CHECK(measuring.realtime() == (sched_getscheduler(0) == (SCHED_FIFO | SCHED_RESET_ON_FORK)));
    CHECK(measuring.waited_ms() >= 0.0);
  }
  on_every_thread(threads, [&](std::size_t i) {
    const cpu_set_t after = affinity();
    cores[i] = CPU_EQUAL(&before, &after) ? 1 : 0;
  });
  CHECK(cores == std::vector<int>(static_cast<std::size_t>(threads), 1));
  CHECK(sched_getscheduler(0) == policy);
}

TEST_CASE("moving gives the thread another core where there is one") {
  const cpu_set_t before = affinity();
  MeasuringThreads measuring(1, false);
  const int first = sched_getcpu();
  measuring.move();
  CHECK((sched_getcpu() != first) == (CPU_COUNT(&before) > 1));
  CHECK_FALSE(measuring.realtime());
}

TEST_CASE("more threads than cores are left to the scheduler") {
  const cpu_set_t before = affinity();
  const int threads = CPU_COUNT(&before) + 1;
  MeasuringThreads measuring(threads, true);
  const cpu_set_t after = affinity();
  CHECK(CPU_EQUAL(&before, &after));
  CHECK_FALSE(measuring.realtime());
}

}  // namespace
}  // namespace quarry::evaluators
