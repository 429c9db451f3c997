// SPDX-License-Identifier: MIT
/* honesty/checks.cc - the checks, and what they promise. */
#include "honesty/honesty.h"

#include "load/alone.h"
#include "measure/clock.h"
#include "measure/layout.h"
#include "run/runner.h"
#include "run/stop.h"

#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstdarg>
#include <cstdio>

namespace bench
{

constexpr int same_cells = 200;
constexpr int64_t same_limit_ns = 150ll * 1000000000;
constexpr double same_part = 0.93;
constexpr int part_runs = 10;
constexpr int part_found_min = 9;
constexpr int verdict_rounds = 101; /* of short windows, as long as a cell */

Options
honest_options(uint64_t seed)
{
    Options options;

    options.depth = Depth::quick;
    options.seed = seed;
    options.rounds = 11;
    options.window_ns = 2000000;
    options.patience = 3;
    return options;
}

static std::string text(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

static std::string
text(const char *format, ...)
{
    char out[200];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(out, sizeof out, format, arguments);
    va_end(arguments);
    return out;
}

static Holds
holds(bool yes)
{
    return yes ? Holds::yes : Holds::no;
}

Check
check_same_twice(const Topology &topology, uint64_t seed)
{
    Check out;
    const std::vector<Cell> kinds = twin_cells(topology);
    const int64_t until_ns = now_ns() + same_limit_ns;
    int cells = 0, hold = 0, noisy = 0;
    Values spreads;

    for (size_t i = 0; cells < same_cells && now_ns() < until_ns; i++) {
        const Cell &cell = kinds[i % kinds.size()];
        const CellResult result =
            run_cell(topology, cell, honest_options(mixed(seed, i)));
        if (result.again.n < 6)
            continue;
        cells++;
        noisy += result.noisy > 0;
        hold += result.again.low <= 1 && 1 <= result.again.high;
        spreads.push_back(std::fabs(result.again.median - 1));
    }
    const double part = cells > 0 ? static_cast<double>(hold) / cells : 0;
    out.what = text("the same under two names: the interval holds 1 in >= "
                    "%.0f %% of %d cells",
                    100 * same_part, same_cells);
    out.found = text("%d of %d, %.1f %%, in turn of %zu workloads; median A/A "
                     "spread %.2f %%; %d cells noisy",
                     hold, cells, 100 * part, kinds.size(),
                     100 * median(spreads), noisy);
    if (cells < same_cells)
        out.found += "; too busy a machine for more";
    out.holds = holds(cells >= same_cells && part >= same_part);
    return out;
}

/* The verdict on the last contender, from a run that has this cell alone. */
static Summary
verdict_on(const Topology &topology, const Cell &cell, uint64_t seed)
{
    std::deque<CellResult> results;
    Options options = honest_options(seed);

    options.rounds = verdict_rounds;
    results.push_back(run_cell(topology, cell, options));
    judge(results);
    return results[0].summaries.back();
}

Check
check_planted_part(const Topology &topology, uint64_t seed)
{
    Check out;
    int found = 0;
    Values ratios;

    for (int i = 0; i < part_runs; i++) {
        const Cell cell = slowed_cell(topology, 0.05);
        const Summary summary =
            verdict_on(topology, cell, mixed(seed, static_cast<uint64_t>(i)));
        found += summary.verdict == Verdict::slower;
        ratios.push_back(summary.ratio.median);
    }
    out.what = text("5 %% of delay are found in >= %d of %d runs",
                    part_found_min, part_runs);
    out.found = text("%d of %d; median ratio %.3f; %d rounds each", found,
                     part_runs, median(ratios), verdict_rounds);
    out.holds = holds(found >= part_found_min);
    return out;
}

Check
check_planted_unlock(const Topology &topology, uint64_t seed, int workers)
{
    Check out;
    const Cell cell = slow_unlock_cell(topology, workers, 20);
    const Summary s = verdict_on(topology, cell, seed);

    out.what = text("20 ns in an unlock are found, %d thread%s", workers,
                    workers > 1 ? "s" : "");
    out.found =
        text("%s; %.1f ns, ratio %.3f (%.3f..%.3f)", verdict_name(s.verdict),
             s.ns.median, s.ratio.median, s.ratio.low, s.ratio.high);
    out.holds = holds(s.verdict == Verdict::slower);
    return out;
}

/* Works, and is somewhere else when it has ended. */
static Sample
straying(const Topology &topology, const Place &place, int other,
         int64_t window_ns)
{
    return alone(topology, place, window_ns, [&](uint64_t) {
        burn(alone_batch);
        return bind_to(topology, std::vector<int>(1, other));
    });
}

static Cell
burning_cell(const Topology &topology)
{
    Cell cell;
    const Topology *t = &topology;

    cell.place = cores_place(topology, 1);
    cell.name = cell.family = "one thread";
    cell.baseline = "one";
    cell.contenders.resize(1);
    cell.contenders[0].name = "one";
    const Place place = cell.place;
    cell.contenders[0].measure = [=](int64_t window_ns) {
        return alone(*t, place, window_ns, [](uint64_t) {
            burn(alone_batch);
            return true;
        });
    };
    return cell;
}

Check
check_moved_worker(const Topology &topology, uint64_t seed)
{
    Check out;
    Cell cell = burning_cell(topology);
    Options options = honest_options(seed);
    const Topology *t = &topology;
    const Place place = cell.place;

    out.what = "a worker moved off its CPU voids its row";
    out.found = "one CPU: nowhere to move to";
    out.holds = Holds::cannot;
    if (topology.pus.size() < 2)
        return out;
    const int other = place.pus[0] == 0 ? 1 : 0;
    options.rounds = 3;
    cell.contenders.resize(2);
    cell.contenders[1].name = "moved";
    cell.contenders[1].measure = [=](int64_t window_ns) {
        return straying(*t, place, other, window_ns);
    };
    std::deque<CellResult> results;
    results.push_back(run_cell(topology, cell, options));
    judge(results);
    const Summary &moved = results[0].summaries[1];
    const Summary &stayed = results[0].summaries[0];
    out.found =
        text("%s: %s", verdict_name(moved.verdict), void_reason(moved.reason));
    out.holds = holds(moved.verdict == Verdict::voided &&
                      moved.reason == Void::stray && stayed.rounds > 0);
    return out;
}

/* A process that wants the CPU of the cell for as long as this one lives. */
static pid_t
start_hog(const Topology &topology, int pu)
{
    const pid_t child = fork();

    if (child < 0)
        die(exit_failed, "no process can be made");
    if (child > 0)
        return child;
    for (int number : { SIGINT, SIGTERM, SIGHUP })
        signal(number, SIG_DFL);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)bind_to(topology, std::vector<int>(1, pu));
    alarm(60);
    for (;;)
        burn(1000);
}

Check
check_hog(const Topology &topology, uint64_t seed)
{
    Check out;
    const Cell cell = burning_cell(topology);
    Options options = honest_options(seed);

    options.rounds = 6;
    options.window_ns = 15000000;
    options.patience = 0.5;
    const pid_t hog = start_hog(topology, cell.place.pus[0]);
    const CellResult result = run_cell(topology, cell, options);
    kill(hog, SIGKILL);
    waitpid(hog, nullptr, 0);
    int tagged = 0;
    for (const Round &round : result.rounds)
        tagged += round.noisy;
    out.what = "a hog on the CPU of a cell is noticed in its rounds";
    out.found =
        text("%d of %zu rounds noisy, a worker waited %.0f %% of its "
             "time",
             tagged, result.rounds.size(), 100 * result.noise.run_delay);
    out.holds = holds(tagged * 2 > static_cast<int>(result.rounds.size()) &&
                      result.noisy > 0);
    return out;
}

Check
check_merge(uint64_t seed)
{
    Check out;
    constexpr int parts = 50;
    constexpr uint64_t values = 200000;
    Hist all, merged;
    std::vector<Hist> some(parts);
    Random random(seed);
    bool read = true;

    for (uint64_t i = 0; i < values; i++) {
        const uint64_t value = random.next() >> (random.next() % 60);
        all.add(value);
        some[i % parts].add(value);
    }
    for (const Hist &one : some) {
        SparseHist back;
        read = hist_parse(hist_text(one.sparse()), back) && read;
        merged.merge(back);
    }
    const bool same = read && merged.counts() == all.counts();
    out.what = "a merge of histograms, by way of the file's text, is exact";
    out.found = text("%d parts of %llu values: %s", parts,
                     static_cast<unsigned long long>(values),
                     same ? "not one differs" : "they differ");
    out.holds = holds(same);
    return out;
}

} // namespace bench
