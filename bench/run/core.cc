// SPDX-License-Identifier: MIT
/* run/core.cc - core-to-core latency by relationship class. */
#include "run/core.h"

#include "run/stop.h"

#include <algorithm>

namespace bench
{

constexpr size_t pairs_in_full = 500; /* up to 32 CPUs: the whole matrix */
constexpr size_t pairs_per_class = 24;
constexpr int batches = 25;

std::vector<CoreTrip>
core_to_core(const Topology &topology)
{
    std::vector<CoreTrip> trips;
    const size_t pus = topology.pus.size();
    const bool full = pus * (pus - 1) / 2 <= pairs_in_full;

    set_current_cell("core-to-core latency");
    for (const PairClass &one : pair_classes(topology)) {
        const size_t limit = full ? pairs_in_full : pairs_per_class;
        if (one.near == Near::same_cpu)
            continue;
        for (Pair pair : sample_pairs(one.pairs, limit)) {
            leave_if_interrupted();
            trips.push_back({ pair, one.near, one.name,
                              line_trip(topology, pair, batches) });
        }
    }
    return trips;
}

ClassPairs
typical_pairs(const Topology &topology, const std::vector<CoreTrip> &trips)
{
    ClassPairs pairs = middle_pairs(topology);

    for (ClassPair &one : pairs) {
        std::vector<CoreTrip> own;
        for (const CoreTrip &trip : trips)
            if (trip.name == one.name)
                own.push_back(trip);
        if (own.empty())
            continue;
        std::sort(own.begin(), own.end(),
                  [](const CoreTrip &a, const CoreTrip &b) {
                      return a.trip.p50_ns < b.trip.p50_ns;
                  });
        one.pair = own[own.size() / 2].pair;
    }
    return pairs;
}

} // namespace bench
