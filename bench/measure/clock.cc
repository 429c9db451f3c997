// SPDX-License-Identifier: MIT
/* measure/clock.cc - calibration of the cycle counter. */
#include "measure/clock.h"

namespace bench
{

static double tick_ns;

/* A pair (clock, counter) whose two halves were read closest together. */
static void
read_both(int64_t &ns, uint64_t &tick)
{
    uint64_t best = UINT64_MAX;

    for (int i = 0; i < 200; i++) {
        const uint64_t before = ticks();
        const int64_t at = now_ns();
        const uint64_t width = ticks() - before;
        if (width < best) {
            best = width;
            ns = at;
            tick = before + width / 2;
        }
    }
}

void
calibrate_ticks()
{
    int64_t ns0 = 0, ns1 = 0;
    uint64_t tick0 = 0, tick1 = 0;

    read_both(ns0, tick0);
    sleep_until_ns(now_ns() + 50000000);
    read_both(ns1, tick1);
    tick_ns =
        static_cast<double>(ns1 - ns0) / static_cast<double>(tick1 - tick0);
}

double
ns_per_tick()
{
    return tick_ns;
}

void
set_ns_per_tick(double ns)
{
    tick_ns = ns;
}

void
sleep_until_ns(int64_t at_ns)
{
    timespec ts;

    ts.tv_sec = at_ns / 1000000000;
    ts.tv_nsec = at_ns % 1000000000;
    (void)clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, nullptr);
}

} // namespace bench
