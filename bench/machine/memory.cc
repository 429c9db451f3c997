// SPDX-License-Identifier: MIT
/* machine/memory.cc - on which node the object under test lies. */
#include "machine/place.h"

namespace bench
{

const char *
memory_name(Memory memory)
{
    static const char *const names[memory_count] = {
        "local",
        "remote",
        "interleave",
        "first-touch",
    };
    return names[static_cast<int>(memory)];
}

std::string
memory_absent(const Topology &topology, Memory memory)
{
    if (memory == Memory::local)
        return "";
    size_t filled = 0;

    for (const Node &node : topology.nodes)
        filled += node.empty ? 0 : 1;
    if (filled < 2)
        return "one memory node";
    if (!can_place_memory(topology))
        return topology.hwloc ? "memory cannot be placed in this container"
                              : "built without hwloc";
    return "";
}

std::vector<Memory>
memories(const Topology &topology)
{
    std::vector<Memory> out;

    for (int i = 0; i < memory_count; i++)
        if (memory_absent(topology, static_cast<Memory>(i)).empty())
            out.push_back(static_cast<Memory>(i));
    return out;
}

static int
package_of(const Topology &topology, int node)
{
    const std::vector<int> &pus = topology.nodes[static_cast<size_t>(node)].pus;

    return pus.empty() ? -1 : topology.pus[static_cast<size_t>(pus[0])].package;
}

/* By the machine's own distances; where it tells none, or equal ones, a node
 * of another package (or of none) is farther than a neighbour. */
static int
farthest(const Topology &topology, int from)
{
    const std::vector<double> &row =
        topology.nodes[static_cast<size_t>(from)].distance;
    std::pair<double, bool> most(-1, false);
    int best = -1;

    for (int to = 0; to < static_cast<int>(topology.nodes.size()); to++) {
        const double told = row.empty() ? 0 : row[static_cast<size_t>(to)];
        const std::pair<double, bool> here(
            told, package_of(topology, to) != package_of(topology, from));
        if (to != from && !topology.nodes[static_cast<size_t>(to)].empty &&
            here > most) {
            most = here;
            best = to;
        }
    }
    return best;
}

Place
with_memory(const Topology &topology, Place place, Memory memory)
{
    const int home = topology.pus[static_cast<size_t>(place.pus[0])].node;

    place.memory = memory;
    place.node = -1;
    if (topology.nodes.size() < 2 || home < 0)
        return place;
    if (memory == Memory::local &&
        !topology.nodes[static_cast<size_t>(home)].empty)
        place.node = home;
    else if (memory == Memory::remote)
        place.node = farthest(topology, home);
    return place;
}

std::vector<int>
memory_nodes(const Topology &topology, const Place &place)
{
    std::vector<int> nodes;

    if (place.memory == Memory::interleave)
        for (size_t i = 0; i < topology.nodes.size(); i++) {
            if (!topology.nodes[i].empty)
                nodes.push_back(static_cast<int>(i));
        }
    else if (place.node >= 0)
        nodes.push_back(place.node);
    return nodes;
}

} // namespace bench
