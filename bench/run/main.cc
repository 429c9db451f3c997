// SPDX-License-Identifier: MIT
/* run/main.cc - the parts of a run. */
#include "run/main.h"

#include "measure/clock.h"
#include "report/format.h"
#include "report/report.h"
#include "run/progress.h"
#include "run/runner.h"
#include "run/stop.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

namespace bench
{

Topology
load_or_die(const std::string &synthetic)
{
    std::string error;
    Topology topology = topology_load(synthetic, error);

    if (topology.pus.empty())
        die(exit_usage, "%s",
            error.empty() ? "no CPU may be used" : error.c_str());
    return topology;
}

static void *
rest(void *)
{
    for (;;)
        pause();
    return nullptr;
}

void
keep_second_thread()
{
    pthread_t thread;
    sigset_t all, before;

    /* Signals go to the main thread, whose sleeps they end. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (pthread_create(&thread, nullptr, rest, nullptr) != 0)
        die(exit_failed, "no thread can be started");
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    pthread_detach(thread);
}

static std::string
utc_now()
{
    char text[32];
    const time_t now = time(nullptr);
    tm parts;

    gmtime_r(&now, &parts);
    strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &parts);
    return text;
}

void
prepare(Run &run)
{
    catch_signals();
    run.date = utc_now();
    prepare_output(run.options);
    at_interrupt([&run] { return save_partial(run); });
    keep_second_thread();
    calibrate_ticks();
    set_current_cell("machine card");
    run.card = read_card(run.topology);
    leave_if_interrupted();
    print_card(run.card);
}

static int
pu_of(const Topology &topology, int os, const std::string &file)
{
    for (size_t i = 0; i < topology.pus.size(); i++)
        if (topology.pus[i].os == os)
            return static_cast<int>(i);
    die(exit_usage, "'%s' was measured on CPU %d, which may not be used here",
        file.c_str(), os);
}

void
choose_pairs(Run &run)
{
    run.pairs = typical_pairs(run.topology, run.trips);
    for (ClassPair &one : run.pairs) {
        const auto &kept = run.options.pairs;
        const auto old = kept.find(one.name);
        if (old == kept.end())
            continue;
        const std::string &file = run.options.replay;
        const Pair pair(pu_of(run.topology, old->second.first, file),
                        pu_of(run.topology, old->second.second, file));
        if (pair_name(run.topology, pair.first, pair.second) != one.name)
            die(exit_usage,
                "'%s' is of another machine: its CPUs %d and %d are no %s here",
                file.c_str(), old->second.first, old->second.second,
                one.name.c_str());
        one.pair = pair;
    }
}

void
measure(Run &run)
{
    Progress progress(run.plan, run.options);
    const int64_t began = now_ns();

    if (run.plan.cells.empty())
        die(exit_usage, "no cell matches '%s'; see --list",
            run.options.only.c_str());
    fprintf(stderr, "%zu cells, about %s\n", run.plan.cells.size(),
            format_minutes(run.plan.estimate_ns * 1e-9).c_str());
    for (const Cell &cell : run.plan.cells) {
        if (!progress.has_time_for(cell)) {
            run.plan.omitted.push_back(cell.name);
            continue;
        }
        progress.begin(cell);
        run.results.push_back(run_cell(run.topology, cell, run.options));
        run.took_s = static_cast<double>(now_ns() - began) * 1e-9;
        progress.end(run.results.back());
    }
    leave_if_interrupted();
    run.complete = true;
    judge(run.results);
}

} // namespace bench
