// SPDX-License-Identifier: MIT
/*
 * machine/topo_hwloc.cc - topology, binding and memory placement by hwloc.
 *
 * The live topology is restricted to the CPUs that the process may use, so a
 * container or taskset changes the plan and not the result.  A synthetic
 * topology has no binding support: it plans and prints only.
 */
#include "machine/topo.h"

#include <hwloc.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace bench
{

static hwloc_topology_t live_topology;

static int
id_above(hwloc_topology_t t, hwloc_obj_t pu, hwloc_obj_type_t type)
{
    hwloc_obj_t found = hwloc_get_ancestor_obj_by_type(t, type, pu);

    return found ? static_cast<int>(found->logical_index) : -1;
}

/* Memory nodes are not ancestors in hwloc 2: the first one whose CPUs hold
 * the PU is the local one. */
static int
node_of(hwloc_topology_t t, hwloc_obj_t pu)
{
    hwloc_obj_t node = nullptr;

    while ((node = hwloc_get_next_obj_by_type(t, HWLOC_OBJ_NUMANODE, node)))
        if (hwloc_bitmap_isincluded(pu->cpuset, node->cpuset))
            return static_cast<int>(node->logical_index);
    return -1;
}

static void
read_pus(hwloc_topology_t t, Topology &out)
{
    hwloc_obj_t pu = nullptr;

    while ((pu = hwloc_get_next_obj_by_type(t, HWLOC_OBJ_PU, pu))) {
        Pu one;
        one.os = static_cast<int>(pu->os_index);
        one.core = id_above(t, pu, HWLOC_OBJ_CORE);
        one.l2 = id_above(t, pu, HWLOC_OBJ_L2CACHE);
        one.l3 = id_above(t, pu, HWLOC_OBJ_L3CACHE);
        one.package = id_above(t, pu, HWLOC_OBJ_PACKAGE);
        one.node = node_of(t, pu);
        out.pus.push_back(one);
    }
}

/* "L1d 32 KiB, L2 1024 KiB, ..." of the first PU, from its core outwards. */
static void
describe_caches(hwloc_topology_t t, Topology &out)
{
    hwloc_obj_t object = hwloc_get_obj_by_type(t, HWLOC_OBJ_PU, 0);

    for (; object; object = object->parent) {
        char text[64];
        if (!hwloc_obj_type_is_dcache(object->type))
            continue;
        const int kind = HWLOC_OBJ_CACHE_UNIFIED;
        snprintf(text, sizeof text, "%sL%u%s %lu KiB",
                 out.caches.empty() ? "" : ", ", object->attr->cache.depth,
                 object->attr->cache.type == kind ? "" : "d",
                 static_cast<unsigned long>(object->attr->cache.size / 1024));
        out.caches += text;
    }
}

/* Results are shared: of hwloc's free-form notes only those that describe the
 * CPU stay; others name the host, serial numbers, groups. */
static std::string
without_names(const std::string &xml)
{
    static const char *const kept[] = { "CPU", "Backend", "hwlocVersion",
                                        "Architecture", "OSName" };
    const std::string head = "<info name=\"";
    std::string out;
    size_t from = 0;

    for (;;) {
        const size_t at = xml.find(head, from);
        if (at == std::string::npos)
            return out + xml.substr(from);
        const size_t end = xml.find("/>", at);
        bool keep = false;
        for (const char *name : kept)
            keep =
                keep || xml.compare(at + head.size(), strlen(name), name) == 0;
        out += xml.substr(from, (keep ? end + 2 : at) - from);
        from = end + 2;
    }
}

static void
keep_xml(hwloc_topology_t t, Topology &out)
{
    char *text = nullptr;
    int length = 0;

    if (hwloc_topology_export_xmlbuffer(t, &text, &length, 0) == 0) {
        out.xml = without_names(text);
        hwloc_free_xmlbuffer(t, text);
    }
}

static bool
start(hwloc_topology_t *t, const std::string &synthetic, std::string &error)
{
    if (hwloc_topology_init(t) != 0) {
        error = "hwloc could not start";
        return false;
    }
    if (!synthetic.empty() &&
        hwloc_topology_set_synthetic(*t, synthetic.c_str()) != 0) {
        error = "hwloc does not understand the topology '" + synthetic + "'";
        return false;
    }
    if (synthetic.empty())
        hwloc_topology_set_flags(*t,
                                 HWLOC_TOPOLOGY_FLAG_RESTRICT_TO_CPUBINDING |
                                     HWLOC_TOPOLOGY_FLAG_IS_THISSYSTEM);
    if (hwloc_topology_load(*t) != 0) {
        error = "hwloc could not read the topology";
        return false;
    }
    return true;
}

Topology
topology_load(const std::string &synthetic, std::string &error)
{
    Topology out;
    hwloc_topology_t t = nullptr;

    if (!start(&t, synthetic, error)) {
        if (t)
            hwloc_topology_destroy(t);
        return out;
    }
    read_pus(t, out);
    topology_count(out);
    out.live = synthetic.empty();
    out.hwloc = true;
    out.source = out.live ? "hwloc" : "synthetic: " + synthetic;
    if (!out.live) {
        hwloc_topology_destroy(t);
        return out;
    }
    keep_xml(t, out);
    describe_caches(t, out);
    live_topology = t;
    return out;
}

bool
bind_to(const Topology &topology, const std::vector<int> &pus)
{
    hwloc_bitmap_t set = hwloc_bitmap_alloc();

    for (int pu : pus)
        hwloc_bitmap_set(set, static_cast<unsigned>(topology.pus[pu].os));
    const int rc = hwloc_set_cpubind(
        live_topology, set, HWLOC_CPUBIND_THREAD | HWLOC_CPUBIND_STRICT);
    hwloc_bitmap_free(set);
    return rc == 0;
}

int
current_cpu(const Topology &)
{
    hwloc_bitmap_t set = hwloc_bitmap_alloc();
    int cpu = -1;

    if (hwloc_get_last_cpu_location(live_topology, set, HWLOC_CPUBIND_THREAD) ==
        0)
        cpu = hwloc_bitmap_first(set);
    hwloc_bitmap_free(set);
    return cpu;
}

static hwloc_obj_t
node_object(int node)
{
    if (node < 0)
        return nullptr;
    return hwloc_get_obj_by_type(live_topology, HWLOC_OBJ_NUMANODE,
                                 static_cast<unsigned>(node));
}

void *
node_alloc(const Topology &, int node, size_t bytes)
{
    hwloc_obj_t object = node_object(node);
    void *memory = nullptr;

    if (object)
        memory = hwloc_alloc_membind(
            live_topology, bytes, object->nodeset, HWLOC_MEMBIND_BIND,
            HWLOC_MEMBIND_BYNODESET | HWLOC_MEMBIND_STRICT);
    if (!memory)
        memory = hwloc_alloc(live_topology, bytes);
    if (!memory)
        abort();
    memset(memory, 0, bytes);
    return memory;
}

void
node_free(const Topology &, void *memory, size_t bytes)
{
    hwloc_free(live_topology, memory, bytes);
}

void
prefer_node(const Topology &, int node)
{
    hwloc_obj_t object = node_object(node);

    if (object)
        (void)hwloc_set_membind(live_topology, object->nodeset,
                                HWLOC_MEMBIND_BIND,
                                HWLOC_MEMBIND_THREAD | HWLOC_MEMBIND_BYNODESET);
}

int
node_of_memory(const Topology &, const void *memory, size_t bytes)
{
    hwloc_bitmap_t set = hwloc_bitmap_alloc();
    int node = -1;

    if (hwloc_get_area_memlocation(live_topology, memory, bytes, set,
                                   HWLOC_MEMBIND_BYNODESET) == 0) {
        hwloc_obj_t object = nullptr;
        while ((object = hwloc_get_next_obj_by_type(
                    live_topology, HWLOC_OBJ_NUMANODE, object)))
            if (hwloc_bitmap_isset(set, object->os_index))
                node = static_cast<int>(object->logical_index);
    }
    hwloc_bitmap_free(set);
    return node;
}

} // namespace bench
