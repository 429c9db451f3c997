// SPDX-License-Identifier: MIT
/* run/options.h - the command line. */
#ifndef BENCH_RUN_OPTIONS_H
#define BENCH_RUN_OPTIONS_H

#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace bench
{

enum class Depth { quick, normal, full };

const char *depth_name(Depth depth);

struct Options {
    Depth depth = Depth::normal;
    bool list = false;
    bool help = false;
    bool honesty = false; /**< check the suite itself */
    bool peers = false;   /**< other libraries' and languages' programs, too */
    std::string only;     /**< part of a cell's name; empty: all */
    std::string out = "results";
    std::string json;     /**< file of the result, or "-"; empty: in `out` */
    std::string topology; /**< synthetic; empty: this machine */
    std::string replay;   /**< result file whose run is repeated */
    uint64_t seed = 0;    /**< of all that is drawn; never 0 in a run */
    /** Replay: OS numbers of the CPUs of each pair class. */
    std::map<std::string, std::pair<int, int>> pairs;
    int rounds = 0; /**< of the depth */
    int64_t window_ns = 0;
    int64_t budget_ns = 0; /**< for everything after set-up */
    double patience = 0.5; /**< noisy rounds: so much more at most */
};

constexpr uint64_t seed_max = UINT32_MAX;

/** Reads argv; on a bad option leaves with a sentence and exit_usage. */
Options read_options(int argc, char **argv);

/** Rounds, window and budget of the depth. */
void set_rounds(Options &options);

/** The options that make this run, without paths. */
std::string command_of(const Options &options);

void print_help();

} // namespace bench

#endif
