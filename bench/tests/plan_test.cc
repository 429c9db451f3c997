// SPDX-License-Identifier: MIT
/*
 * plan_test.cc - the plan of machines that are not here.
 * Goal    pairs by class, the CPUs of every named place, memory, numbers of
 *         threads, and what a machine lacks, come out as a reader of its data
 *         sheet would write them; no plan takes longer than it may.
 * Method  synthetic topologies and recorded ones (topologies/, made by
 *         topologies/record.cc); each has its whole plan written down here.
 */
#include "machine/place.h"
#include "run/plan.h"
#include "test.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

using namespace bench;

static const bool have_hwloc = WEIR_BENCH_HAVE_HWLOC != 0;

static Topology
load(std::string description)
{
    std::string error;

    if (description.find(".xml") != std::string::npos) {
        const char *folder = getenv("TOPOLOGIES");
        description =
            std::string(folder ? folder : "topologies") + "/" + description;
    }
    Topology topology = topology_load(description, error);
    EXPECT_STREQ(error.c_str(), "");
    return topology;
}

static std::string
os_numbers(const Topology &t, const std::vector<int> &pus)
{
    std::string out;

    for (int pu : pus)
        out += " " + std::to_string(t.pus[static_cast<size_t>(pu)].os);
    return out;
}

/* "same-core 4 (0-1)": the class, its pairs, and the one that stands for it. */
static std::string
pairs_text(const Topology &t)
{
    std::string out = "pairs:";
    const ClassPairs middle = middle_pairs(t);
    size_t i = 0;

    for (const PairClass &one : pair_classes(t)) {
        const Pair pair = middle[i++].pair;
        const auto &pus = t.pus;
        out += " " + one.name + " " + std::to_string(one.pairs.size()) + " (" +
               std::to_string(pus[static_cast<size_t>(pair.first)].os) + "-" +
               std::to_string(pus[static_cast<size_t>(pair.second)].os) + ")";
    }
    return out + "\n";
}

static std::string
places_text(const Topology &t, int workers)
{
    std::string out;

    for (const Place &place : team_places(t, workers, true))
        out += place.name + ":" + os_numbers(t, place.pus) + "\n";
    return out;
}

/* Where the object of the first CPU goes. */
static std::string
memory_text(const Topology &t)
{
    std::string out = "memory:";

    for (Memory memory : memories(t)) {
        const Place place = with_memory(t, cores_place(t, 1), memory);
        out += std::string(" ") + memory_name(memory);
        for (int node : memory_nodes(t, place))
            out += " " + std::to_string(node_os(t, node));
    }
    return out + "\n";
}

static std::string
threads_text(const Topology &t)
{
    std::string out = "threads:";

    for (int count : thread_counts(t))
        out += " " + std::to_string(count);
    return out + "\n";
}

static Options
options_of(Depth depth)
{
    Options options;

    options.depth = depth;
    set_rounds(options);
    return options;
}

static std::string
absent_text(const Topology &t)
{
    std::string out = "n/a:";
    const ClassPairs pairs = middle_pairs(t);

    for (const std::string &one :
         make_plan(t, pairs, options_of(Depth::quick)).absent)
        out += "\n  " + one;
    return out + "\n";
}

/* Names of all cells that a plan takes or leaves out, sorted. */
static std::vector<std::string>
names_of(const Plan &plan)
{
    std::vector<std::string> names = plan.omitted;

    for (const Cell &cell : plan.cells)
        names.push_back(cell.name);
    std::sort(names.begin(), names.end());
    return names;
}

