// SPDX-License-Identifier: MIT
/*
 * measure/probe.cc - the round trip of a cache line between two CPUs.
 *
 * Race
 *     near                                   far
 *     ----                                   ---
 *     there = n  (REL)  <-- probe.there -->  see there == n  (ACQ)
 *     see back == n (ACQ) <-- probe.back --> back = n  (REL)
 */
#include "measure/probe.h"

#include "measure/clock.h"
#include "measure/stats.h"
#include "measure/team.h"

#include <weir/atomic.h>

#include <algorithm>

namespace bench
{

namespace
{

constexpr uint64_t trips_per_batch = 50;

struct alignas(128) Lines {
    alignas(128) WEIR_ATOMIC(uint64_t) there = 0;
    alignas(128) WEIR_ATOMIC(uint64_t) back = 0;
};

} // namespace

static void
near_side(Worker &w, Lines &lines, std::vector<double> &batches)
{
    uint64_t n = 0;

    w.start();
    for (double &batch : batches) {
        const uint64_t before = ticks();
        for (uint64_t i = 0; i < trips_per_batch; i++) {
            n++;
            /* order(probe.there) REL: carries n; pairs with far_side */
            weir_store_rel(&lines.there, n);
            /* order(probe.back) ACQ: the answer; pairs with far_side */
            while (weir_load_acq(&lines.back) != n)
                weir_cpu_relax();
        }
        batch = ticks_to_ns(ticks() - before) / trips_per_batch;
    }
    w.finish();
}

static void
far_side(Worker &w, Lines &lines, uint64_t trips)
{
    w.start();
    for (uint64_t n = 1; n <= trips; n++) {
        /* order(probe.there) ACQ: the question; pairs with near_side */
        while (weir_load_acq(&lines.there) != n)
            weir_cpu_relax();
        /* order(probe.back) REL: answers n; pairs with near_side */
        weir_store_rel(&lines.back, n);
    }
    w.finish();
}

LineTrip
line_trip(const Topology &topology, Pair pair, int batches)
{
    LineTrip out;

    if (pair.first == pair.second)
        return out;
    const ClassPair two = { Near::same_cpu, "pair", pair };
    const Place place = pair_place(topology, two);
    Lines lines;
    Team team(topology, place, 2);
    std::vector<double> times(static_cast<size_t>(batches), 0);
    const uint64_t trips = trips_per_batch * static_cast<uint64_t>(batches);

    team.run(0, [&](Worker &w) {
        if (w.index == 0)
            near_side(w, lines, times);
        else
            far_side(w, lines, trips);
    });
    out.min_ns = *std::min_element(times.begin(), times.end());
    out.p50_ns = median(times);
    return out;
}

} // namespace bench
