// SPDX-License-Identifier: MIT
/*
 * places_live_test.cc - places on the machine that runs this.
 * Goal    workers of every named place run where it says, objects lie on the
 *         memory node that each kind of memory says, and the plan sees what
 *         the kernel sees.
 * Method  teams that do nothing but look where they are; the kernel's own
 *         files and system calls, not hwloc, say what is true.  Nothing is
 *         timed: it also runs in an emulated guest with several nodes.
 */
#include "load/object.h"
#include "machine/limits.h"
#include "measure/clock.h"
#include "measure/team.h"
#include "test.h"

#include <linux/mempolicy.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>

using namespace bench;

static const Topology &
here()
{
    static Topology topology;
    std::string error;

    if (topology.pus.empty()) {
        calibrate_ticks();
        topology = topology_load("", error);
        printf("# %zu CPUs, %d cores, %d L3, %d packages, %zu nodes, %s\n",
               topology.pus.size(), topology.cores, topology.l3s,
               topology.packages, topology.nodes.size(),
               topology.source.c_str());
    }
    return topology;
}

static int
os_of(int pu)
{
    return here().pus[static_cast<size_t>(pu)].os;
}

/* Every worker counts its turns on CPUs that it may not be on. */
static void
check_place(const Place &place, int workers)
{
    std::vector<int> own;

    for (int pu : place.pus)
        own.push_back(os_of(pu));
    Team team(here(), place, workers);
    const bool bound = fits(place, workers);
    const TeamTimes times = team.run(0, [&](Worker &w) {
        w.start();
        for (int i = 0; i < 200; i++) {
            const int cpu = sched_getcpu();
            const size_t at = static_cast<size_t>(w.index);
            w.ops += bound
                         ? cpu != own[at]
                         : std::find(own.begin(), own.end(), cpu) == own.end();
            if (i % 20 == 0)
                sched_yield();
        }
        w.finish();
    });
    for (int i = 0; i < workers; i++)
        EXPECT_EQ(team.worker(i).ops, 0);
    EXPECT_FALSE(times.unbound);
    EXPECT_FALSE(times.stray);
    printf("# %s, %d workers%s\n", place.name.c_str(), workers,
           bound ? ", bound" : "");
}

TEST(live_pairs_run_on_their_cpus)
{
    for (const PairClass &one : pair_classes(here()))
        for (const Pair &pair : sample_pairs(one.pairs, 4))
            check_place(pair_place(here(), { one.near, one.name, pair }), 2);
}

TEST(live_teams_run_on_their_cpus)
{
    const int pus = static_cast<int>(here().pus.size());

    for (int workers = 1; workers <= pus; workers *= 2)
        for (const Place &place : team_places(here(), workers, true)) {
            EXPECT_TRUE(fits(place, workers));
            check_place(place, workers);
        }
}

TEST(live_crowded_and_free_teams_stay_on_allowed_cpus)
{
    const int pus = static_cast<int>(here().pus.size());

    check_place(cores_place(here(), 4 * pus), 4 * pus);
    check_place(one_cpu_place(here()), 4);
    check_place(team_place(here(), PlaceKind::free, pus), pus);
}

/* The kernel's answer, without hwloc; -1 if it gives none. */
static int
kernel_node(const void *memory)
{
    int node = -1;

    if (syscall(SYS_get_mempolicy, &node, nullptr, 0, memory,
                MPOL_F_NODE | MPOL_F_ADDR) != 0)
        return -1;
    return node;
}

struct Large {
    char bytes[64 * 4096];
};

/* A handle whose object comes from the heap, as the library's do. */
struct Handle {
    Handle() : memory(malloc(size))
    {
        memset(memory, 1, size);
    }
    ~Handle()
    {
        free(memory);
    }
    const void *where() const
    {
        return memory;
    }
    size_t span() const
    {
        return size;
    }

    static constexpr size_t size = 20000;
    void *memory;
};

static std::vector<int>
kernel_nodes(const void *memory, size_t bytes)
{
    std::vector<int> nodes;

    for (size_t at = 0; at < bytes; at += 4096) {
        const int node = kernel_node(static_cast<const char *>(memory) + at);
        if (std::find(nodes.begin(), nodes.end(), node) == nodes.end())
            nodes.push_back(node);
    }
    std::sort(nodes.begin(), nodes.end());
    return nodes;
}

static std::vector<int>
wanted_nodes(const Place &place)
{
    std::vector<int> wanted;

    for (int node : memory_nodes(here(), place))
        wanted.push_back(node_os(here(), node));
    std::sort(wanted.begin(), wanted.end());
    return wanted;
}

template <class T>
static void
check_object(const Place &place, const void *(*of)(const T &), size_t bytes)
{
    Object<T> object(here(), place);
    Sample sample;
    const std::vector<int> wanted = wanted_nodes(place);

    object.tell(sample);
    EXPECT_FALSE(sample.elsewhere);
    if (!wanted.empty())
        EXPECT_TRUE(kernel_nodes(of(*object), bytes) == wanted);
}

static const void *
whole(const Large &large)
{
    return &large;
}

static const void *
target(const Handle &handle)
{
    return handle.where();
}