/* Within the time; nothing is lost; what is left out matters less. */
static void
check_budget(const Topology &t)
{
    const double limits[] = { 60e9, 300e9, 6 * 3600e9 };
    const ClassPairs pairs = middle_pairs(t);
    const Plan full = make_plan(t, pairs, options_of(Depth::full));
    int i = 0;

    EXPECT_EQ(full.omitted.size(), 0);
    for (Depth depth : { Depth::quick, Depth::normal, Depth::full }) {
        const Options options = options_of(depth);
        const Plan plan = make_plan(t, pairs, options);
        double sum = 0;
        EXPECT_TRUE(plan.estimate_ns < limits[i++]);
        EXPECT_TRUE(names_of(plan) == names_of(full));
        for (const Cell &cell : plan.cells) {
            sum += estimate(cell, options);
            EXPECT_FALSE(cell.place.pus.empty());
        }
        EXPECT_TRUE(sum > 0.999 * plan.estimate_ns &&
                    sum < 1.001 * plan.estimate_ns);
    }
}

static void
check(const char *description, int workers, const char *expected)
{
    if (!have_hwloc)
        TEST_SKIP("built without hwloc");
    const Topology t = load(description);
    const std::string text = pairs_text(t) + places_text(t, workers) +
                             memory_text(t) + threads_text(t) + absent_text(t);

    EXPECT_STREQ(text.c_str(), expected);
    check_budget(t);
}

/* Nothing to compare, and no word about it left out. */
TEST(plan_of_one_cpu)
{
    check("pack:1 [numa] core:1 pu:1", 1,
          "pairs: same-cpu 1 (0-0)\n"
          "cores: 0\n"
          "memory: local\n"
          "threads: 1 2 4\n"
          "n/a:\n"
          "  same-core: one CPU\n"
          "  same-l2: one CPU\n"
          "  same-l3: one CPU\n"
          "  same-die: one CPU\n"
          "  same-node: one CPU\n"
          "  same-package: one CPU\n"
          "  other-package: one CPU\n"
          "  compact: in the same order as cores\n"
          "  spread-l3: this machine does not tell of an L3 cache\n"
          "  spread-node: one memory node with CPUs\n"
          "  one-l3: this machine does not tell of an L3 cache\n"
          "  one-node: one memory node with CPUs\n"
          "  one-package: one package\n"
          "  cross2: one package\n"
          "  memory remote: one memory node\n"
          "  memory interleave: one memory node\n"
          "  memory first-touch: one memory node\n");
}

TEST(plan_of_two_cpus)
{
    check("pack:1 [numa] l3:1 l2:2 core:1 pu:1", 2,
          "pairs: same-cpu 2 (1-1) same-l3 1 (0-1)\n"
          "cores: 0 1\n"
          "memory: local\n"
          "threads: 1 2 4 8\n"
          "n/a:\n"
          "  same-core: no two CPUs share a core\n"
          "  same-l2: no two CPUs share an L2 cache\n"
          "  same-die: this machine does not tell of a die\n"
          "  same-node: no two CPUs have a memory node as the nearest "
          "thing they share\n"
          "  same-package: no two CPUs have a package as the nearest thing "
          "they share\n"
          "  other-package: one package\n"
          "  compact: in the same order as cores\n"
          "  spread-l3: one L3 cache\n"
          "  spread-node: one memory node with CPUs\n"
          "  one-l3: one L3 cache\n"
          "  one-node: one memory node with CPUs\n"
          "  one-package: one package\n"
          "  cross2: one package\n"
          "  memory remote: one memory node\n"
          "  memory interleave: one memory node\n"
          "  memory first-touch: one memory node\n");
}

/* The hypervisor tells of one L3 per CPU. */
TEST(plan_of_this_guest)
{
    check("guest-2cpu.xml", 2,
          "pairs: same-cpu 2 (1-1) same-package 1 (0-1)\n"
          "cores: 0 1\n"
          "memory: local\n"
          "threads: 1 2 4 8\n"
          "n/a:\n"
          "  same-core: no two CPUs share a core\n"
          "  same-l2: no two CPUs share an L2 cache\n"
          "  same-l3: no two CPUs share an L3 cache\n"
          "  same-die: this machine does not tell of a die\n"
          "  same-node: no two CPUs have a memory node as the nearest "
          "thing they share\n"
          "  other-package: one package\n"
          "  compact: in the same order as cores\n"
          "  spread-node: one memory node with CPUs\n"
          "  one-node: one memory node with CPUs\n"
          "  one-package: one package\n"
          "  cross2: one package\n"
          "  memory remote: one memory node\n"
          "  memory interleave: one memory node\n"
          "  memory first-touch: one memory node\n");
}

