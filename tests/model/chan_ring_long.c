/* SPDX-License-Identifier: MIT */
/*
 * model/chan_ring_long.c - the bounded channel with three and four threads.
 *
 * All above 60 steps: complete at one preemption and one time-out, with the
 * newest values, and seeded random runs of the same scripts with old ones and
 * more of both.  long.sh has them with an old value, too.
 */
#include "chan_play.h"

#define PLAY_BOUNDS                                                            \
    .bound = 1, .stale = -1, .timeouts = 1, .spurious = -1, .hints = "policy.c"

#define LONG(id, cap, n, ...)                                                  \
    PLAY_SCENARIO(id, cap, true, PLAY_THREADS_##n, __VA_ARGS__);               \
    PLAY_RANDOM_OF(id, n)

/* Whoever may be left alone has a limit, which then strikes. */
LONG(two_senders, 1, 3, "s", "s", "rr");
LONG(two_senders_timed, 1, 3, "S", "SS", "RR");
LONG(two_receivers, 1, 3, "ss", "r", "r");
LONG(two_receivers_timed, 1, 3, "SS", "R", "R");
LONG(two_receivers_cap2, 2, 3, "ssS", "RR", "R");
LONG(parked_receiver_and_try, 1, 3, "SS", "R", "qq");
LONG(parked_sender_and_try, 1, 3, "SS", "p", "RR");
LONG(overtaking, 1, 3, "s", "Rq", "R");
LONG(timed_out_before_try, 2, 3, "ss", "R", "Rqq");
LONG(close_with_receivers, 1, 3, "c", "R", "r");
LONG(close_with_senders, 1, 3, "ss", "s", "cu");
LONG(close_between, 1, 3, "sc", "u", "Ru");
LONG(close_and_free, 1, 3, "sS", "c", "u");
LONG(cancel_between, 1, 3, "s", "X", "Kq");
LONG(cancel_two, 1, 3, "X", "K", "Ks");
LONG(free_by_last_receiver, 1, 3, "s", "s", "rrf");

/* Four threads: time-outs only when all sleep. */
#undef PLAY_BOUNDS
#define PLAY_BOUNDS                                                            \
    .bound = 1, .stale = -1, .timeouts = -1, .spurious = -1, .hints = "policy.c"

LONG(chained_wakes, 2, 4, "ss", "r", "r", "X");
LONG(two_by_two, 1, 4, "s", "s", "r", "r");
LONG(two_by_two_timed, 1, 4, "S", "S", "R", "R");
