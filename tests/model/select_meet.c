/* SPDX-License-Identifier: MIT */
/*
 * model/select_meet.c - selects over rendezvous.
 *
 * Two threads: complete at two preemptions with the newest values, and (_stale)
 * at one preemption and one old value.  Three (_long): complete at one
 * preemption and one time-out, with the newest values.
 */
#define CAP 0
#define BOUNDS .bound = 2, .stale = -1, .hints = "policy.c"
#define STALE_BOUNDS .bound = 1, .stale = 1, .hints = "policy.c"
#define LONG_BOUNDS                                                            \
    .bound = 1, .stale = -1, .timeouts = 1, .spurious = -1, .hints = "policy.c"

#include "select_scenarios.h"