TEST(plan_of_two_sockets_of_64_cores)
{
    check("pack:2 [numa] l3:1 l2:64 core:1 pu:2", 4,
          "pairs: same-cpu 256 (128-128) same-core 128 (128-129) same-l3 "
          "16128 (128-130) other-package 16384 (64-128)\n"
          "cores: 0 2 4 6\n"
          "compact: 0 1 2 3\n"
          "spread-l3: 0 128 2 130\n"
          "cross2: 0 2 128 130\n"
          "memory: local 0 remote 1 interleave 0 1 first-touch\n"
          "threads: 1 2 4 8 16 32 64 128 256 1024\n"
          "n/a:\n"
          "  same-l2: no two CPUs have an L2 cache as the nearest thing "
          "they share\n"
          "  same-die: this machine does not tell of a die\n"
          "  same-node: no two CPUs have a memory node as the nearest "
          "thing they share\n"
          "  same-package: no two CPUs have a package as the nearest thing "
          "they share\n");
}

TEST(plan_of_eight_ccx_chiplet)
{
    check("pack:1 [numa] l3:8 l2:8 core:1 pu:2", 4,
          "pairs: same-cpu 128 (64-64) same-core 64 (64-65) same-l3 896 "
          "(64-66) same-package 7168 (35-64)\n"
          "cores: 0 2 4 6\n"
          "compact: 0 1 2 3\n"
          "spread-l3: 0 16 32 48\n"
          "memory: local\n"
          "threads: 1 2 4 8 16 32 64 128 512\n"
          "n/a:\n"
          "  same-l2: no two CPUs have an L2 cache as the nearest thing "
          "they share\n"
          "  same-die: this machine does not tell of a die\n"
          "  same-node: no two CPUs have a memory node as the nearest "
          "thing they share\n"
          "  other-package: one package\n"
          "  spread-node: one memory node with CPUs\n"
          "  one-node: one memory node with CPUs\n"
          "  one-package: one package\n"
          "  cross2: one package\n"
          "  memory remote: one memory node\n"
          "  memory interleave: one memory node\n"
          "  memory first-touch: one memory node\n");
}

TEST(plan_of_two_dies_of_two_ccx_in_two_sockets)
{
    check("pack:2 die:2 [numa] l3:2 l2:4 core:1 pu:2", 8,
          "pairs: same-cpu 64 (32-32) same-core 32 (32-33) same-l3 192 "
          "(32-34) same-die 256 (32-40) same-package 512 (32-48) "
          "other-package 1024 (16-32)\n"
          "cores: 0 2 4 6 8 10 12 14\n"
          "compact: 0 1 2 3 4 5 6 7\n"
          "spread-l3: 0 32 8 40 16 48 24 56\n"
          "spread-node: 0 32 16 48 2 34 18 50\n"
          "one-l3: 0 2 4 6 1 3 5 7\n"
          "cross2: 0 2 4 6 32 34 36 38\n"
          "memory: local 0 remote 2 interleave 0 1 2 3 first-touch\n"
          "threads: 1 2 4 8 16 32 64 256\n"
          "n/a:\n"
          "  same-l2: no two CPUs have an L2 cache as the nearest thing "
          "they share\n"
          "  same-node: no two CPUs have a memory node as the nearest "
          "thing they share\n");
}

