// SPDX-License-Identifier: MIT
/* machine/topo_hwloc.h - hwloc's handle of this machine, for binding. */
#ifndef BENCH_MACHINE_TOPO_HWLOC_H
#define BENCH_MACHINE_TOPO_HWLOC_H

#include <hwloc.h>

namespace bench
{

/** Null until topology_load() has found this machine. */
hwloc_topology_t live_hwloc();

} // namespace bench

#endif
