/* SPDX-License-Identifier: MIT */
/*
 * model/chan_meet.c - the rendezvous.
 *
 * Up to 60 steps: complete at two preemptions and two stale reads; up to 100:
 * at one stale read.  Longer ones (named _long): complete at one preemption and
 * one time-out, with the newest values, and seeded random runs with old ones
 * and more of both.  long.sh has them with an old value more.
 */
#include "chan_play.h"

#define PLAY_BOUNDS .bound = 2, .stale = 2, .hints = "policy.c"

#define TWO(id, a, b)                                                          \
    PLAY_SCENARIO(id, 0, false, PLAY_THREADS_2, a, b);                         \
    PLAY_SCENARIO(id##_heard, 0, true, PLAY_THREADS_2, a, b)

TWO(meet, "s", "r");
TWO(meet_try_send, "pp", "R");
TWO(meet_try_recv, "S", "qq");
TWO(meet_close_recv, "c", "r");
TWO(meet_close_send, "s", "c");
TWO(meet_close_try, "c", "pq");
TWO(meet_cancel_recv, "X", "K");
TWO(meet_free, "s", "rf");

#undef PLAY_BOUNDS
#define PLAY_BOUNDS .bound = 2, .stale = 1, .hints = "policy.c"
TWO(meet_twice, "ss", "rr");
TWO(meet_and_answer, "sr", "rs");
TWO(meet_timed, "S", "R");
TWO(meet_free_closed, "sc", "uf");

#undef PLAY_BOUNDS
#define PLAY_BOUNDS                                                            \
    .bound = 1, .stale = -1, .timeouts = 1, .spurious = -1, .hints = "policy.c"

#define LONG(id, n, ...)                                                       \
    PLAY_SCENARIO(id##_long, 0, true, PLAY_THREADS_##n, __VA_ARGS__);          \
    PLAY_RANDOM_OF(id##_long, n)

LONG(meet_timed_twice, 2, "SS", "RR");
LONG(meet_cancel_send, 2, "rX", "kk");
LONG(meet_three, 3, "SS", "R", "R");
LONG(meet_three_timed, 3, "S", "S", "RR");
LONG(meet_three_close, 3, "s", "c", "Ru");
LONG(meet_three_cancel, 3, "S", "X", "Kq");
LONG(meet_three_free, 3, "s", "s", "rrf");

/* Four threads: time-outs only when all sleep. */
#undef PLAY_BOUNDS
#define PLAY_BOUNDS                                                            \
    .bound = 1, .stale = -1, .timeouts = -1, .spurious = -1,                   \
    .hints = "policy.c", .big = true

LONG(meet_four, 4, "S", "S", "R", "R");