/* Sub-NUMA clusters that split the L3, too. */
TEST(plan_of_two_nodes_per_package)
{
    check("pack:2 numa:2 l3:1 l2:8 core:1 pu:2", 4,
          "pairs: same-cpu 64 (32-32) same-core 32 (32-33) same-l3 448 "
          "(32-34) same-package 512 (32-48) other-package 1024 (16-32)\n"
          "cores: 0 2 4 6\n"
          "compact: 0 1 2 3\n"
          "spread-l3: 0 32 16 48\n"
          "cross2: 0 2 32 34\n"
          "memory: local 0 remote 2 interleave 0 1 2 3 first-touch\n"
          "threads: 1 2 4 8 16 32 64 256\n"
          "n/a:\n"
          "  same-l2: no two CPUs have an L2 cache as the nearest thing "
          "they share\n"
          "  same-die: this machine does not tell of a die\n"
          "  same-node: no two CPUs have a memory node as the nearest "
          "thing they share\n");
}

/* Sub-NUMA clusters under one L3: the node is the nearer thing. */
TEST(plan_of_nodes_below_an_l3)
{
    check("pack:1 l3:1 numa:2 l2:4 core:1 pu:1", 4,
          "pairs: same-cpu 8 (4-4) same-l3 16 (2-4) same-node 12 (4-5)\n"
          "cores: 0 1 2 3\n"
          "spread-node: 0 4 1 5\n"
          "memory: local 0 remote 1 interleave 0 1 first-touch\n"
          "threads: 1 2 4 8 32\n"
          "n/a:\n"
          "  same-core: no two CPUs share a core\n"
          "  same-l2: no two CPUs share an L2 cache\n"
          "  same-die: this machine does not tell of a die\n"
          "  same-package: no two CPUs have a package as the nearest thing "
          "they share\n"
          "  other-package: one package\n"
          "  compact: in the same order as cores\n"
          "  spread-l3: one L3 cache\n"
          "  one-l3: one L3 cache\n"
          "  one-package: one package\n"
          "  cross2: one package\n");
}

TEST(plan_of_shared_l2_clusters)
{
    check("pack:1 [numa] l3:1 l2:4 core:4 pu:1", 4,
          "pairs: same-cpu 16 (8-8) same-l2 24 (8-9) same-l3 96 (4-8)\n"
          "cores: 0 1 2 3\n"
          "memory: local\n"
          "threads: 1 2 4 8 16 64\n"
          "n/a:\n"
          "  same-core: no two CPUs share a core\n"
          "  same-die: this machine does not tell of a die\n"
          "  same-node: no two CPUs have a memory node as the nearest "
          "thing they share\n"
          "  same-package: no two CPUs have a package as the nearest thing "
          "they share\n"
          "  other-package: one package\n"
          "  compact: in the same order as cores\n"
          "  spread-l3: one L3 cache\n"
          "  spread-node: one memory node with CPUs\n"
          "  one-l3: one L3 cache\n"
          "  one-node: one memory node with CPUs\n"
          "  one-package: one package\n"
          "  cross2: one package\n"
          "  memory remote: one memory node\n"
          "  memory interleave: one memory node\n"
          "  memory first-touch: one memory node\n");
}

/* Six fast cores of two threads, eight slow ones in clusters of four. */
TEST(plan_of_two_kinds_of_cores)
{
    check("hybrid.xml", 4,
          "pairs: same-cpu:P 12 (24-24) same-cpu:E 8 (56-56) same-core:PP "
          "6 (24-25) same-l2:EE 12 (56-58) same-l3:PP 60 (9-24) same-l3:PE "
          "96 (24-48) same-l3:EE 16 (52-56)\n"
          "cores: 0 8 16 24\n"
          "compact: 0 1 8 9\n"
          "memory: local\n"
          "threads: 1 2 4 8 14 16 20 80\n"
          "n/a:\n"
          "  same-die: this machine does not tell of a die\n"
          "  same-node: no two CPUs have a memory node as the nearest "
          "thing they share\n"
          "  same-package: no two CPUs have a package as the nearest thing "
          "they share\n"
          "  other-package: one package\n"
          "  spread-l3: one L3 cache\n"
          "  spread-node: one memory node with CPUs\n"
          "  one-l3: one L3 cache\n"
          "  one-node: one memory node with CPUs\n"
          "  one-package: one package\n"
          "  cross2: one package\n"
          "  memory remote: one memory node\n"
          "  memory interleave: one memory node\n"
          "  memory first-touch: one memory node\n");
}

