/* SPDX-License-Identifier: MIT */
/*
 * model/chan_ring.c - the bounded channel, every rule of the core protocol.
 *
 * Two threads and up to 100 steps: complete at two preemptions and two stale
 * reads, the longer ones at one, and at two in long.sh.  More threads:
 * chan_ring_long.c.
 */
#include "chan_play.h"

#define PLAY_BOUNDS .bound = 2, .stale = 2, .hints = "policy.c"

#define TWO(id, cap, a, b)                                                     \
    PLAY_SCENARIO(id, cap, false, PLAY_THREADS_2, a, b);                       \
    PLAY_SCENARIO(id##_heard, cap, true, PLAY_THREADS_2, a, b)

TWO(send_recv, 1, "s", "r");
TWO(try_both, 1, "pp", "qq");
TWO(try_send_recv, 1, "pp", "rq");
TWO(close_against_recv, 1, "c", "r");
TWO(close_after_send, 1, "sc", "u");
TWO(close_against_full_send, 1, "ss", "c");
TWO(close_twice, 1, "c", "cq");
TWO(close_try, 1, "pc", "qq");
TWO(cancel_recv, 1, "X", "K");
TWO(length, 2, "ss", "lrl");
TWO(free_after_recv, 1, "s", "rf");
TWO(free_after_close, 1, "sc", "uf");
TWO(free_after_close_parked, 1, "c", "rf");

/* 100 to 130 steps. */
#undef PLAY_BOUNDS
#define PLAY_BOUNDS .bound = 2, .stale = 1, .hints = "policy.c"
TWO(sends_recvs, 1, "ss", "rr");
TWO(sends_recvs_cap2, 2, "sss", "rrr");
TWO(timed_send_recv, 1, "SS", "R");
TWO(timed_recv_send, 1, "s", "RR");
TWO(try_against_timed, 1, "sS", "Rq");
TWO(cancel_against_send, 1, "sX", "KK");
TWO(cancel_against_recv, 1, "rX", "kk");
TWO(free_after_two, 1, "ss", "rrf");
TWO(timed_both, 1, "SS", "RR");

/* Store buffering: each side says no behind its own claim.  More stale reads
 * than elsewhere: each party misses a stamp and an index. */
#undef PLAY_BOUNDS
#define PLAY_BOUNDS .bound = 2, .stale = 4, .hints = "policy.c"
TWO(try_full_and_empty, 2, "ppp", "qq");
TWO(try_after_slow_path, 1, "sp", "rq");

/* A second no in the caller's own code (weir_chan_still_). */
TWO(try_still_empty, 1, "qsq", "qq");
TWO(try_still_full, 1, "ppp", "qp");
TWO(try_still_closed, 1, "ppcp", "q");
