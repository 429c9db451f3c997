// SPDX-License-Identifier: MIT
/*
 * report/json_cells.cc - cells, contenders, intervals and verdicts.
 *
 * A figure that a contender does not have is left out.
 */
#include "report/json_parts.h"

#include "measure/clock.h"

#include <cmath>

namespace bench
{

static void
write_known(JsonText &json, const char *key, double value)
{
    if (std::isfinite(value) && value >= 0)
        json.pair(key, value);
}

static void
write_text(JsonText &json, const char *key, const std::string &text)
{
    if (!text.empty())
        json.pair(key, redacted(text));
}

static void
write_interval(JsonText &json, const char *key, const Interval &interval)
{
    if (interval.n == 0 || !std::isfinite(interval.median))
        return;
    json.key(key).open('{').pair("median", interval.median);
    json.pair("low", interval.low).pair("high", interval.high);
    json.pair("n", interval.n).close('}');
}

static void
write_figures(JsonText &json, const Summary &s)
{
    write_known(json, "cpu_ns", s.cpu_ns);
    write_known(json, "cpus", s.cpus);
    write_known(json, "share", s.share);
    write_known(json, "overlap", s.overlap);
    write_known(json, "gini", s.gini);
    write_known(json, "gap_ns", s.gap_ns);
    write_known(json, "bytes", s.bytes);
    write_known(json, "p50_ns", s.p50_ns);
    write_known(json, "p99_ns", s.p99_ns);
    write_known(json, "p999_ns", s.p999_ns);
    write_known(json, "max_ns", s.max_ns);
    if (s.hist.empty())
        return;
    json.key("hist").open('{').pair("ns_per_tick", ns_per_tick());
    json.pair("counts", hist_text(s.hist)).close('}');
}

static void
write_result(JsonText &json, const CellResult &result, size_t i)
{
    const Contender &contender = result.cell->contenders[i];
    const Summary &s = result.summaries[i];

    json.open('{').pair("impl", contender.name);
    json.pair("role", role_name(contender.role));
    write_text(json, "note", contender.note);
    write_text(json, "version", contender.version);
    write_text(json, "flags", contender.flags);
    write_interval(json, "ns", s.ns);
    write_interval(json, "ratio", s.ratio);
    write_interval(json, "line_trips", s.per_trip);
    write_known(json, "p", s.p);
    write_known(json, "p_holm", s.p_holm);
    json.pair("verdict", verdict_name(s.verdict));
    if (s.rounds > 0)
        write_figures(json, s);
    json.pair("void_samples", s.voided);
    if (s.voided > 0)
        json.pair("void_reason", void_reason(s.reason));
    json.close('}');
}

static void
write_place(JsonText &json, const Topology &topology, const Place &place)
{
    json.key("place").open('{').pair("name", place.name);
    json.key("pus").open('[');
    for (int pu : place.pus)
        json.value(topology.pus[static_cast<size_t>(pu)].os);
    json.close(']').pair("memory", memory_name(place.memory));
    json.pair("node", node_os(topology, place.node)).close('}');
}

static void
write_head(JsonText &json, const Topology &topology, const Cell &cell)
{
    json.pair("name", cell.name).pair("family", cell.family);
    write_text(json, "title", cell.title);
    json.pair("unit", cell.unit).key("params").open('{');
    for (const auto &one : cell.params)
        json.pair(one.first, one.second);
    json.close('}');
    write_place(json, topology, cell.place);
    json.pair("workers", cell.workers);
    json.pair("bound", fits(cell.place, cell.workers));
    if (cell.over_quota)
        json.pair("over_quota", true);
    json.pair("baseline", cell.baseline);
}

static void
write_noise(JsonText &json, const CellResult &result)
{
    const Noise &noise = result.noise;
    int throttled = 0;

    for (const Round &round : result.rounds)
        for (const Sample &sample : round.samples)
            throttled += sample.reason == Void::throttled;
    json.key("noise").open('{');
    write_known(json, "foreign_cpus", noise.foreign_cpus);
    write_known(json, "steal", noise.steal);
    write_known(json, "pressure", noise.pressure);
    write_known(json, "run_delay", noise.run_delay);
    write_known(json, "switches", noise.switches);
    write_known(json, "mhz", noise.mhz);
    json.pair("throttled", throttled).close('}');
}

static void
write_cell(JsonText &json, const Run &run, const CellResult &result)
{
    json.open('{');
    write_head(json, run.topology, *result.cell);
    json.pair("rounds", static_cast<int>(result.rounds.size()));
    json.pair("counted", result.counted);
    json.pair("moved", result.moved).pair("noisy", result.noisy);
    json.pair("steady", result.steady);
    if (result.trip_ns > 0)
        json.pair("line_trip_ns", result.trip_ns);
    write_interval(json, "again", result.again);
    json.pair("spread", result.spread);
    json.key("drift").open('{').pair("rho", result.drift.rho);
    json.pair("p", result.drift.p).close('}');
    write_noise(json, result);
    json.key("results").open('[');
    for (size_t i = 0; i < result.summaries.size(); i++)
        write_result(json, result, i);
    json.close(']').close('}');
}

void
write_cells(JsonText &json, const Run &run)
{
    json.key("cells").open('[');
    for (const CellResult &result : run.results)
        write_cell(json, run, result);
    json.close(']');
}

} // namespace bench
