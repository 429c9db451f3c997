// SPDX-License-Identifier: MIT
/* run/replay.h - the options of an older run, from its result file. */
#ifndef BENCH_RUN_REPLAY_H
#define BENCH_RUN_REPLAY_H

#include "run/options.h"

namespace bench
{

/** Seed, pairs, depth and pattern; else leaves with a sentence, exit_usage. */
Options read_replay(const std::string &file);

} // namespace bench

#endif
