// SPDX-License-Identifier: MIT
/*
 * run/runner.cc - the rounds of one cell.
 *
 * The trip is probed before every round and once after the last; a round's
 * trip is that of its two probes which lies further from the median, so a
 * machine that moved during a round shows at its end.
 *
 * Rounds come in pairs of one order and its reverse (ABC CBA, BCA ACB, ...):
 * what drifts during a round favours each contender as often as it harms it.
 */
#include "run/runner.h"

#include "measure/layout.h"
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
    Pair pair = cell.probe;

    if (cell.place.pus.size() > 1)
        pair = { cell.place.pus[0], cell.place.pus[1] };
    return line_trip(topology, pair, probe_batches).p50_ns;
}

/* Why contenders are not asked again; Void::none as long as they are. */
using Ended = std::vector<Void>;

std::vector<size_t>
order_of_round(size_t contenders, int turn, uint64_t seed)
{
    const size_t start = seed + static_cast<size_t>(turn) / 2;
    std::vector<size_t> order;

    for (size_t i = 0; i < contenders; i++)
        order.push_back((start % contenders + i) % contenders);
    if (turn % 2 == 1)
        std::reverse(order.begin(), order.end());
    return order;
}

/* Those that hung once would hang again. */
static std::vector<size_t>
order_of(const Ended &ended, int turn, uint64_t seed)
{
    std::vector<size_t> order;

    for (size_t at : order_of_round(ended.size(), turn, seed))
        if (ended[at] == Void::none)
            order.push_back(at);
    return order;
}

/* Once more what does not count, unless it hung: that costs its whole limit. */
static void
repeat_void(const Cell &cell, Measured &measured, int64_t window_ns,
            uint64_t seed)
{
    for (int i = 0; i < void_repeats; i++) {
        const Void reason = measured.sample.reason;
        if (reason == Void::none || is_final(reason))
            return;
        measured = run_round(cell, { measured.contender }, window_ns, seed)[0];
        refuse_wrong(cell, measured);
    }
}

static Round
run_one(const Cell &cell, Ended &ended, int turn, int64_t window_ns,
        uint64_t seed)
{
    Round round;
    const Reading before = read_noise();
    const uint64_t layout = mixed(seed, static_cast<uint64_t>(turn));

    round.samples.resize(cell.contenders.size());
    round.rows.resize(cell.contenders.size());
    for (size_t i = 0; i < ended.size(); i++) {
        round.samples[i].reason = ended[i];
        round.rows[i].name = row_name(cell, cell.contenders[i]);
    }
    for (Measured &measured :
         run_round(cell, order_of(ended, turn, seed), window_ns, layout)) {
        refuse_wrong(cell, measured);
        repeat_void(cell, measured, window_ns, layout);
        if (is_final(measured.sample.reason))
            ended[measured.contender] = measured.sample.reason;
        round.samples[measured.contender] = measured.sample;
        round.rows[measured.contender] = measured.row;
    }
    round.foreign = foreign_part(before, read_noise());
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

/* Moved rounds are repeated at most as often again as rounds are wanted, noisy
 * ones less often: on a busy machine all of them are. */
static bool
enough(const CellResult &result, int quiet, const Options &options)
{
    const double done = static_cast<double>(result.rounds.size());
    const double more = done / options.rounds - 1;

    if (quiet >= options.rounds || more >= std::max(1.0, options.patience))
        return true;
    return result.counted >= options.rounds && more >= options.patience;
}

static double
mean_delay(const CellResult &result)
{
    double sum = 0, count = 0;

    for (const Round &round : result.rounds)
        for (const Sample &sample : round.samples)
            if (sample.run_delay >= 0) {
                sum += sample.run_delay;
                count++;
            }
    return count > 0 ? sum / count : -1;
}

/* A peer whose sums were wrong once has no sample that counts. */
static void
void_liars(const Ended &ended, CellResult &result)
{
    for (size_t i = 0; i < ended.size(); i++)
        if (ended[i] == Void::lied)
            for (Round &round : result.rounds)
                round.samples[i].reason = Void::lied;
}

static void
run_rounds(const Topology &topology, const Options &options, CellResult &result)
{
    const Cell &cell = *result.cell;
    const uint64_t seed = mixed(options.seed, cell.name);
    const int64_t window_ns = window_of(cell, options);
    Ended ended(cell.contenders.size(), Void::none);
    std::vector<double> probes;
    int quiet = 0;

    (void)run_one(cell, ended, 0, window_ns / 2, seed);
    probes.push_back(probe(topology, cell));
    for (int turn = 0; !enough(result, quiet, options); turn++) {
        result.rounds.push_back(run_one(cell, ended, turn, window_ns, seed));
        probes.push_back(probe(topology, cell));
        assign_trips(result, probes);
        quiet = mark_rounds(result, options.rounds);
    }
    void_liars(ended, result);
}

CellResult
run_cell(const Topology &topology, const Cell &cell, const Options &options)
{
    CellResult result;
    const Reading before = read_noise();

    set_current_cell(cell.name);
    result.cell = &cell;
    run_rounds(topology, options, result);
    result.noise = noise_between(before, read_noise());
    result.noise.run_delay = mean_delay(result);
    result.noise.mhz =
        cpu_mhz(topology.pus[static_cast<size_t>(cell.place.pus[0])].os);
    result.steady = result.counted >= (options.rounds + 1) / 2;
    summarize(result);
    return result;
}

} // namespace bench
