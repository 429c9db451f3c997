// SPDX-License-Identifier: MIT
/* machine/place.cc - places for pairs and teams. */
#include "machine/place.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace bench
{

/* Sorts PUs by (how many PUs of the same core came before, position). */
std::vector<int>
compact_order(const Topology &topology)
{
    std::map<int, int> seen;
    std::vector<std::pair<int, int>> keyed;

    for (size_t i = 0; i < topology.pus.size(); i++) {
        const int core = topology.pus[i].core;
        const int turn = core >= 0 ? seen[core]++ : 0;
        keyed.emplace_back(turn, static_cast<int>(i));
    }
    std::sort(keyed.begin(), keyed.end());
    std::vector<int> order;
    for (const auto &entry : keyed)
        order.push_back(entry.second);
    return order;
}

/* Deals one PU per (package, node, L3) group in turn; packages alternate. */
std::vector<int>
spread_order(const Topology &topology)
{
    std::map<std::tuple<int, int, int>, std::vector<int>> groups;
    std::map<int, std::vector<std::vector<int>>> packages;

    for (int pu : compact_order(topology)) {
        const Pu &p = topology.pus[pu];
        groups[std::make_tuple(p.package, p.node, p.l3)].push_back(pu);
    }
    for (auto &group : groups)
        packages[std::get<0>(group.first)].push_back(group.second);

    std::vector<std::vector<int>> turns;
    for (size_t i = 0; turns.size() < groups.size(); i++)
        for (auto &package : packages)
            if (i < package.second.size())
                turns.push_back(package.second[i]);

    std::vector<int> order;
    for (size_t i = 0; order.size() < topology.pus.size(); i++)
        for (const auto &turn : turns)
            if (i < turn.size())
                order.push_back(turn[i]);
    return order;
}

static int
node_at(const Topology &topology, int pu)
{
    return topology.nodes > 1 ? topology.pus[pu].node : -1;
}

Place
pair_place(const Topology &topology, Near near, Pair pair)
{
    Place place;

    place.name = near_name(near);
    place.pus.push_back(pair.first);
    if (near != Near::same_cpu)
        place.pus.push_back(pair.second);
    place.node = node_at(topology, pair.first);
    return place;
}

static Place
team_place(const Topology &topology, const char *name, std::vector<int> order,
           int workers)
{
    Place place;

    if (static_cast<size_t>(workers) < order.size())
        order.resize(static_cast<size_t>(workers));
    place.name = name;
    place.node = node_at(topology, order[0]);
    place.pus = std::move(order);
    return place;
}

Place
compact_place(const Topology &topology, int workers)
{
    return team_place(topology, "compact", compact_order(topology), workers);
}

Place
spread_place(const Topology &topology, int workers)
{
    return team_place(topology, "spread", spread_order(topology), workers);
}

Place
one_cpu_place(const Topology &topology)
{
    return pair_place(topology, Near::same_cpu, Pair(0, 0));
}

std::vector<Pair>
sample_pairs(const Topology &topology, Near near, size_t limit)
{
    const std::vector<Pair> all = pairs_of(topology, near);
    std::vector<Pair> some;

    if (all.size() <= limit)
        return all;
    for (size_t i = 0; i < limit; i++)
        some.push_back(all[i * all.size() / limit]);
    return some;
}

bool
fits(const Place &place, int workers)
{
    return static_cast<size_t>(workers) <= place.pus.size();
}

} // namespace bench