/* CPUs 1, 3, 4, 7, 9, 12 and 13 of 16: one core keeps both threads. */
TEST(plan_of_cpuset_with_holes)
{
    check("holes.xml", 4,
          "pairs: same-cpu 7 (7-7) same-core 1 (12-13) same-l3 8 (3-7) "
          "other-package 12 (4-9)\n"
          "cores: 1 3 4 7\n"
          "spread-l3: 1 9 3 12\n"
          "cross2: 1 3 9 12\n"
          "memory: local 0 remote 1 interleave 0 1 first-touch\n"
          "threads: 1 2 4 6 7 8 28\n"
          "n/a:\n"
          "  same-l2: no two CPUs have an L2 cache as the nearest thing "
          "they share\n"
          "  same-die: this machine does not tell of a die\n"
          "  same-node: no two CPUs have a memory node as the nearest "
          "thing they share\n"
          "  same-package: no two CPUs have a package as the nearest thing "
          "they share\n"
          "  compact: in the same order as cores\n");
}

/* The farthest node has no CPUs. */
TEST(plan_of_memory_only_node)
{
    check("memory-only.xml", 4,
          "pairs: same-cpu 8 (4-4) same-l3 12 (4-5) other-package 16 (2-4)\n"
          "cores: 0 1 2 3\n"
          "spread-l3: 0 4 1 5\n"
          "cross2: 0 1 4 5\n"
          "memory: local 0 remote 2 interleave 0 1 2 first-touch\n"
          "threads: 1 2 4 8 32\n"
          "n/a:\n"
          "  same-core: no two CPUs share a core\n"
          "  same-l2: no two CPUs share an L2 cache\n"
          "  same-die: this machine does not tell of a die\n"
          "  same-node: no two CPUs have a memory node as the nearest "
          "thing they share\n"
          "  same-package: no two CPUs have a package as the nearest thing "
          "they share\n"
          "  compact: in the same order as cores\n");
}

/* Recorded by tools/numa-guest: a node per die; two nodes without CPUs. */
TEST(plan_of_four_node_guests)
{
    for (const bool empty : { false, true }) {
        const std::string due =
            std::string(
                "pairs: same-cpu 8 (4-4) same-l3 4 (4-5) same-package 8 (4-6) "
                "other-package 16 (2-4)\ncores: 0 1 2 3\n"
                "spread-l3: 0 4 2 6\n") +
            (empty ? "spread-node: 0 4 1 5\n" : "") +
            "cross2: 0 1 4 5\nmemory: local 0 remote 3 interleave" +
            (empty ? " 0 2 1 3" : " 0 1 2 3") +
            " first-touch\nthreads: 1 2 4 8 32\n"
            "n/a:\n  same-core: no two CPUs share a core\n"
            "  same-l2: no two CPUs share an L2 cache\n"
            "  same-die: no two CPUs have a die as the nearest thing they "
            "share\n  same-node: no two CPUs have a memory node as the "
            "nearest thing they share\n"
            "  compact: in the same order as cores\n";
        check(empty ? "guest-memory-nodes.xml" : "guest-four-nodes.xml", 4,
              due.c_str());
    }
}

