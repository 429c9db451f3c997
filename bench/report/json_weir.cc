// SPDX-License-Identifier: MIT
/* report/json_weir.cc - the object "weir": how it was run, machine, cells. */
#include "report/json_parts.h"

namespace bench
{

static void
write_node(JsonText &json, const Topology &topology, const Node &node)
{
    json.open('{').pair("os", node.os).key("pus").open('[');
    for (int pu : node.pus)
        json.value(topology.pus[static_cast<size_t>(pu)].os);
    json.close(']');
    if (node.bytes > 0)
        json.pair("bytes", static_cast<double>(node.bytes));
    json.close('}');
}

static void
write_topology(JsonText &json, const Topology &topology)
{
    json.key("topology").open('{').pair("source", topology.source);
    json.key("pus").open('[');
    for (const Pu &pu : topology.pus) {
        json.open('{').pair("os", pu.os).pair("core", pu.core);
        json.pair("l2", pu.l2).pair("l3", pu.l3).pair("die", pu.die);
        json.pair("package", pu.package);
        json.pair("node", node_os(topology, pu.node));
        json.pair("kind", pu.kind).close('}');
    }
    json.close(']').key("nodes").open('[');
    for (const Node &node : topology.nodes)
        write_node(json, topology, node);
    json.close(']').key("kinds").open('[');
    for (const Kind &kind : topology.kinds)
        json.open('{')
            .pair("name", kind.name)
            .pair("efficiency", kind.efficiency)
            .close('}');
    json.close(']').pair("hwloc_xml", topology.xml).close('}');
}

static void
write_pairs(JsonText &json, const Run &run)
{
    const auto &pus = run.topology.pus;

    json.key("pairs").open('{');
    for (const ClassPair &one : run.pairs) {
        json.key(one.name).open('[');
        json.value(pus[static_cast<size_t>(one.pair.first)].os);
        json.value(pus[static_cast<size_t>(one.pair.second)].os);
        json.close(']');
    }
    json.close('}');
}

static void
write_trips(JsonText &json, const Run &run)
{
    json.key("core_to_core").open('[');
    for (const CoreTrip &trip : run.trips) {
        json.open('{').pair("a", run.topology.pus[trip.pair.first].os);
        json.pair("b", run.topology.pus[trip.pair.second].os);
        json.pair("class", trip.name);
        json.pair("min_ns", trip.trip.min_ns);
        json.pair("p50_ns", trip.trip.p50_ns).close('}');
    }
    json.close(']');
}

static void
write_primitives(JsonText &json, const Card &card)
{
    json.key("primitives").open('[');
    for (const Cost &cost : card.costs)
        if (cost.ns >= 0)
            json.open('{')
                .pair("name", cost.name)
                .pair("ns", cost.ns)
                .close('}');
    json.close(']');
}

static void
write_names(JsonText &json, const char *key,
            const std::vector<std::string> &names)
{
    json.key(key).open('[');
    for (const std::string &name : names)
        json.value(redacted(name));
    json.close(']');
}

static void
write_peers(JsonText &json, const Plan &plan)
{
    json.key("peers").open('[');
    for (const PeerFacts &peer : plan.peers) {
        json.open('{').pair("name", redacted(peer.name));
        if (!peer.version.empty())
            json.pair("version", redacted(peer.version));
        if (!peer.flags.empty())
            json.pair("flags", redacted(peer.flags));
        json.close('}');
    }
    json.close(']');
}

static void
write_run(JsonText &json, const Run &run)
{
    const Options &options = run.options;

    json.pair("schema", 2).pair("complete", run.complete);
    json.pair("depth", depth_name(options.depth));
    json.pair("seed", static_cast<double>(options.seed));
    json.pair("rounds", options.rounds);
    json.pair("window_ns", static_cast<double>(options.window_ns));
    json.pair("took_s", run.took_s);
    json.pair("command", command_of(options));
    json.pair("only", options.only);
}

void
write_weir(JsonText &json, const Run &run)
{
    json.key("weir").open('{');
    write_run(json, run);
    write_pairs(json, run);
    write_topology(json, run.topology);
    write_trips(json, run);
    write_primitives(json, run.card);
    write_cells(json, run);
    write_names(json, "omitted", run.plan.omitted);
    write_names(json, "not_applicable", run.plan.absent);
    write_peers(json, run.plan);
    write_names(json, "missing", run.plan.missing);
    write_names(json, "warnings", run.card.warnings);
    json.close('}');
}

} // namespace bench
