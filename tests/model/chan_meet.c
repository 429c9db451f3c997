/* SPDX-License-Identifier: MIT */
/* model/chan_meet.c - the rendezvous. */
#include "chan_play.h"

#define PLAY_BOUNDS .bound = 2, .stale = 2, .hints = "policy.c"

#define TWO(id, a, b)                                                          \
    PLAY_SCENARIO(id, 0, false, PLAY_THREADS_2, a, b);                         \
    PLAY_SCENARIO(id##_heard, 0, true, PLAY_THREADS_2, a, b)

TWO(meet, "s", "r");
TWO(meet_twice, "ss", "rr");
TWO(meet_and_answer, "sr", "rs");
TWO(meet_timed, "SS", "RR");
TWO(meet_try_send, "pp", "R");
TWO(meet_try_recv, "S", "qq");
TWO(meet_close_recv, "c", "r");
TWO(meet_close_send, "s", "c");
TWO(meet_close_try, "c", "pq");
TWO(meet_cancel_recv, "X", "K");
TWO(meet_cancel_send, "rX", "kk");
TWO(meet_free, "s", "rf");
TWO(meet_free_closed, "sc", "uf");

#undef PLAY_BOUNDS
#define PLAY_BOUNDS .bound = 1, .stale = 2, .hints = "policy.c"

PLAY_SCENARIO(meet_three, 0, true, PLAY_THREADS_3, "SS", "R", "RR");
PLAY_SCENARIO(meet_three_timed, 0, true, PLAY_THREADS_3, "S", "SS", "RR");
PLAY_SCENARIO(meet_three_close, 0, true, PLAY_THREADS_3, "s", "c", "Ru");
PLAY_SCENARIO(meet_three_cancel, 0, true, PLAY_THREADS_3, "S", "X", "Kq");
PLAY_SCENARIO(meet_three_free, 0, true, PLAY_THREADS_3, "s", "s", "rrf");
