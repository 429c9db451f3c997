// SPDX-License-Identifier: MIT
/* bars/peer_bars.cc - the promises that compare with peers. */
#include "bars/peer_bars.h"

#include "cells/make.h"
#include "report/format.h"
#include "run/runner.h"
#include "run/stop.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace bench
{

constexpr double chunks_wanted = 400;
constexpr double short_scale =
    2; /* windows of cells that are timed in chunks */
static const char again[] = "-again";

/* What a program in Rust waits on a channel with, and what Go does. */
static const Names thread_channels = { "crossbeam", "flume",
                                       "async-channel-blocking" };
static const Names crossbeam = { "crossbeam" };
static const Names crossbeam_selects = { "crossbeam", "crossbeam-select" };
static const Names golang = { "go" };

static Names
joined(Names names, const Names &more)
{
    names.insert(names.end(), more.begin(), more.end());
    return names;
}

static bool
is_in(const Names &names, const std::string &name)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

PeerBars::PeerBars(const Topology &topology, const Options &options)
    : topology_(topology), options_(options), pairs_(middle_pairs(topology)),
      peers_(find_peers())
{
    options_.budget_ns = INT64_MAX;
    options_.depth = Depth::full;
    cells_ = make_plan(topology, pairs_, options_).cells;
}

void
PeerBars::head() const
{
    for (const std::string &one : peers_.missing)
        printf("missing: %s\n", one.c_str());
    printf("%-16s %-62s %8s %8s %15s %8s\n", "", "promise", "at most", "median",
           "95 %", "A/A");
    fflush(stdout);
}

static void
show(const std::string &verdict, const std::string &text,
     const std::string &figures)
{
    printf("%-16s %-62s %s\n", verdict.c_str(), text.c_str(), figures.c_str());
    fflush(stdout);
}

void
PeerBars::unmeasured(const std::string &text, const std::string &why)
{
    unmeasured_++;
    show("not measured", text, why);
}

void
PeerBars::sum_up() const
{
    printf("%d hold, %d fall short, %d are not settled, %d were not measured\n",
           holds_, fails_, open_, unmeasured_);
}

/* ---- cells */

/* Names of cells end with their place; those of one thread have none. */
std::string
PeerBars::place_of(const std::string &path, int workers) const
{
    if (workers == 1)
        return path;
    const Place place = workers == 2 ? near_pair({ topology_, pairs_ })
                                     : cores_place(topology_, workers);
    return path + "/place=" + place.name;
}

const Cell &
PeerBars::plan_cell(const std::string &name) const
{
    for (const Cell &cell : cells_)
        if (cell.name == name)
            return cell;
    die(exit_failed, "this machine has no cell %s", name.c_str());
}

static const Contender &
contender_of(const Cell &cell, const std::string &name)
{
    for (const Contender &contender : cell.contenders)
        if (contender.name == name)
            return contender;
    die(exit_failed, "%s: no contender %s in this build", cell.name.c_str(),
        name.c_str());
}

/* weir's contenders of the plan's cell and the peers, all of them twice. */
void
PeerBars::measure(const std::string &name, const Names &own, const Names &peers,
                  Compared &out) const
{
    const Cell &planned = plan_cell(name);
    std::vector<Peer> asked;

    out.cell = planned;
    out.cell.contenders.clear();
    out.cell.baseline = out.cell.repeat = "";
    for (const std::string &one : own)
        for (const char *suffix : { "", again }) {
            out.cell.contenders.push_back(contender_of(planned, one));
            out.cell.contenders.back().name += suffix;
        }
    for (const Peer &peer : peers_.found)
        if (is_in(peers, peer.name))
            asked.push_back(peer);
    add_peers(out.cell, topology_, asked);
    add_peers(out.cell, topology_, asked, again);
    if (out.cell.place.pus.size() < 2) {
        const Place near = near_pair({ topology_, pairs_ });
        out.cell.probe = { near.pus.front(), near.pus.back() };
        out.cell.window_scale = short_scale;
    }
    out.result = run_cell(topology_, out.cell, options_);
}

/* ---- figures */

static size_t
index_of(const CellResult &result, const std::string &name)
{
    size_t i = 0;

    while (i < result.cell->contenders.size() &&
           result.cell->contenders[i].name != name)
        i++;
    return i;
}

static bool
is_there(const CellResult &result, const std::string &name)
{
    const size_t i = index_of(result, name);

    return i < result.summaries.size() && result.summaries[i].rounds > 0;
}

/* over(one, other) of the rounds in which both count. */
template <class Over>
static Values
paired(const CellResult &result, const std::string &one,
       const std::string &other, Over over)
{
    const size_t i = index_of(result, one), j = index_of(result, other);
    Values values;

    for (const Round &round : result.rounds)
        if (round.counts && round.samples[i].reason == Void::none &&
            round.samples[j].reason == Void::none)
            values.push_back(over(round.samples[i], round.samples[j]));
    return values;
}

static Values
ratios(const CellResult &result, const std::string &one,
       const std::string &other, Figure figure)
{
    return paired(result, one, other, [=](const Sample &a, const Sample &b) {
        return a.*figure / b.*figure;
    });
}

static double
middle(const CellResult &result, const std::string &name, Figure figure)
{
    const Values values =
        paired(result, name, name,
               [=](const Sample &a, const Sample &) { return a.*figure; });

    return values.empty() ? -1 : median(values);
}

/* How far a contender is from itself. */
static double
spread_of(const CellResult &result, const std::string &name, Figure figure)
{
    const Values own = ratios(result, name + again, name, figure);

    return own.empty() ? 1 : std::fabs(median(own) - 1);
}

/* The one of least figure; empty: none of them is there. */
static std::string
least_of(const CellResult &result, const Names &names, Figure figure)
{
    std::string least;

    for (const std::string &name : names)
        if (is_there(result, name) &&
            (least.empty() ||
             middle(result, name, figure) < middle(result, least, figure)))
            least = name;
    return least;
}

/* ---- lines */

/* The fewest chunks of a sample; 0: not timed in chunks. */
static double
fewest_chunks(const CellResult &result)
{
    double fewest = 0;

    for (const Round &round : result.rounds)
        for (const Sample &sample : round.samples)
            if (round.counts && sample.chunks > 0)
                fewest = fewest == 0 ? sample.chunks
                                     : std::min(fewest, sample.chunks);
    return fewest;
}

static std::string
steadiness_of(const CellResult &result)
{
    const double chunks = fewest_chunks(result);
    std::string out;

    if (chunks > 0)
        out += "best of " + format_number(chunks) + " chunks or more" +
               (chunks < chunks_wanted ? ", TOO FEW" : "") + "; ";
    out += std::to_string(result.counted) + " rounds";
    if (result.trip_ns > 0)
        out += ", line trip " + format_ns(result.trip_ns);
    if (result.moved > 0)
        out += ", " + std::to_string(result.moved) + " repeated";
    if (result.noisy > 0)
        out += ", NOISY in " + std::to_string(result.noisy);
    return out + (result.steady ? "" : ", UNSTEADY");
}

/* After the lines of a cell: all of its figures, and how steady it was. */
static void
foot(const CellResult &result, Figure figure)
{
    std::string note;

    for (const Contender &contender : result.cell->contenders) {
        const std::string &name = contender.name;
        if (index_of(result, name + again) == result.cell->contenders.size())
            continue; /* it is the second one of a name */
        note += (note.empty() ? "" : ", ") + name + " ";
        if (is_there(result, name))
            note += format_ns(middle(result, name, figure)) + " (CPU " +
                    format_ns(middle(result, name, &Figures::cpu_ns)) + ")";
        else
            note += "void";
    }
    printf("%16s %s; %s\n", "", note.c_str(), steadiness_of(result).c_str());
    fflush(stdout);
}

static std::string
spread_text(double spread, double median, bool in_ns)
{
    char text[32];

    if (in_ns)
        return format_ns(spread);
    snprintf(text, sizeof text, "%.1f %%", 100 * spread / median);
    return text;
}

static std::string
figure_text(double value, bool in_ns)
{
    return in_ns ? format_ns(value) : format_ratio(value);
}

void
PeerBars::settle(const std::string &text, double limit, const Interval &value,
                 double spread, bool in_ns)
{
    const Kept kept = judge_line(limit, value, spread);
    char figures[200];

    holds_ += kept == Kept::holds;
    fails_ += kept == Kept::fails;
    open_ += kept == Kept::open;
    snprintf(figures, sizeof figures, "%8s %8s %15s %8s",
             figure_text(limit, in_ns).c_str(),
             figure_text(value.median, in_ns).c_str(),
             format_interval(value).c_str(),
             spread_text(spread, value.median, in_ns).c_str());
    show(kept_text(kept, limit, value.median, in_ns), text, figures);
}

void
PeerBars::line(const Compared &on, const Promise &promise)
{
    const CellResult &result = on.result;
    const std::string other = least_of(result, promise.others, promise.figure);

    if (other.empty() || !is_there(result, promise.own)) {
        unmeasured(promise.text, other.empty() ? "no such peer answered"
                                               : "weir has no sample");
        return;
    }
    const Interval value =
        bootstrap(ratios(result, promise.own, other, promise.figure));
    if (value.n == 0) {
        unmeasured(promise.text, "no round in which both count");
        return;
    }
    const double spread =
        std::max(spread_of(result, promise.own, promise.figure),
                 spread_of(result, other, promise.figure));
    settle(promise.text + ": of " + other + "'s", promise.limit, value,
           spread * value.median, false);
}

/* The best chunk of one contender beyond that of another. */
void
PeerBars::beyond(const Compared &on, const std::string &text, double limit_ns,
                 const std::string &own, const std::string &base)
{
    auto difference = [&](const std::string &one, const std::string &other) {
        return paired(on.result, one, other,
                      [](const Sample &a, const Sample &b) {
                          return a.least_ns - b.least_ns;
                      });
    };
    const Values over = difference(own, base);

    if (over.empty()) {
        unmeasured(text, "no round in which both count");
        return;
    }
    const double spread =
        std::max(std::fabs(median(difference(own + again, own))),
                 std::fabs(median(difference(base + again, base))));
    settle(text, limit_ns, bootstrap(over), spread, true);
}

void
PeerBars::in_trips(const Compared &on, const std::string &text, double limit)
{
    const CellResult &result = on.result;

    if (result.trip_ns <= 0 || !is_there(result, "weir")) {
        unmeasured(text, "one CPU, or no sample");
        return;
    }
    const Interval value = result.summaries[index_of(result, "weir")].per_trip;
    settle(text, limit, value,
           spread_of(result, "weir", &Figures::ns) * value.median, false);
}

/* CPU time per operation, of the least of these. */
void
PeerBars::cpu(const Compared &on, const std::string &what, const Names &peers)
{
    line(on, { what + ", CPU time", 1, "weir", peers, &Figures::cpu_ns });
}

/* ---- the parts */

void
PeerBars::pair_of(const std::string &text, const std::string &name,
                  double of_crossbeam, double of_go)
{
    Compared on;

    measure(name, { "weir" }, { "crossbeam", "go" }, on);
    line(on, { text, of_crossbeam, "weir", crossbeam, &Figures::least_ns });
    line(on, { text, of_go, "weir", golang, &Figures::least_ns });
    cpu(on, text, { "crossbeam", "go" });
    foot(on.result, &Figures::least_ns);
}

void
PeerBars::short_costs()
{
    pair_of("pair, cap 1024, one thread", "chan/pair/cap=1024", 0.8, 0.5);
    pair_of("try on empty", "chan/try-empty/cap=64", 0.3, 0.8);
    pair_of("try on full", "chan/try-full/cap=64", 0.3, 0.8);
}

/* Of weir alone, but among the promises of the same day. */
void
PeerBars::batches()
{
    Compared on;

    measure("chan/pair/batch=32/cap=1024", { "weir", "weir-single" }, {}, on);
    line(on, { "batches of 32, one thread",
               1.0 / 3,
               "weir",
               { "weir-single" },
               &Figures::least_ns });
    foot(on.result, &Figures::least_ns);
}

/* What is timed: a send into a channel drawn by lot, and the select. */
void
PeerBars::select_of(int cases, double beyond_ns)
{
    Compared on;
    const std::string which =
        "one of " + std::to_string(cases) + " ready, send and ";

    measure("chan/select-ready/cases=" + std::to_string(cases) + "/cap=64",
            { "weir", "weir-block", "weir-plain" },
            joined(crossbeam_selects, golang), on);
    for (const char *own : { "weir", "weir-block" }) {
        const std::string text =
            which + (own == std::string("weir") ? "selectv" : "block");
        beyond(on, text + ": beyond a plain receive", beyond_ns, own,
               "weir-plain");
        line(on, { text, 0.6, own, crossbeam_selects, &Figures::least_ns });
        line(on, { text, 0.4, own, golang, &Figures::least_ns });
    }
    foot(on.result, &Figures::least_ns);
}

void
PeerBars::selects()
{
    select_of(2, 10);
    select_of(8, 30);
}

void
PeerBars::stream(const std::string &what, const std::string &path, int workers,
                 double limit, const Names &thread_peers)
{
    Compared on;

    measure(place_of(path, workers), { "weir" }, joined(thread_peers, golang),
            on);
    line(on, { what, limit, "weir", thread_peers, &Figures::ns });
    cpu(on, what, thread_peers);
    if (what == "1p1c, cap 1")
        in_trips(on, what + ": line round trips", 1.2);
    if (what == "1p1c, cap 0")
        in_trips(on, what + ": line round trips", 1.4);
    foot(on.result, &Figures::ns);
}

/* Of a set of two, in the same rounds; one channel is ready, of the same two or
 * of all. */
void
PeerBars::sets()
{
    for (const char *lots : { "2", "4096" }) {
        Compared on;
        measure(std::string("chan/set-ready/channels=4096/lots=") + lots,
                { "weir", "weir-small" }, {}, on);
        line(on, { std::string("a set of 4096, one ready of ") + lots,
                   2,
                   "weir",
                   { "weir-small" },
                   &Figures::least_ns });
        foot(on.result, &Figures::least_ns);
    }
}

void
PeerBars::sides(int side, const std::string &capacity, double limit,
                const Names &peers)
{
    const std::string n = std::to_string(side);
    const std::string shape = n + "p" + n + "c";

    stream(shape + ", cap " + capacity, "chan/" + shape + "/cap=" + capacity,
           2 * side, limit, peers);
}

void
PeerBars::channels()
{
    for (int side : { 1, 4, 8, 32 })
        sides(side, "1024", 0.5, thread_channels);
}

void
PeerBars::fan_in()
{
    stream("64p1c, cap 64", "chan/64p1c/cap=64", 65, 0.2, thread_channels);
}

/* Capacities at which each message is a hand-over. */
void
PeerBars::hand_overs()
{
    for (const char *capacity : { "1", "0" })
        for (int side : { 1, 4 })
            sides(side, capacity, 0.67, crossbeam);
}

/* Rates at least 0.95 of theirs: times at most 1 / 0.95. */
constexpr double ring_limit = 1 / 0.95;

void
PeerBars::ring(const Compared &on, const std::string &what, const char *form,
               const Names &peers)
{
    line(on, { "ring " + what + ", " + form + "_", ring_limit,
               std::string("weir-") + form, peers, &Figures::ns });
}

void
PeerBars::many(int side)
{
    Compared on;
    const std::string n = std::to_string(side);
    const std::string shape = n + "p" + n + "c";

    measure(place_of("ring/" + shape + "/kind=mpmc/cap=1024", 2 * side),
            { "weir-try", "weir-poll" },
            { "xenium-vyukov", "xenium-vyukov-weak" }, on);
    ring(on, "mpmc " + shape, "try", { "xenium-vyukov" });
    ring(on, "mpmc " + shape, "poll", { "xenium-vyukov-weak" });
    foot(on.result, &Figures::ns);
}

void
PeerBars::one_to_one()
{
    Compared on;
    const Names peers = { "boost-spsc", "rte_ring", "moodycamel-rw" };

    measure(place_of("ring/1p1c/kind=spsc/cap=1024", 2),
            { "weir-poll", "weir-try" }, peers, on);
    for (const char *form : { "poll", "try" })
        ring(on, "spsc 1p1c", form, peers);
    foot(on.result, &Figures::ns);
}

void
PeerBars::rings()
{
    for (int side : { 1, 2, 4 })
        many(side);
    if (topology_.pus.size() > 1)
        one_to_one();
    else
        unmeasured("ring spsc 1p1c across two CPUs", "one CPU");
}

} // namespace bench
