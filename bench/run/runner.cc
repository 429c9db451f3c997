// SPDX-License-Identifier: MIT
/*
 * run/runner.cc - the rounds of one cell.
 *
 * The trip is probed before every round and once after the last; a round's
 * trip is that of its two probes which lies further from the median, so a
 * machine that moved during a round shows at its end.
 */
#include "run/runner.h"

#include "measure/probe.h"
#include "run/plan.h"
#include "run/stop.h"

#include <algorithm>
#include <cmath>

namespace bench
{

constexpr int probe_batches = 15;
constexpr int void_repeats = 2;

static void
refuse_wrong(const Cell &cell, const Measured &measured)
{
    if (measured.sample.wrong)
        die(exit_failed,
            "%s: the sums do not add up: %s lost, doubled or tore data; the "
            "run is void",
            cell.name.c_str(),
            cell.contenders[measured.contender].name.c_str());
}

static double
probe(const Topology &topology, const Cell &cell)
{
    if (cell.place.pus.size() < 2)
        return 0;
    const Pair pair(cell.place.pus[0], cell.place.pus[1]);
    return line_trip(topology, pair, probe_batches).p50_ns;
}

/* Contenders in turn, beginning with another one each round; those that hung
 * once would hang again. */
static std::vector<size_t>
rotated(const std::vector<bool> &hung, int turn)
{
    std::vector<size_t> order;

    for (size_t i = 0; i < hung.size(); i++) {
        const size_t at = (i + static_cast<size_t>(turn)) % hung.size();
        if (!hung[at])
            order.push_back(at);
    }
    return order;
}

/* Once more what does not count, unless it hung: that costs its whole limit. */
static void
repeat_void(const Cell &cell, Measured &measured, int64_t window_ns)
{
    for (int i = 0; i < void_repeats; i++) {
        const Void reason = measured.sample.reason;
        if (reason == Void::none || reason == Void::timed_out)
            return;
        measured = run_round(cell, { measured.contender }, window_ns)[0];
        refuse_wrong(cell, measured);
    }
}

static Round
run_one(const Cell &cell, std::vector<bool> &hung, int turn, int64_t window_ns)
{
    Round round;
    const std::vector<size_t> order = rotated(hung, turn);

    round.samples.resize(cell.contenders.size());
    round.rows.resize(cell.contenders.size());
    for (size_t i = 0; i < hung.size(); i++) {
        round.samples[i].reason = Void::timed_out;
        round.rows[i].name = row_name(cell, cell.contenders[i]);
    }
    for (Measured &measured : run_round(cell, order, window_ns)) {
        refuse_wrong(cell, measured);
        repeat_void(cell, measured, window_ns);
        hung[measured.contender] = measured.sample.reason == Void::timed_out;
        round.samples[measured.contender] = measured.sample;
        round.rows[measured.contender] = measured.row;
    }
    return round;
}

/* The further of both probes, judged by their ratio to the running median. */
static double
further(double before, double after, const std::vector<double> &all)
{
    const double centre = median(all);
    const double off_before = std::fabs(std::log(before / centre));
    const double off_after = std::fabs(std::log(after / centre));

    return off_before > off_after ? before : after;
}

static void
assign_trips(CellResult &result, const std::vector<double> &probes)
{
    if (probes[0] <= 0)
        return;
    for (size_t i = 0; i < result.rounds.size(); i++)
        result.rounds[i].trip_ns = further(probes[i], probes[i + 1], probes);
}

CellResult
run_cell(const Topology &topology, const Cell &cell, const Options &options)
{
    CellResult result;
    std::vector<double> probes;
    std::vector<bool> hung(cell.contenders.size(), false);
    const int64_t window_ns = window_of(cell, options);
    int counting = 0;

    set_current_cell(cell.name);
    result.cell = &cell;
    (void)run_one(cell, hung, 0, window_ns / 2);
    probes.push_back(probe(topology, cell));
    for (int turn = 0; turn < 2 * options.rounds; turn++) {
        result.rounds.push_back(run_one(cell, hung, turn, window_ns));
        probes.push_back(probe(topology, cell));
        if (turn + 1 < options.rounds)
            continue;
        assign_trips(result, probes);
        counting = mark_moved(result);
        if (counting >= options.rounds)
            break;
    }
    result.steady = counting >= (options.rounds + 1) / 2;
    summarize(result);
    return result;
}

} // namespace bench