TEST(plan_of_256_cpus)
{
    check("pack:2 die:4 [numa] l3:2 l2:8 core:1 pu:2", 16,
          "pairs: same-cpu 256 (128-128) same-core 128 (128-129) same-l3 "
          "1792 (128-130) same-die 2048 (128-144) same-package 12288 "
          "(128-160) other-package 16384 (64-128)\n"
          "cores: 0 2 4 6 8 10 12 14 16 18 20 22 24 26 28 30\n"
          "compact: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15\n"
          "spread-l3: 0 128 16 144 32 160 48 176 64 192 80 208 96 224 112 "
          "240\n"
          "spread-node: 0 128 32 160 64 192 96 224 2 130 34 162 66 194 98 "
          "226\n"
          "one-l3: 0 2 4 6 8 10 12 14 1 3 5 7 9 11 13 15\n"
          "cross2: 0 2 4 6 8 10 12 14 128 130 132 134 136 138 140 142\n"
          "memory: local 0 remote 4 interleave 0 1 2 3 4 5 6 7 first-touch\n"
          "threads: 1 2 4 8 16 32 64 128 256 1024\n"
          "n/a:\n"
          "  same-l2: no two CPUs have an L2 cache as the nearest thing "
          "they share\n"
          "  same-node: no two CPUs have a memory node as the nearest "
          "thing they share\n");
}

TEST(plan_counts_denied_cpus)
{
    if (!have_hwloc)
        TEST_SKIP("built without hwloc");
    EXPECT_EQ(load("holes.xml").denied, 9);
    EXPECT_EQ(load("hybrid.xml").denied, 0);
}

TEST(plan_refuses_bad_descriptions)
{
    for (const char *bad : { "nonsense:x", "no-such.xml", "/", "core:0" }) {
        std::string error;
        EXPECT_TRUE(topology_load(bad, error).pus.empty());
        EXPECT_FALSE(error.empty());
        EXPECT_TRUE(error.find('\n') == std::string::npos);
    }
}

static Topology
plain_cpus(int count)
{
    Topology t;

    t.pus.resize(static_cast<size_t>(count));
    for (int i = 0; i < count; i++)
        t.pus[static_cast<size_t>(i)].os = i;
    topology_count(t);
    return t;
}

static size_t
over_quota(const Plan &plan)
{
    size_t count = 0;

    for (const Cell &cell : plan.cells) {
        const bool wide = cell.workers > 1 && cell.place.pus.size() > 1;
        EXPECT_EQ(cell.over_quota, wide);
        count += cell.over_quota;
    }
    return count;
}

TEST(plan_names_cells_over_the_quota)
{
    Topology t = plain_cpus(2);

    t.quota = 1.5;
    const ClassPairs pairs = middle_pairs(t);
    EXPECT_TRUE(over_quota(make_plan(t, pairs, options_of(Depth::full))) > 10);
    t.quota = 2;
    for (const Cell &cell :
         make_plan(t, pairs, options_of(Depth::normal)).cells)
        EXPECT_FALSE(cell.over_quota);
}

/* A team that the place cannot hold one to one is not bound. */
TEST(plan_binds_teams_that_fit)
{
    const Topology t = plain_cpus(4);

    EXPECT_TRUE(fits(cores_place(t, 4), 4));
    EXPECT_STREQ(cores_place(t, 6).name.c_str(), "over:1.5");
    EXPECT_FALSE(fits(cores_place(t, 6), 6));
    EXPECT_FALSE(fits(one_cpu_place(t), 2));
    EXPECT_FALSE(fits(team_place(t, PlaceKind::free, 2), 2));
    EXPECT_TRUE(team_place(t, PlaceKind::over, 4).pus.empty());
    EXPECT_TRUE(team_place(t, PlaceKind::cross2, 2).pus.empty());
}

/* A crowded team has a window long enough for a turn of each. */
TEST(plan_gives_crowded_teams_time)
{
    const Topology t = plain_cpus(2);
    Cell cell;

    for (Depth depth : { Depth::quick, Depth::normal }) {
        const Options options = options_of(depth);
        cell.workers = 2;
        cell.place = cores_place(t, 2);
        EXPECT_EQ(window_of(cell, options), options.window_ns);
        cell.workers = 64;
        cell.place = cores_place(t, 64);
        EXPECT_TRUE(window_of(cell, options) >= 64000000);
        cell.workers = 10000;
        cell.place = cores_place(t, 10000);
        EXPECT_TRUE(window_of(cell, options) <= 200000000);
    }
}
