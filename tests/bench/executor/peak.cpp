// Twenty-four accumulators hide the latency of two units of four cycles each, and fit in the
// registers.
#include "tests/bench/executor/peak.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace quarry::bench {
namespace {

#if defined(__x86_64__)

constexpr long kSteps = 50000;

// Written in assembly because the compiler sees that all accumulators are the same, or spills them.
// NOLINTBEGIN(bugprone-macro-parentheses): a type and parts of assembly
#define QUARRY_PEAK_LOOP(NAME, TARGET, TYPE, COUNT, INSTRUCTION)                              \
  __attribute__((target(TARGET), noinline)) void NAME() {                                     \
    TYPE sum[COUNT] = {};                                                                     \
    TYPE a = {}, b = {};                                                                      \
    asm volatile("" : "+v"(a), "+v"(b));                                                      \
    _Pragma("GCC unroll 24") for (int i = 0; i < COUNT; ++i) asm("" : "+v"(sum[i]));          \
    for (long step = 0; step < kSteps; ++step) {                                              \
      _Pragma("GCC unroll 24") for (int i = 0; i < COUNT; ++i) asm(                           \
          INSTRUCTION " %2, %1, %0" : "+v"(sum[i]) : "v"(a), "v"(b));                         \
    }                                                                                         \
    _Pragma("GCC unroll 24") for (int i = 0; i < COUNT; ++i) asm volatile("" : "+v"(sum[i])); \
  }

// NOLINTEND(bugprone-macro-parentheses)

QUARRY_PEAK_LOOP(fma_512, "avx512f", __m512, 24, "vfmadd231ps")
QUARRY_PEAK_LOOP(fma_256, "avx2,fma", __m256, 12, "vfmadd231ps")
QUARRY_PEAK_LOOP(bf16_512, "avx512f", __m512, 24, "vdpbf16ps")
QUARRY_PEAK_LOOP(vnni_512, "avx512f", __m512i, 24, "vpdpbusd")

struct Loop {
  void (*run)();
  double operations;  // of one run
  const char* instruction;
};

std::optional<Loop> loop_of(PeakKind kind) {
  __builtin_cpu_init();
  constexpr double kAll = 24.0 * kSteps;
  switch (kind) {
    case PeakKind::kF32:
      if (__builtin_cpu_supports("avx512f"))
        return Loop{&fma_512, kAll * 16 * 2, "vfmadd231ps zmm"};
      if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return Loop{&fma_256, kAll / 2 * 8 * 2, "vfmadd231ps ymm"};
      return std::nullopt;
    case PeakKind::kBf16:
      if (__builtin_cpu_supports("avx512bf16"))
        return Loop{&bf16_512, kAll * 32 * 2, "vdpbf16ps zmm"};
      return std::nullopt;
    case PeakKind::kInt8:
      if (__builtin_cpu_supports("avx512vnni"))
        return Loop{&vnni_512, kAll * 64 * 2, "vpdpbusd zmm"};
      return std::nullopt;
  }
  return std::nullopt;
}

#else

struct Loop {
  void (*run)();
  double operations;
  const char* instruction;
};

std::optional<Loop> loop_of(PeakKind) { return std::nullopt; }

#endif

}  // namespace

std::optional<Peak> measure_peak(PeakKind kind, int threads, double seconds) {
  const std::optional<Loop> loop = loop_of(kind);
  if (!loop) return std::nullopt;
  using Clock = std::chrono::steady_clock;
  // No barrier between stretches: a thread that has to wait for its processor holds up nobody.
  double rate = 0.0;
#pragma omp parallel num_threads(threads) reduction(+ : rate)
  {
    double shortest = std::numeric_limits<double>::max();
    const Clock::time_point begin = Clock::now();
    Clock::time_point start = begin;
    while (std::chrono::duration<double>(start - begin).count() < seconds) {
      loop->run();
      const Clock::time_point end = Clock::now();
      shortest = std::min(shortest, std::chrono::duration<double>(end - start).count());
      start = end;
    }
    rate += loop->operations / shortest;
  }
  return Peak{.operations_per_second = rate, .instruction = loop->instruction};
}

}  // namespace quarry::bench
