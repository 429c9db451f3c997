// SPDX-License-Identifier: MIT
/*
 * machine/topo_hwloc.cc - a topology by hwloc: live, synthetic or recorded.
 *
 * The live topology is restricted to the CPUs that the process may use, so a
 * container or taskset changes the plan and not the result; memory nodes whose
 * CPUs are not allowed stay, as memory.  Synthetic and recorded topologies have
 * no binding support: they plan and print only.
 */
#include "machine/topo_hwloc.h"

#include "machine/limits.h"
#include "machine/topo.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace bench
{

static hwloc_topology_t live_topology;

hwloc_topology_t
live_hwloc()
{
    return live_topology;
}

static int
id_above(hwloc_topology_t t, hwloc_obj_t pu, hwloc_obj_type_t type)
{
    hwloc_obj_t found = hwloc_get_ancestor_obj_by_type(t, type, pu);

    return found ? static_cast<int>(found->logical_index) : -1;
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
        one.die = id_above(t, pu, HWLOC_OBJ_DIE);
        one.package = id_above(t, pu, HWLOC_OBJ_PACKAGE);
        out.pus.push_back(one);
    }
}

/* Memory nodes are not ancestors in hwloc 2.  Local is the one with the fewest
 * CPUs of those that have the PU, the first of several: a node that the kernel
 * attaches to other nodes' CPUs (high bandwidth, CXL) comes later. */
static int
local_node(hwloc_topology_t t, unsigned cpu)
{
    hwloc_obj_t node = nullptr;
    int best = -1, least = INT32_MAX;

    while ((node = hwloc_get_next_obj_by_type(t, HWLOC_OBJ_NUMANODE, node))) {
        const int cpus = hwloc_bitmap_weight(node->cpuset);
        if (hwloc_bitmap_isset(node->cpuset, cpu) && cpus < least) {
            least = cpus;
            best = static_cast<int>(node->logical_index);
        }
    }
    return best;
}

static void
read_nodes(hwloc_topology_t t, Topology &out)
{
    hwloc_obj_t object = nullptr;

    while (
        (object = hwloc_get_next_obj_by_type(t, HWLOC_OBJ_NUMANODE, object))) {
        Node node;
        node.os = static_cast<int>(object->os_index);
        node.bytes = object->attr->numanode.local_memory;
        out.nodes.push_back(node);
    }
    /* A description that tells no sizes at all has no empty nodes. */
    for (const Node &other : out.nodes)
        for (Node &node : out.nodes)
            node.empty = node.empty || (node.bytes == 0 && other.bytes > 0);
    for (Pu &pu : out.pus)
        pu.node = local_node(t, static_cast<unsigned>(pu.os));
}

/* Latencies of firmware tables, if there is one for every pair of nodes. */
static bool
read_latencies(hwloc_topology_t t, Topology &out)
{
    for (size_t from = 0; from < out.nodes.size(); from++) {
        Node &node = out.nodes[from];
        hwloc_obj_t object = hwloc_get_obj_by_type(t, HWLOC_OBJ_NUMANODE,
                                                   static_cast<unsigned>(from));
        hwloc_location place;
        place.type = HWLOC_LOCATION_TYPE_CPUSET;
        place.location.cpuset = object->cpuset;
        for (size_t to = 0; to < out.nodes.size(); to++) {
            hwloc_uint64_t value = 0;
            hwloc_obj_t target = hwloc_get_obj_by_type(
                t, HWLOC_OBJ_NUMANODE, static_cast<unsigned>(to));
            if (hwloc_bitmap_iszero(object->cpuset))
                break;
            if (hwloc_memattr_get_value(t, HWLOC_MEMATTR_ID_LATENCY, target,
                                        &place, 0, &value) != 0)
                return false;
            node.distance.push_back(static_cast<double>(value));
        }
    }
    return true;
}

static void
read_distances(hwloc_topology_t t, Topology &out)
{
    hwloc_distances_s *matrix = nullptr;
    unsigned count = 1;

    if (read_latencies(t, out))
        return;
    for (Node &node : out.nodes)
        node.distance.clear();
    if (hwloc_distances_get_by_name(t, "NUMALatency", &count, &matrix, 0) !=
            0 ||
        count == 0)
        return;
    const unsigned n = matrix->nbobjs;
    if (n == out.nodes.size())
        for (unsigned from = 0; from < n; from++) {
            auto &row = out.nodes[matrix->objs[from]->logical_index].distance;
            row.resize(n);
            for (unsigned to = 0; to < n; to++)
                row[matrix->objs[to]->logical_index] =
                    static_cast<double>(matrix->values[from * n + to]);
        }
    hwloc_distances_release(t, matrix);
}