TEST(live_memory_lies_where_it_should)
{
    const std::vector<Memory> kinds = memories(here());

    if (here().nodes.size() > 1 && here().hwloc)
        EXPECT_EQ(kinds.size(), memory_count);
    for (const Node &node : here().nodes) {
        if (node.pus.empty())
            continue;
        const ClassPair one = { Near::same_cpu, "home",
                                Pair(node.pus[0], node.pus[0]) };
        for (Memory memory : kinds) {
            const Place place =
                with_memory(here(), pair_place(here(), one), memory);
            check_object<Large>(place, whole, sizeof(Large));
            check_object<Handle>(place, target, Handle::size);
            std::string text;
            for (int os : wanted_nodes(place))
                text += " " + std::to_string(os);
            printf("# from node %d: %s%s\n", node.os, memory_name(memory),
                   text.c_str());
        }
    }
}

/* Pages of the heap that another node's thread touched are moved. */
TEST(live_used_heap_is_moved)
{
    if (memory_absent(here(), Memory::remote) != "")
        TEST_SKIP("memory is not placed on this machine");
    const Place local = cores_place(here(), 1);
    const Place remote = with_memory(here(), local, Memory::remote);

    for (int turn = 0; turn < 8; turn++)
        check_object<Handle>(turn % 2 ? remote : local, target, Handle::size);
}

/* What lies elsewhere, and cannot be moved, is told. */
TEST(live_memory_elsewhere_is_told)
{
    if (memory_absent(here(), Memory::remote) != "")
        TEST_SKIP("memory is not placed on this machine");
    const Place local = cores_place(here(), 1);
    const Place remote = with_memory(here(), local, Memory::remote);
    void *memory = node_alloc(here(), memory_nodes(here(), remote), 4096);

    EXPECT_EQ(kernel_node(memory), node_os(here(), remote.node));
    EXPECT_TRUE(settle(here(), remote, memory, 4096).node ==
                node_os(here(), remote.node));
    node_free(here(), memory, 4096);
    /* A page without memory lies nowhere: not where it is wanted. */
    EXPECT_TRUE(settle(here(), remote, nullptr, 4096).elsewhere);
}

/* "0-3,8" of a file of the kernel holds a number. */
static bool
list_has(const std::string &path, int number)
{
    std::ifstream file(path);
    std::string part;

    while (std::getline(file, part, ',')) {
        int from = -1, to = -1;
        const int read = sscanf(part.c_str(), "%d-%d", &from, &to);
        if ((read == 1 && from == number) ||
            (read == 2 && from <= number && number <= to))
            return true;
    }
    return false;
}

static std::string
cpu_file(int pu, const char *name)
{
    return "/sys/devices/system/cpu/cpu" + std::to_string(os_of(pu)) + "/" +
           name;
}

TEST(live_allowed_cpus_are_the_kernels)
{
    cpu_set_t allowed;

    ASSERT_EQ(sched_getaffinity(0, sizeof allowed, &allowed), 0);
    EXPECT_EQ(here().pus.size(), CPU_COUNT(&allowed));
    for (const Pu &pu : here().pus)
        EXPECT_TRUE(CPU_ISSET(static_cast<size_t>(pu.os), &allowed));
    EXPECT_EQ(here().denied,
              sysconf(_SC_NPROCESSORS_ONLN) - CPU_COUNT(&allowed));
}

/* Two CPUs share a core, a package or a node here exactly if they do there. */
TEST(live_topology_is_the_kernels)
{
    const int pus = static_cast<int>(here().pus.size());
    const std::pair<const char *, int Pu::*> files[] = {
        { "topology/thread_siblings_list", &Pu::core },
        { "topology/package_cpus_list", &Pu::package },
    };

    for (const auto &file : files)
        for (int a = 0; a < pus; a++)
            for (int b = 0; b < pus; b++) {
                const auto &all = here().pus;
                const bool shared = all[static_cast<size_t>(a)].*file.second ==
                                    all[static_cast<size_t>(b)].*file.second;
                EXPECT_EQ(shared, list_has(cpu_file(a, file.first), os_of(b)));
            }
}

TEST(live_nodes_are_the_kernels)
{
    for (const Node &node : here().nodes) {
        const std::string folder =
            "/sys/devices/system/node/node" + std::to_string(node.os);
        if (access(folder.c_str(), F_OK) != 0)
            continue; /* a kernel without nodes */
        for (size_t i = 0; i < here().pus.size(); i++) {
            const int pu = static_cast<int>(i);
            const bool ours = std::find(node.pus.begin(), node.pus.end(), pu) !=
                              node.pus.end();
            EXPECT_EQ(ours, list_has(folder + "/cpulist", os_of(pu)));
        }
    }
}

TEST(live_farthest_node_is_the_kernels)
{
    if (memory_absent(here(), Memory::remote) != "")
        TEST_SKIP("memory is not placed on this machine");
    const Place place =
        with_memory(here(), cores_place(here(), 1), Memory::remote);
    const int home = here().pus[static_cast<size_t>(place.pus[0])].node;
    std::ifstream file("/sys/devices/system/node/node" +
                       std::to_string(node_os(here(), home)) + "/distance");
    std::vector<int> os;
    int value = 0, most = 0, chosen = 0;

    /* The kernel's row is in the order of its numbers, hwloc's is not. */
    for (const Node &node : here().nodes)
        os.push_back(node.os);
    std::sort(os.begin(), os.end());
    for (size_t i = 0; i < os.size() && file >> value; i++) {
        most = std::max(most, value);
        if (os[i] == node_os(here(), place.node))
            chosen = value;
    }
    EXPECT_TRUE(place.node != home);
    EXPECT_EQ(chosen, most);
}
