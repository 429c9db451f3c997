// SPDX-License-Identifier: MIT
/*
 * topo_test.cc - relationship classes, places and plans.
 * Goal    every machine gets the right classes, and a plan within its time.
 * Method  three synthetic topologies with known counts (by hwloc where it is
 *         built in), lists written by hand, plans for 1, 2 and 256 CPUs.
 */
#include "machine/place.h"
#include "run/plan.h"
#include "test.h"

#include <algorithm>
#include <set>

using namespace bench;

#if WEIR_BENCH_HAVE_HWLOC
static const bool have_hwloc = true;
#else
static const bool have_hwloc = false;
#endif

static Topology
synthetic(const char *text)
{
    std::string error;
    Topology topology = topology_load(text, error);

    EXPECT_STREQ(error.c_str(), "");
    return topology;
}

static long
count(const Topology &topology, Near near)
{
    long pairs = 0;

    for (const PairClass &one : pair_classes(topology))
        pairs += one.near == near ? static_cast<long>(one.pairs.size()) : 0;
    return pairs;
}

/* `n` PUs in `package`s of their own L3, one core each. */
static Topology
by_hand(int n, int per_package)
{
    Topology topology;

    for (int i = 0; i < n; i++) {
        Pu pu;
        pu.os = i;
        pu.core = i;
        pu.l3 = i / per_package;
        pu.package = i / per_package;
        pu.node = i / per_package;
        topology.pus.push_back(pu);
    }
    topology_count(topology);
    return topology;
}

TEST(topo_eight_ccx_chiplet)
{
    if (!have_hwloc)
        TEST_SKIP("built without hwloc");
    const Topology t = synthetic("pack:1 [numa] l3:8 l2:8 core:1 pu:2");

    EXPECT_EQ(t.pus.size(), 128);
    EXPECT_EQ(count(t, Near::same_core), 64);
    EXPECT_EQ(count(t, Near::same_l2), 0);
    EXPECT_EQ(count(t, Near::same_l3), 896);
    EXPECT_EQ(count(t, Near::same_package), 7168);
    EXPECT_EQ(count(t, Near::other_package), 0);
}

TEST(topo_two_sockets)
{
    if (!have_hwloc)
        TEST_SKIP("built without hwloc");
    const Topology t = synthetic("pack:2 [numa] l3:1 l2:32 core:1 pu:2");

    EXPECT_EQ(t.nodes.size(), 2);
    EXPECT_EQ(count(t, Near::same_core), 64);
    EXPECT_EQ(count(t, Near::same_l3), 3968);
    EXPECT_EQ(count(t, Near::other_package), 4096);
}

/* Two cores per L2, two L3 per die, two dies with a node each, two packages:
 * every class. */
TEST(topo_all_classes)
{
    if (!have_hwloc)
        TEST_SKIP("built without hwloc");
    const Topology t = synthetic("pack:2 die:2 [numa] l3:2 l2:4 core:2 pu:2");
    const long pus = static_cast<long>(t.pus.size());
    long all = 0;

    EXPECT_EQ(pus, 128);
    EXPECT_EQ(t.nodes.size(), 4);
    EXPECT_EQ(count(t, Near::same_core), 64);
    EXPECT_EQ(count(t, Near::same_l2), 32 * 4);
    EXPECT_EQ(count(t, Near::same_l3), 8 * 4 * 3 / 2 * 16);
    EXPECT_EQ(count(t, Near::same_die), 4 * 16 * 16);
    EXPECT_EQ(count(t, Near::same_package), 2 * 32 * 32);
    EXPECT_EQ(count(t, Near::other_package), 64 * 64);
    for (int i = 1; i < near_count; i++)
        all += count(t, static_cast<Near>(i));
    EXPECT_EQ(all, pus * (pus - 1) / 2);
}

TEST(topo_refuses_nonsense)
{
    std::string error;
    const Topology t = topology_load("nonsense:x", error);

    EXPECT_TRUE(t.pus.empty());
    EXPECT_FALSE(error.empty());
}

