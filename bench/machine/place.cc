// SPDX-License-Identifier: MIT
/* machine/place.cc - places for pairs and teams. */
#include "machine/place.h"

#include <algorithm>
#include <cstdio>
#include <tuple>

namespace bench
{

static const Pu &
pu_at(const Topology &topology, int pu)
{
    return topology.pus[static_cast<size_t>(pu)];
}

const char *
place_name(PlaceKind kind)
{
    static const char *const names[place_kind_count] = {
        "cores",    "compact",  "spread-l3",   "spread-node",
        "one-l3",   "one-node", "one-package", "cross2",
        "same-cpu", "over",     "free",
    };
    return names[static_cast<int>(kind)];
}

/* In the order of the list, which brings neighbours together. */
static std::vector<int>
all_pus(const Topology &topology)
{
    std::vector<int> all(topology.pus.size());

    for (size_t i = 0; i < all.size(); i++)
        all[i] = static_cast<int>(i);
    return all;
}

/* First threads of all cores before second ones, faster kinds of cores before
 * others, else in the order of the list. */
static std::vector<int>
cores_order(const Topology &topology)
{
    std::map<int, int> seen;
    std::vector<std::tuple<int, int, int>> keyed;
    std::vector<int> order;

    for (int i : all_pus(topology)) {
        const Pu &pu = pu_at(topology, i);
        const int turn = pu.core >= 0 ? seen[pu.core]++ : 0;
        keyed.emplace_back(turn, -pu.kind, i);
    }
    std::sort(keyed.begin(), keyed.end());
    for (const auto &entry : keyed)
        order.push_back(std::get<2>(entry));
    return order;
}

/* PUs by what they share, each group in the order of cores. */
static std::map<int, std::vector<int>>
groups_by(const Topology &topology, int Pu::*what)
{
    std::map<int, std::vector<int>> groups;

    for (int i : cores_order(topology))
        groups[pu_at(topology, i).*what].push_back(i);
    return groups;
}

/* One PU of each group in turn; the groups of several packages alternate. */
static std::vector<int>
dealt_over(const Topology &topology, int Pu::*what)
{
    std::map<int, std::vector<std::vector<int>>> packages;
    std::vector<std::vector<int>> turns;
    std::vector<int> order;
    size_t groups = 0;

    for (auto &group : groups_by(topology, what)) {
        packages[pu_at(topology, group.second[0]).package].push_back(
            group.second);
        groups++;
    }
    for (size_t i = 0; turns.size() < groups; i++)
        for (auto &package : packages)
            if (i < package.second.size())
                turns.push_back(package.second[i]);
    for (size_t i = 0; order.size() < topology.pus.size(); i++)
        for (const auto &turn : turns)
            if (i < turn.size())
                order.push_back(turn[i]);
    return order;
}

/* The group with the most PUs, the first of several. */
static std::vector<int>
largest(const Topology &topology, int Pu::*what)
{
    std::vector<int> best;

    for (auto &group : groups_by(topology, what))
        if (group.second.size() > best.size())
            best = group.second;
    return best;
}

static std::vector<int>
half_and_half(const Topology &topology, int workers)
{
    const auto packages = groups_by(topology, &Pu::package);
    const size_t wanted = static_cast<size_t>(workers);
    const size_t here = (wanted + 1) / 2;

    if (packages.size() < 2 || workers < 2)
        return {};
    std::vector<int> order = packages.begin()->second;
    const std::vector<int> &second = std::next(packages.begin())->second;
    if (order.size() < here || second.size() < wanted - here)
        return {};
    order.resize(here);
    order.insert(order.end(), second.begin(), second.end());
    return order;
}

static std::string
places_over(size_t groups, const char *thing)
{
    if (groups >= 2)
        return "";
    return groups == 1
               ? std::string("one ") + thing
               : std::string("this machine does not tell of an ") + thing;
}

static size_t
nodes_with_cpus(const Topology &topology)
{
    size_t count = 0;

    for (const Node &node : topology.nodes)
        count += node.pus.empty() ? 0 : 1;
    return count;
}

std::string
place_absent(const Topology &topology, PlaceKind kind)
{
    switch (kind) {
    case PlaceKind::compact:
        return cores_order(topology) == all_pus(topology)
                   ? "in the same order as cores"
                   : "";
    case PlaceKind::spread_l3:
    case PlaceKind::one_l3:
        return places_over(static_cast<size_t>(topology.l3s), "L3 cache");
    case PlaceKind::spread_node:
    case PlaceKind::one_node:
        return places_over(nodes_with_cpus(topology), "memory node with CPUs");
    case PlaceKind::one_package:
    case PlaceKind::cross2:
        return places_over(static_cast<size_t>(topology.packages), "package");
    case PlaceKind::cores:
    case PlaceKind::same_cpu:
    case PlaceKind::over:
    case PlaceKind::free:
        return "";
    }
    return "";
}

static std::vector<int>
order_of(const Topology &topology, PlaceKind kind, int workers)
{
    switch (kind) {
    case PlaceKind::cores:
        return cores_order(topology);
    case PlaceKind::spread_l3:
        return dealt_over(topology, &Pu::l3);
    case PlaceKind::spread_node:
        return dealt_over(topology, &Pu::node);
    case PlaceKind::one_l3:
        return largest(topology, &Pu::l3);
    case PlaceKind::one_node:
        return largest(topology, &Pu::node);
    case PlaceKind::one_package:
        return largest(topology, &Pu::package);
    case PlaceKind::cross2:
        return half_and_half(topology, workers);
    case PlaceKind::same_cpu:
        return { cores_order(topology)[0] };
    case PlaceKind::compact:
    case PlaceKind::over:
    case PlaceKind::free:
        return all_pus(topology);
    }
    return {};
}

/* "over:4", "over:1.5" */
static std::string
over_name(double workers, double pus)
{
    char text[32];

    snprintf(text, sizeof text, "over:%.3g", workers / pus);
    return text;
}

Place
team_place(const Topology &topology, PlaceKind kind, int workers)
{
    const size_t wanted = static_cast<size_t>(workers);
    Place place;

    if (!place_absent(topology, kind).empty())
        return place;
    place.name = place_name(kind);
    place.pus = order_of(topology, kind, workers);
    if (kind == PlaceKind::over) {
        place.bind = Bind::together;
        place.name = over_name(workers, static_cast<double>(place.pus.size()));
        if (wanted <= place.pus.size())
            place.pus.clear();
    } else if (kind == PlaceKind::free) {
        place.bind = Bind::none;
    } else if (kind == PlaceKind::same_cpu) {
        place.bind = workers > 1 ? Bind::together : Bind::each;
    } else if (wanted <= place.pus.size()) {
        place.pus.resize(wanted);
    } else {
        place.pus.clear();
    }
    if (place.pus.empty())
        return place;
    return with_memory(topology, place, Memory::local);
}

static std::vector<int>
comparable(const Place &place, bool roles)
{
    std::vector<int> pus = place.pus;

    if (!roles)
        std::sort(pus.begin(), pus.end());
    return pus;
}

std::vector<Place>
team_places(const Topology &topology, int workers, bool roles)
{
    std::vector<Place> places;
    std::vector<std::vector<int>> known;

    if (static_cast<size_t>(workers) > topology.pus.size())
        return { team_place(topology, PlaceKind::over, workers) };
    for (int i = 0; i <= static_cast<int>(PlaceKind::cross2); i++) {
        const Place place =
            team_place(topology, static_cast<PlaceKind>(i), workers);
        const std::vector<int> pus = comparable(place, roles);
        if (pus.empty() ||
            std::find(known.begin(), known.end(), pus) != known.end())
            continue;
        known.push_back(pus);
        places.push_back(place);
    }
    return places;
}

Place
cores_place(const Topology &topology, int workers)
{
    return team_places(topology, workers, true)[0];
}

Place
one_cpu_place(const Topology &topology)
{
    return team_place(topology, PlaceKind::same_cpu, 2);
}

Place
pair_place(const Topology &topology, const ClassPair &pair)
{
    Place place;

    place.name = pair.name;
    place.pus.push_back(pair.pair.first);
    if (pair.pair.first != pair.pair.second)
        place.pus.push_back(pair.pair.second);
    else
        place.bind = Bind::together;
    return with_memory(topology, place, Memory::local);
}

std::vector<Pair>
sample_pairs(const std::vector<Pair> &all, size_t limit)
{
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
    return place.bind == Bind::each &&
           static_cast<size_t>(workers) <= place.pus.size();
}

} // namespace bench
