/* SPDX-License-Identifier: MIT */
/*
 * model/chan_play.h - scenarios of channel operations, written as scripts.
 *
 * One string per thread, one letter per operation:
 *
 *     s send        S send_until, may time out     p try_send
 *     r recv        R recv_until, may time out     q try_recv
 *     u recv until CLOSED                          c close
 *     K recv_until a cancel source fires           X fire it
 *     k send_until it fires                        l len
 *     f free the channel
 *     2 send_n of two       3 the same, of three     P try_send_n of two
 *     4 recv_n of two       5 the same, of three     Q try_recv_n of two
 *
 * What is checked at the end of every execution, besides the checker's own
 * races, lost wakes, touches of freed memory and leaks:
 *   - the history is linearizable (lin/chan_model.h), "empty", "full", CLOSED
 *     and TIMEOUT included.  `heard`: a call hears of every call that returned
 *     before it began, so that real time counts; otherwise only what a thread
 *     did itself comes before, and no edge hides a missing one
 *   - nobody overtakes: a party that waited when a call began no longer waits
 *     when that call, of its side, returns with a message moved
 *   - no word is flagged for ever: who leaves last takes its flag off
 */
#ifndef WEIR_MODEL_CHAN_PLAY_H
#define WEIR_MODEL_CHAN_PLAY_H

#include "mc.h"

struct play {
    unsigned capacity; /* and CHAN_..., lin/chan_model.h; PLAY_STATS */
    bool heard;
    const char *script[MC_MAX_THREADS];
};

/* Added to a capacity: the channel keeps statistics. */
#define PLAY_STATS 0x400

/* An unbounded channel without a quota: CHAN_QUOTA alone. */

void play_setup(const struct play *play);
void play_thread(void);
void play_check(void);

#define PLAY_SCENARIO(id, cap, hear, threads_, ...)                            \
    static void setup_##id(void)                                               \
    {                                                                          \
        static const struct play play = { cap, hear, { __VA_ARGS__ } };        \
        play_setup(&play);                                                     \
    }                                                                          \
    MC_SCENARIO(id, .setup = setup_##id, .threads = threads_,                  \
                .check = play_check, PLAY_BOUNDS)

/* The same script, by seeded random schedules. */
#define PLAY_RANDOM_OF(id, n)                                                  \
    MC_SCENARIO(id##_random, .setup = setup_##id, .threads = PLAY_THREADS_##n, \
                .check = play_check, .bound = -1, .stale = 4, .spurious = 2,   \
                .random = 20000)

#define PLAY_THREADS_2                                                         \
    {                                                                          \
        play_thread, play_thread                                               \
    }
#define PLAY_THREADS_3                                                         \
    {                                                                          \
        play_thread, play_thread, play_thread                                  \
    }
#define PLAY_THREADS_4                                                         \
    {                                                                          \
        play_thread, play_thread, play_thread, play_thread                     \
    }

#endif
