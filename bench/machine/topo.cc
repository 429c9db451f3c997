// SPDX-License-Identifier: MIT
/*
 * machine/topo.cc - relationship classes over the list of PUs.
 *
 * Two PUs belong to the class of the nearest thing that they share.  A cache
 * that the machine does not report has the id -1 and is shared with nobody,
 * so a guest without cache information falls through to "same package".
 */
#include "machine/topo.h"

#include <set>

namespace bench
{

const char *
near_name(Near near)
{
    static const char *const names[near_count] = {
        "same-cpu",     "same-core",  "same-l2",       "same-l3",
        "same-package", "other-node", "other-package",
    };
    return names[static_cast<int>(near)];
}

static bool
shared(int a, int b)
{
    return a >= 0 && a == b;
}

Near
near_of(const Pu &a, const Pu &b)
{
    if (a.os == b.os)
        return Near::same_cpu;
    if (shared(a.core, b.core))
        return Near::same_core;
    if (shared(a.l2, b.l2))
        return Near::same_l2;
    if (shared(a.l3, b.l3))
        return Near::same_l3;
    if (a.package != b.package)
        return Near::other_package;
    return a.node == b.node ? Near::same_package : Near::other_node;
}

std::vector<Pair>
pairs_of(const Topology &topology, Near near)
{
    std::vector<Pair> pairs;
    const int n = static_cast<int>(topology.pus.size());

    for (int a = 0; a < n; a++) {
        if (near == Near::same_cpu)
            pairs.emplace_back(a, a);
        for (int b = a + 1; b < n; b++)
            if (near_of(topology.pus[a], topology.pus[b]) == near)
                pairs.emplace_back(a, b);
    }
    return pairs;
}

void
topology_count(Topology &topology)
{
    std::set<int> packages, nodes, l3s, cores;

    for (const Pu &pu : topology.pus) {
        packages.insert(pu.package);
        nodes.insert(pu.node);
        cores.insert(pu.core);
        if (pu.l3 >= 0)
            l3s.insert(pu.l3);
    }
    topology.packages = static_cast<int>(packages.size());
    topology.nodes = static_cast<int>(nodes.size());
    topology.l3s = static_cast<int>(l3s.size());
    topology.cores = static_cast<int>(cores.size());
}

} // namespace bench