TEST(topo_unknown_caches_are_shared_with_nobody)
{
    Topology t;

    t.pus.resize(2);
    t.pus[0].os = 0;
    t.pus[1].os = 1;
    topology_count(t);
    EXPECT_STREQ(near_name(near_of(t, 0, 1)), "same-package");
    t.pus[0].core = t.pus[1].core = 4;
    topology_count(t);
    EXPECT_STREQ(near_name(near_of(t, 0, 1)), "same-core");
}

TEST(place_cores_takes_one_thread_per_core)
{
    if (!have_hwloc)
        TEST_SKIP("built without hwloc");
    const Topology t = synthetic("pack:1 [numa] l3:1 l2:4 core:1 pu:2");
    const Place place = cores_place(t, 4);
    std::set<int> cores;

    for (int pu : place.pus)
        cores.insert(t.pus[pu].core);
    EXPECT_EQ(place.pus.size(), 4);
    EXPECT_EQ(cores.size(), 4);
    EXPECT_TRUE(fits(place, 4));
    EXPECT_FALSE(fits(cores_place(t, 9), 9));
}

TEST(place_spread_alternates_packages)
{
    const Topology t = by_hand(8, 4);
    const Place place = team_place(t, PlaceKind::spread_l3, 4);

    EXPECT_EQ(t.pus[place.pus[0]].package, 0);
    EXPECT_EQ(t.pus[place.pus[1]].package, 1);
    EXPECT_EQ(t.pus[place.pus[2]].package, 0);
    std::vector<int> order = team_place(t, PlaceKind::spread_l3, 8).pus;
    std::sort(order.begin(), order.end());
    for (int i = 0; i < 8; i++)
        EXPECT_EQ(order[i], i);
}

static Options
budget(Depth depth)
{
    Options options;

    options.depth = depth;
    set_rounds(options);
    return options;
}

/* Taken and omitted cells together are all cells, within the budget. */
static void
check_plan(const Topology &t, Depth depth)
{
    Options options = budget(depth);
    const Plan plan = make_plan(t, middle_pairs(t), options);
    const double limit = static_cast<double>(options.budget_ns);

    options.budget_ns = INT64_MAX;
    options.depth = Depth::full;
    const Plan whole = make_plan(t, middle_pairs(t), options);
    EXPECT_TRUE(plan.estimate_ns <= limit);
    EXPECT_EQ(plan.cells.size() + plan.omitted.size(), whole.cells.size());
    EXPECT_EQ(whole.omitted.size(), 0);
    EXPECT_STREQ(plan.cells[0].name.c_str(), "chan/pair/cap=1024");
    for (const Cell &cell : plan.cells)
        EXPECT_FALSE(cell.place.pus.empty());
}

TEST(plan_fits_any_machine)
{
    for (int pus : { 1, 2, 256 })
        for (Depth depth : { Depth::quick, Depth::normal })
            check_plan(by_hand(pus, pus > 1 ? pus / 2 : 1), depth);
}

static bool
names(const std::vector<std::string> &list, const char *name)
{
    return std::find(list.begin(), list.end(), name) != list.end();
}

TEST(plan_names_absent_classes_and_omitted_cells)
{
    const Topology t = by_hand(256, 128);
    const Plan plan = make_plan(t, middle_pairs(t), budget(Depth::quick));

    EXPECT_TRUE(names(plan.absent, "same-core: no two CPUs share a core"));
    EXPECT_TRUE(names(plan.absent, "compact: in the same order as cores"));
    for (const std::string &name : plan.absent)
        EXPECT_FALSE(name.compare(0, 13, "other-package") == 0);
    EXPECT_FALSE(plan.omitted.empty());
}

TEST(plan_pattern_matches_parts_and_stars)
{
    EXPECT_TRUE(matches("chan/1p1c/cap=64", ""));
    EXPECT_TRUE(matches("chan/1p1c/cap=64", "1p1c"));
    EXPECT_TRUE(matches("chan/1p1c/cap=64", "chan/*=64"));
    EXPECT_FALSE(matches("chan/1p1c/cap=64", "2p2c"));
    EXPECT_FALSE(matches("chan/1p1c/cap=64", "cap*chan"));
}
