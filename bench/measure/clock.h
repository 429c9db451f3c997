// SPDX-License-Identifier: MIT
/* measure/clock.h - nanoseconds, ticks of the cycle counter, CPU time. */
#ifndef BENCH_MEASURE_CLOCK_H
#define BENCH_MEASURE_CLOCK_H

#include <weir/cpu.h>

#include <cstdint>
#include <ctime>

namespace bench
{

inline int64_t
clock_ns(clockid_t clock)
{
    timespec ts;

    clock_gettime(clock, &ts);
    return static_cast<int64_t>(ts.tv_sec) * 1000000000 + ts.tv_nsec;
}

inline int64_t
now_ns()
{
    return clock_ns(CLOCK_MONOTONIC);
}

/** CPU time of the calling thread. */
inline int64_t
thread_cpu_ns()
{
    return clock_ns(CLOCK_THREAD_CPUTIME_ID);
}

inline uint64_t
ticks()
{
    return weir_cpu_cycles();
}

/** Compare the counter with the clock for a while; once, before measuring. */
void calibrate_ticks();

/** Nanoseconds of one tick; 0 before calibrate_ticks. */
double ns_per_tick();

/** For a process whose parent has compared them already. */
void set_ns_per_tick(double ns);

inline double
ticks_to_ns(uint64_t count)
{
    return static_cast<double>(count) * ns_per_tick();
}

/** Sleep; no measurement depends on how long it really takes. */
void sleep_until_ns(int64_t at_ns);

} // namespace bench

#endif
