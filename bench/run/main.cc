// SPDX-License-Identifier: MIT
/* run/main.cc - the parts of a run. */
#include "run/main.h"

#include "measure/clock.h"
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
    prepare_folder(run.options.out);
    keep_second_thread();
    calibrate_ticks();
    set_current_cell("machine card");
    run.card = read_card(run.topology);
    leave_if_interrupted();
    print_card(run.card);
}

void
measure(Run &run)
{
    Progress progress(run.plan, run.options);
    const int64_t began = now_ns();

    if (run.plan.cells.empty())
        die(exit_usage, "no cell matches '%s'; see --list",
            run.options.only.c_str());
    for (const Cell &cell : run.plan.cells) {
        if (!progress.has_time_for(cell)) {
            run.plan.omitted.push_back(cell.name);
            continue;
        }
        progress.begin(cell);
        run.results.push_back(run_cell(run.topology, cell, run.options));
        progress.end(run.results.back());
    }
    run.took_s = static_cast<double>(now_ns() - began) * 1e-9;
    leave_if_interrupted();
}

} // namespace bench
