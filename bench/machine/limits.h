// SPDX-License-Identifier: MIT
/*
 * machine/limits.h - what cgroups and the affinity mask take away.
 *
 * The files are read below a root folder, "" for the machine's own.
 */
#ifndef BENCH_MACHINE_LIMITS_H
#define BENCH_MACHINE_LIMITS_H

#include "machine/topo.h"

namespace bench
{

/** CPUs that the process's groups allow at a time; 0: no quota. */
double quota_cpus(const std::string &root);

/** Files that count how often a quota stopped this process's groups. */
std::vector<std::string> throttle_files(const std::string &root);

/** CPUs that are online; 0 if the machine does not tell. */
int online_cpus(const std::string &root);

/** Quota and denied CPUs of a live topology. */
void add_limits_of_process(Topology &topology);

} // namespace bench

#endif