/* "P" for the fastest, "E" for the most efficient, "M" between them; letters
 * from "A" when hwloc cannot rank them. */
static std::string
kind_name(size_t index, size_t count, int efficiency)
{
    if (efficiency < 0)
        return std::string(1, static_cast<char>('A' + index));
    if (index + 1 == count)
        return "P";
    if (index == 0)
        return "E";
    return count > 3 ? "M" + std::to_string(index) : "M";
}

static void
read_kinds(hwloc_topology_t t, Topology &out)
{
    const int known = std::max(0, hwloc_cpukinds_get_nr(t, 0));
    hwloc_bitmap_t set = hwloc_bitmap_alloc();

    for (int i = 0; i < known; i++) {
        Kind kind;
        const int index = static_cast<int>(out.kinds.size());
        bool used = false;
        if (hwloc_cpukinds_get_info(t, static_cast<unsigned>(i), set,
                                    &kind.efficiency, nullptr, nullptr, 0) != 0)
            continue;
        for (Pu &pu : out.pus)
            if (hwloc_bitmap_isset(set, static_cast<unsigned>(pu.os))) {
                pu.kind = index;
                used = true;
            }
        if (used)
            out.kinds.push_back(kind);
    }
    hwloc_bitmap_free(set);
    if (out.kinds.size() < 2) {
        out.kinds.clear();
        for (Pu &pu : out.pus)
            pu.kind = -1;
    }
    for (size_t i = 0; i < out.kinds.size(); i++)
        out.kinds[i].name =
            kind_name(i, out.kinds.size(), out.kinds[i].efficiency);
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
    static const char *const kept[] = { "CPU",          "Backend",
                                        "hwlocVersion", "Architecture",
                                        "OSName",       "CoreType",
                                        "Frequency" };
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
is_file(const std::string &description)
{
    const std::string end = ".xml";
    struct stat about;

    if (description.size() > end.size() &&
        description.compare(description.size() - end.size(), end.size(), end) ==
            0)
        return true;
    return stat(description.c_str(), &about) == 0;
}

/* Where the topology comes from; false with a sentence. */
static bool
describe(hwloc_topology_t t, const std::string &description, std::string &error)
{
    if (description.empty()) {
        hwloc_topology_set_flags(t, HWLOC_TOPOLOGY_FLAG_RESTRICT_TO_CPUBINDING |
                                        HWLOC_TOPOLOGY_FLAG_IS_THISSYSTEM);
        return true;
    }
    /* What is wrong is said in one sentence of ours. */
    setenv("HWLOC_HIDE_ERRORS", "2", 1);
    if (is_file(description)) {
        if (access(description.c_str(), R_OK) != 0)
            error = "the topology file '" + description +
                    "' cannot be read: " + strerror(errno);
        else if (hwloc_topology_set_xml(t, description.c_str()) != 0)
            error = "'" + description + "' is not an XML file that hwloc reads";
    } else if (hwloc_topology_set_synthetic(t, description.c_str()) != 0) {
        error = "hwloc does not understand the topology '" + description + "'";
    }
    return error.empty();
}

static void
read_all(hwloc_topology_t t, Topology &out)
{
    read_pus(t, out);
    read_nodes(t, out);
    read_distances(t, out);
    read_kinds(t, out);
    describe_caches(t, out);
    topology_count(out);
    out.hwloc = true;
}

Topology
topology_load(const std::string &description, std::string &error)
{
    Topology out;
    hwloc_topology_t t = nullptr;

    if (hwloc_topology_init(&t) != 0) {
        error = "hwloc could not start";
        return out;
    }
    if (describe(t, description, error) && hwloc_topology_load(t) != 0)
        error = description.empty()
                    ? "hwloc could not read the topology"
                    : "hwloc finds no topology in '" + description + "'";
    if (error.empty())
        read_all(t, out);
    if (!error.empty() || !description.empty()) {
        const hwloc_const_bitmap_t all =
            error.empty() ? hwloc_topology_get_complete_cpuset(t) : nullptr;
        out.denied =
            all ? hwloc_bitmap_weight(all) - static_cast<int>(out.pus.size())
                : 0;
        out.source =
            (is_file(description) ? "file: " : "synthetic: ") + description;
        hwloc_topology_destroy(t);
        return out;
    }
    out.live = true;
    out.source = "hwloc " HWLOC_VERSION;
    add_limits_of_process(out);
    keep_xml(t, out);
    live_topology = t;
    return out;
}

} // namespace bench
