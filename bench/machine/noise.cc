// SPDX-License-Identifier: MIT
/*
 * machine/noise.cc - is the machine quiet?
 *
 * A bound thread reads the cycle counter as fast as it can; a gap of more than
 * 2 us means that something else had the CPU (an interrupt, another thread, the
 * hypervisor).  The lost part of the time is the noise of that CPU.  Up to 16
 * CPUs are asked, at the same time.
 */
#include "machine/card.h"

#include "measure/clock.h"
#include "measure/team.h"

#include <algorithm>
#include <cstdio>

namespace bench
{

constexpr double gap_ns = 2000;
constexpr int64_t listen_ns = 60000000;
constexpr double quiet_part = 0.03;

static void
listen(Worker &w, double &lost_part)
{
    const uint64_t gap = static_cast<uint64_t>(gap_ns / ns_per_tick());
    uint64_t lost = 0;

    w.start();
    uint64_t last = ticks();
    while (!w.stopped()) {
        const uint64_t now = ticks();
        if (now - last > gap)
            lost += now - last;
        last = now;
    }
    w.finish();
    w.ops = 1;
    lost_part = static_cast<double>(lost) /
                static_cast<double>(w.end_tick - w.begin_tick);
}

void
add_noise(const Topology &topology, Card &card)
{
    const int cpus = std::min(16, static_cast<int>(topology.pus.size()));
    const Place place = cores_place(topology, cpus);
    std::vector<double> lost(static_cast<size_t>(cpus), 0);
    Team team(topology, place, cpus);
    char text[120];

    team.run(listen_ns,
             [&](Worker &w) { listen(w, lost[static_cast<size_t>(w.index)]); });
    const double worst = *std::max_element(lost.begin(), lost.end());
    snprintf(text, sizeof text, "%.1f %% of the time lost on the worst CPU: %s",
             100 * worst, worst < quiet_part ? "quiet" : "noisy");
    card.facts.emplace_back("noise", text);
    if (worst >= quiet_part)
        card.warnings.push_back("the machine is not quiet: stop other programs "
                                "and run again");
}

} // namespace bench
