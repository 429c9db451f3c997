// SPDX-License-Identifier: MIT
/* load/object.cc - from a team's times to a sample. */
#include "load/object.h"

#include "measure/clock.h"

namespace bench
{

/* Workers of a bound team that ran together less than this part of the window
 * were not contending as the cell's name says. */
constexpr double overlap_min = 0.95;

void
finish_sample(Sample &sample, const TeamTimes &times, bool bound)
{
    sample.window_ns = times.window_ns;
    sample.overlap = times.overlap;
    sample.wrong = sample.wrong || times.wrong;
    if (times.window_ns > 0)
        sample.cpus = times.cpu_ns / times.window_ns;
    if (sample.ops > 0) {
        sample.ns = times.window_ns / sample.ops;
        sample.cpu_ns = times.cpu_ns / sample.ops;
    }
    if (times.unbound)
        sample.reason = Void::unbound;
    else if (times.stray)
        sample.reason = Void::stray;
    else if (sample.ops <= 0)
        sample.reason = Void::idle;
    else if (bound && times.overlap < overlap_min)
        sample.reason = Void::apart;
}

void
finish_latency(Sample &sample, const Hist &hist)
{
    if (hist.count() == 0)
        return;
    sample.hist = hist.sparse();
    sample.p50_ns = hist.quantile(0.50) * ns_per_tick();
    sample.p99_ns = hist.quantile(0.99) * ns_per_tick();
    sample.p999_ns = hist.quantile(0.999) * ns_per_tick();
    sample.max_ns = ticks_to_ns(hist.max());
}

} // namespace bench
