// SPDX-License-Identifier: MIT
/* load/object.cc - from a team's times to a sample. */
#include "load/object.h"

#include "measure/clock.h"

#include <unistd.h>

#include <algorithm>

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
    sample.run_delay = times.delay_part;
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
    else if (sample.elsewhere)
        sample.reason = Void::elsewhere;
    else if (sample.ops <= 0)
        sample.reason = Void::idle;
    else if (bound && times.overlap < overlap_min)
        sample.reason = Void::apart;
}

/* Memory that is wanted on one node lies there alone; of pages that are dealt
 * out there are as many nodes as there can be. */
static bool
lies_well(const std::vector<int> &wanted, const std::vector<int> &found,
          size_t pages)
{
    if (wanted.size() == 1)
        return found == wanted;
    return found.size() >= std::min(pages, wanted.size());
}

static size_t
pages_of(const void *memory, size_t bytes)
{
    const uintptr_t page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
    const uintptr_t from = reinterpret_cast<uintptr_t>(memory);

    return (from + bytes - 1) / page - from / page + 1;
}

Whereabouts
settle(const Topology &topology, const Place &place, const void *memory,
       size_t bytes)
{
    const std::vector<int> wanted = memory_nodes(topology, place);
    const size_t pages = pages_of(memory, bytes);
    std::vector<int> found = nodes_of_memory(topology, memory, bytes);
    Whereabouts out;

    if (!wanted.empty() && !lies_well(wanted, found, pages)) {
        move_memory(topology, wanted, memory, bytes);
        found = nodes_of_memory(topology, memory, bytes);
    }
    if (!found.empty())
        out.node = node_os(topology, found[0]);
    /* A machine that does not tell gets the benefit of the doubt for local
     * memory alone, which is touched by a thread that runs there. */
    const bool doubt = found.empty() && place.memory == Memory::local;
    out.elsewhere =
        !wanted.empty() && !doubt && !lies_well(wanted, found, pages);
    return out;
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
