// SPDX-License-Identifier: MIT
/*
 * machine/topo.cc - relationship classes over the list of PUs.
 *
 * Which thing is the smaller one differs by machine: a node may hold several
 * L3 caches, or an L3 cache several nodes.  So things are compared by how many
 * PUs share them.  What a machine does not report has the id -1 and is shared
 * with nobody: a guest without cache information falls to "same-package".
 */
#include "machine/topo.h"

#include <algorithm>
#include <set>

namespace bench
{

/* In the order in which things of the same size count. */
int Pu::*const levels[level_count] = {
    &Pu::core, &Pu::l2, &Pu::l3, &Pu::package, &Pu::die, &Pu::node,
};

static const Near level_near[level_count] = {
    Near::same_core,    Near::same_l2,  Near::same_l3,
    Near::same_package, Near::same_die, Near::same_node,
};

const char *
level_name(int level)
{
    static const char *const names[level_count] = {
        "a core",    "an L2 cache", "an L3 cache",
        "a package", "a die",       "a memory node",
    };
    return names[level];
}

const char *
near_name(Near near)
{
    static const char *const names[near_count] = {
        "same-cpu", "same-core", "same-l2",      "same-l3",
        "same-die", "same-node", "same-package", "other-package",
    };
    return names[static_cast<int>(near)];
}

Near
near_of(const Topology &topology, int a, int b)
{
    const Pu &one = topology.pus[static_cast<size_t>(a)];
    const Pu &other = topology.pus[static_cast<size_t>(b)];
    const bool apart = one.package != other.package;
    Near near = apart ? Near::other_package : Near::same_package;
    int least = INT32_MAX;

    if (a == b)
        return Near::same_cpu;
    for (int level = 0; level < level_count; level++) {
        const int id = one.*levels[level];
        if (id < 0 || id != other.*levels[level])
            continue;
        const int sharers = topology.sharers[static_cast<size_t>(level)].at(id);
        if (sharers < least) {
            least = sharers;
            near = level_near[level];
        }
    }
    return near;
}

/* ":PE" on a hybrid machine, the faster one first; ":P" of a single PU. */
static std::string
kinds_name(const Topology &topology, int a, int b)
{
    int first = topology.pus[static_cast<size_t>(a)].kind;
    int second = topology.pus[static_cast<size_t>(b)].kind;

    if (topology.kinds.size() < 2 || first < 0 || second < 0)
        return "";
    if (first < second)
        std::swap(first, second);
    const std::string name = topology.kinds[static_cast<size_t>(first)].name;
    if (a == b)
        return ":" + name;
    return ":" + name + topology.kinds[static_cast<size_t>(second)].name;
}

std::string
pair_name(const Topology &topology, int a, int b)
{
    return near_name(near_of(topology, a, b)) + kinds_name(topology, a, b);
}

int
node_os(const Topology &topology, int node)
{
    return node < 0 ? -1 : topology.nodes[static_cast<size_t>(node)].os;
}

std::vector<PairClass>
pair_classes(const Topology &topology)
{
    /* Faster kinds have the higher index: the key brings them forward. */
    using Key = std::pair<Near, int>;
    std::map<Key, PairClass> classes;
    const int n = static_cast<int>(topology.pus.size());

    for (int a = 0; a < n; a++)
        for (int b = a; b < n; b++) {
            const int kind_a = topology.pus[static_cast<size_t>(a)].kind;
            const int kind_b = topology.pus[static_cast<size_t>(b)].kind;
            const int low = std::min(kind_a, kind_b);
            const int high = std::max(kind_a, kind_b);
            const Near near = near_of(topology, a, b);
            PairClass &one = classes[Key(near, -(high * 256 + low))];
            if (one.pairs.empty()) {
                one.near = near;
                one.name = pair_name(topology, a, b);
            }
            one.pairs.emplace_back(a, b);
        }
    std::vector<PairClass> out;
    for (auto &entry : classes)
        out.push_back(std::move(entry.second));
    return out;
}

/* Why no pair has this level as its nearest. */
static std::string
level_absent(const Topology &topology, int level)
{
    const auto &sharers = topology.sharers[static_cast<size_t>(level)];
    const std::string name = level_name(level);
    bool several = false;

    if (sharers.empty())
        return "this machine does not tell of " + name;
    for (const auto &entry : sharers)
        several = several || entry.second > 1;
    if (!several)
        return "no two CPUs share " + name;
    return "no two CPUs have " + name + " as the nearest thing they share";
}

std::string
near_absent(const Topology &topology, Near near)
{
    const int n = static_cast<int>(topology.pus.size());

    for (int a = 0; a < n; a++)
        for (int b = a; b < n; b++)
            if (near_of(topology, a, b) == near)
                return "";
    if (n < 2)
        return "one CPU";
    for (int level = 0; level < level_count; level++)
        if (level_near[level] == near)
            return level_absent(topology, level);
    return "one package";
}

static void
count_nodes(Topology &topology)
{
    for (const Pu &pu : topology.pus)
        while (static_cast<int>(topology.nodes.size()) <= pu.node) {
            Node node;
            node.os = static_cast<int>(topology.nodes.size());
            topology.nodes.push_back(node);
        }
    for (Node &node : topology.nodes)
        node.pus.clear();
    for (size_t i = 0; i < topology.pus.size(); i++)
        if (topology.pus[i].node >= 0)
            topology.nodes[static_cast<size_t>(topology.pus[i].node)]
                .pus.push_back(static_cast<int>(i));
}

void
topology_count(Topology &topology)
{
    std::set<int> packages;

    for (size_t level = 0; level < level_count; level++) {
        topology.sharers[level].clear();
        for (const Pu &pu : topology.pus)
            if (pu.*levels[level] >= 0)
                topology.sharers[level][pu.*levels[level]]++;
    }
    for (const Pu &pu : topology.pus)
        packages.insert(pu.package);
    topology.packages = static_cast<int>(packages.size());
    topology.cores = static_cast<int>(topology.sharers[0].size());
    topology.l3s = static_cast<int>(topology.sharers[2].size());
    count_nodes(topology);
}

} // namespace bench
