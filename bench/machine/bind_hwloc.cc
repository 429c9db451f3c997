// SPDX-License-Identifier: MIT
/* machine/bind_hwloc.cc - binding and memory placement by hwloc. */
#include "machine/topo_hwloc.h"

#include "machine/topo.h"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>

namespace bench
{

namespace
{

/* A bitmap of hwloc that frees itself. */
class Bits
{
  public:
    Bits() : bits_(hwloc_bitmap_alloc())
    {
    }
    ~Bits()
    {
        hwloc_bitmap_free(bits_);
    }
    Bits(const Bits &) = delete;
    Bits &operator=(const Bits &) = delete;

    void add(int os)
    {
        hwloc_bitmap_set(bits_, static_cast<unsigned>(os));
    }
    hwloc_bitmap_t get() const
    {
        return bits_;
    }

  private:
    hwloc_bitmap_t bits_;
};

} // namespace

bool
bind_to(const Topology &topology, const std::vector<int> &pus)
{
    Bits set;

    for (int pu : pus)
        set.add(topology.pus[static_cast<size_t>(pu)].os);
    return hwloc_set_cpubind(live_hwloc(), set.get(),
                             HWLOC_CPUBIND_THREAD | HWLOC_CPUBIND_STRICT) == 0;
}

int
current_cpu(const Topology &)
{
    Bits set;

    if (hwloc_get_last_cpu_location(live_hwloc(), set.get(),
                                    HWLOC_CPUBIND_THREAD) != 0)
        return -1;
    return hwloc_bitmap_first(set.get());
}

static bool
try_nodes(const Topology &topology)
{
    const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));

    for (size_t i = 0; topology.live && i < topology.nodes.size(); i++) {
        const std::vector<int> wish(1, static_cast<int>(i));
        if (topology.nodes[i].empty)
            continue;
        void *memory = node_alloc(topology, wish, page);
        const bool there = nodes_of_memory(topology, memory, page) == wish;
        node_free(topology, memory, page);
        if (!there)
            return false;
    }
    return true;
}

bool
can_place_memory(const Topology &topology)
{
    static const bool can = try_nodes(topology);

    return topology.live ? can : true;
}

static bool
bind_area(const Topology &topology, int node, const void *memory, size_t bytes,
          int flags)
{
    Bits set;

    set.add(topology.nodes[static_cast<size_t>(node)].os);
    return hwloc_set_area_membind(live_hwloc(), memory, bytes, set.get(),
                                  HWLOC_MEMBIND_BIND,
                                  flags | HWLOC_MEMBIND_BYNODESET) == 0;
}

void *
node_alloc(const Topology &topology, const std::vector<int> &nodes,
           size_t bytes)
{
    static std::atomic<size_t> turn{ 0 };
    const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    char *memory = static_cast<char *>(hwloc_alloc(live_hwloc(), bytes));

    if (!memory)
        abort();
    /* A refusal shows where the pages lie afterwards. */
    if (nodes.size() == 1)
        (void)bind_area(topology, nodes[0], memory, bytes, 0);
    else if (nodes.size() > 1)
        for (size_t at = 0; at < bytes; at += page)
            (void)bind_area(topology, nodes[turn.fetch_add(1) % nodes.size()],
                            memory + at, page, 0);
    memset(memory, 0, bytes);
    return memory;
}

void
node_free(const Topology &, void *memory, size_t bytes)
{
    hwloc_free(live_hwloc(), memory, bytes);
}

void
prefer_nodes(const Topology &topology, const std::vector<int> &nodes)
{
    Bits set;

    for (int node : nodes)
        set.add(topology.nodes[static_cast<size_t>(node)].os);
    if (!nodes.empty())
        (void)hwloc_set_membind(live_hwloc(), set.get(),
                                nodes.size() > 1 ? HWLOC_MEMBIND_INTERLEAVE
                                                 : HWLOC_MEMBIND_BIND,
                                HWLOC_MEMBIND_THREAD | HWLOC_MEMBIND_BYNODESET);
}

void
move_memory(const Topology &topology, const std::vector<int> &nodes,
            const void *memory, size_t bytes)
{
    const uintptr_t page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
    const uintptr_t from = reinterpret_cast<uintptr_t>(memory);

    for (uintptr_t at = from / page; at <= (from + bytes - 1) / page; at++)
        (void)bind_area(topology, nodes[at % nodes.size()],
                        reinterpret_cast<const void *>(at * page), page,
                        HWLOC_MEMBIND_MIGRATE);
    /* The heap reuses these pages: moved, but bound no more. */
    (void)hwloc_set_area_membind(
        live_hwloc(), memory, bytes,
        hwloc_topology_get_topology_nodeset(live_hwloc()),
        HWLOC_MEMBIND_DEFAULT, HWLOC_MEMBIND_BYNODESET);
}

std::vector<int>
nodes_of_memory(const Topology &topology, const void *memory, size_t bytes)
{
    Bits set;
    std::vector<int> nodes;

    if (hwloc_get_area_memlocation(live_hwloc(), memory, bytes, set.get(),
                                   HWLOC_MEMBIND_BYNODESET) != 0)
        return nodes;
    for (size_t i = 0; i < topology.nodes.size(); i++)
        if (hwloc_bitmap_isset(set.get(),
                               static_cast<unsigned>(topology.nodes[i].os)))
            nodes.push_back(static_cast<int>(i));
    return nodes;
}

} // namespace bench
