// SPDX-License-Identifier: MIT
/* run/options.h - the command line. */
#ifndef BENCH_RUN_OPTIONS_H
#define BENCH_RUN_OPTIONS_H

#include <cstdint>
#include <string>

namespace bench
{

enum class Depth { quick, normal };

struct Options {
    Depth depth = Depth::normal;
    bool list = false;
    bool help = false;
    std::string only; /**< part of a cell's name; empty: all */
    std::string out = "results";
    std::string topology; /**< synthetic; empty: this machine */
    int rounds = 0;       /**< of the depth */
    int64_t window_ns = 0;
    int64_t budget_ns = 0; /**< for everything after set-up */
};

/** Reads argv; on a bad option leaves with a sentence and exit_usage. */
Options read_options(int argc, char **argv);

void print_help();

} // namespace bench

#endif
