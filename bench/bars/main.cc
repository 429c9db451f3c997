// SPDX-License-Identifier: MIT
/*
 * bars/main.cc - measure every promise and say which hold.
 *
 *     weir-bars [--peers] [--rounds N] [--only PART]
 *
 * Parts: channels trips single readers waits one-cpu futex; with --peers, which
 * compares with other libraries and languages: short batch select sets
 * channels fan-in hand-overs rings.
 * The one-CPU part runs as a program of its own that is bound before it starts,
 * so that the library, too, sees one CPU only.  Exit status 0 if every line
 * holds.
 */
#include "bars/bars.h"
#include "bars/peer_bars.h"

#include "machine/card.h"
#include "measure/clock.h"
#include "run/main.h"
#include "run/stop.h"

#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace bench
{

struct Request {
    int rounds = 15;
    std::string only;
    bool bound = false; /**< the child that has one CPU */
    bool peers = false;
};

constexpr int peer_rounds_min = 10;

static const Names own_parts = { "channels", "trips", "single", "readers",
                                 "waits",    "futex", "one-cpu" };
static const Names peer_parts = { "short",    "batch",  "select",     "sets",
                                  "channels", "fan-in", "hand-overs", "rings" };

static void
check_request(const Request &request)
{
    const Names &parts = request.peers ? peer_parts : own_parts;
    const int least = request.peers ? peer_rounds_min : 3;
    std::string known;

    if (request.rounds < least)
        die(exit_usage, "bars: --rounds needs a number from %d up", least);
    for (const std::string &part : parts) {
        known += " " + part;
        if (request.only.empty() || request.only == part)
            return;
    }
    die(exit_usage, "bars: no part '%s'; there are%s", request.only.c_str(),
        known.c_str());
}

static Request
read_request(int argc, char **argv)
{
    Request request;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--rounds") == 0 && i + 1 < argc)
            request.rounds = atoi(argv[++i]);
        else if (strcmp(argv[i], "--only") == 0 && i + 1 < argc)
            request.only = argv[++i];
        else if (strcmp(argv[i], "--bound") == 0)
            request.bound = true;
        else if (strcmp(argv[i], "--peers") == 0)
            request.peers = true;
        else
            die(exit_usage,
                "bars: unknown option '%s'; there are --peers, --rounds N "
                "and --only PART",
                argv[i]);
    }
    check_request(request);
    return request;
}

static std::string
own_path()
{
    char path[4096];
    const ssize_t length = readlink("/proc/self/exe", path, sizeof path);

    return std::string(path, length > 0 ? static_cast<size_t>(length) : 0);
}

/* The one-CPU lines by a bound child; true if they all hold. */
static bool
run_bound(const Topology &topology, const Request &request)
{
    const std::string path = own_path();
    const std::string rounds = std::to_string(request.rounds);
    int status = -1;

    fflush(stdout);
    const pid_t pid = fork();
    if (pid == 0) {
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(topology.pus.back().os, &one);
        sched_setaffinity(0, sizeof one, &one);
        execl(path.c_str(), "weir-bars", "--bound", "--rounds", rounds.c_str(),
              static_cast<char *>(nullptr));
        _exit(127);
    }
    if (pid > 0)
        waitpid(pid, &status, 0);
    leave_if_interrupted();
    return status == 0;
}

static bool
run_parts(Bars &bars, const Topology &topology, const Request &request)
{
    const std::string path = own_path();
    const std::string near = path.substr(0, path.rfind('/') + 1);
    auto wanted = [&](const char *part) {
        return request.only.empty() || request.only == part;
    };

    if (wanted("channels"))
        bars.channels();
    if (wanted("trips"))
        bars.line_trips();
    if (wanted("single"))
        bars.single();
    if (wanted("readers"))
        bars.readers();
    if (wanted("waits"))
        bars.waits();
    if (wanted("futex"))
        bars.no_futex(near + "weir-pair-once");
    const bool one_holds = !wanted("one-cpu") || run_bound(topology, request);
    return bars.failed() == 0 && one_holds;
}

/* True if every line that compares with peers holds. */
static bool
run_peer_parts(const Topology &topology, const Options &options,
               const Request &request)
{
    PeerBars bars(topology, options);
    auto wanted = [&](const char *part) {
        return request.only.empty() || request.only == part;
    };

    bars.head();
    if (wanted("short"))
        bars.short_costs();
    if (wanted("batch"))
        bars.batches();
    if (wanted("select"))
        bars.selects();
    if (wanted("sets"))
        bars.sets();
    if (wanted("channels"))
        bars.channels();
    if (wanted("fan-in"))
        bars.fan_in();
    if (wanted("hand-overs"))
        bars.hand_overs();
    if (wanted("rings"))
        bars.rings();
    bars.sum_up();
    return bars.all_hold();
}

} // namespace bench

int
main(int argc, char **argv)
{
    using namespace bench;
    const Request request = read_request(argc, argv);
    const Topology topology = load_or_die("");
    Options options;
    Card card;

    catch_signals();
    keep_second_thread();
    calibrate_ticks();
    options.rounds = request.rounds;
    options.window_ns = 25000000;
    Bars bars(topology, options);
    if (request.bound) {
        bars.one_cpu();
        return bars.failed() != 0;
    }
    add_noise(topology, card);
    printf("%s; %s\n", fact(card, "noise").c_str(),
           first_line("/proc/loadavg").c_str());
    if (request.peers)
        return !run_peer_parts(topology, options, request);
    bars.head();
    const bool hold = run_parts(bars, topology, request);
    printf("%s\n", hold ? "every promise holds" : "NOT every promise holds");
    return !hold;
}
