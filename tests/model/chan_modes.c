/* SPDX-License-Identifier: MIT */
/*
 * model/chan_modes.c - channels that drop, batches, statistics.
 *
 * In the history a send that drops has as its value what its hook was told, so
 * that the drop and the send are one step or the history is refused.
 */
#include "chan_play.h"

#include "../lin/chan_model.h"

#include "chan/chan.h"

#include <weir/select.h>

#define OLDEST(cap) (CHAN_DROP_OLDEST | (cap))
#define NEWEST(cap) (CHAN_DROP_NEWEST | (cap))
#define STATS(cap) (PLAY_STATS | (cap))

#define PLAY_BOUNDS .bound = 2, .stale = 2, .hints = "policy.c"

#define HEARD(id, cap, a, b) PLAY_SCENARIO(id, cap, true, PLAY_THREADS_2, a, b)
#define TWO(id, cap, a, b)                                                     \
    PLAY_SCENARIO(id, cap, false, PLAY_THREADS_2, a, b);                       \
    HEARD(id##_heard, cap, a, b)

/* Drop oldest: against receives, another send, close, a parked receiver. */
TWO(drop_recv, OLDEST(1), "ss", "rq");
TWO(drop_try_recv, OLDEST(2), "sss", "qq");
HEARD(drop_send, OLDEST(1), "ss", "sq");
HEARD(drop_send_cap2, OLDEST(2), "sss", "s");
HEARD(drop_close, OLDEST(1), "ss", "cq");
HEARD(drop_length, OLDEST(2), "sss", "ll");
HEARD(drop_newest, NEWEST(1), "ss", "rq");
HEARD(drop_newest_close, NEWEST(1), "ss", "cq");
HEARD(drop_newest_meet, NEWEST(0), "ss", "R");

/* Batches: against single calls, each other, parked parties, close. */
TWO(batch_recv, 2, "2", "rq");
TWO(batch_both, 2, "2", "4");
HEARD(batch_try, 2, "PP", "QQ");
HEARD(batch_around, 2, "sq2", "4"); /* around the end of the ring */
HEARD(batch_refill, 2, "2P", "Q");
HEARD(batch_send, 2, "2", "Pq");
HEARD(batch_full, 1, "2", "rq");
HEARD(batch_close, 2, "2", "cQ");
HEARD(batch_meet, 0, "2", "4");

HEARD(stats_close_free, STATS(1), "sc", "uf");
HEARD(stats_drop, STATS(OLDEST(1)), "ss", "rq");

/* The longer ones. */
#undef PLAY_BOUNDS
#define PLAY_BOUNDS .bound = 2, .stale = 1, .hints = "policy.c"

HEARD(drop_recv_timed, OLDEST(1), "ss", "R");
HEARD(drop_close_after, OLDEST(1), "ssc", "u");
HEARD(drop_free, OLDEST(1), "ssc", "uf");
HEARD(batch_timed, 1, "2", "RR");
HEARD(batch_close_after, 2, "2c", "4u");
HEARD(stats_send_recv, STATS(1), "ss", "rr");

/* Store buffering: each side says no behind its own claim of a batch. */
#undef PLAY_BOUNDS
#define PLAY_BOUNDS .bound = 2, .stale = 4, .hints = "policy.c"
TWO(batch_exact, 2, "sPp", "Qq");

/* Three parties: schedules only. */
#undef PLAY_BOUNDS
#define PLAY_BOUNDS                                                            \
    .bound = 1, .stale = -1, .spurious = -1, .timeouts = 1, .stays = 1,        \
    .hints = "policy.c"

#define THREE(id, cap, a, b, c)                                                \
    PLAY_SCENARIO(id, cap, true, PLAY_THREADS_3, a, b, c)

THREE(drop_two_and_recv, OLDEST(1), "ss", "s", "q");
THREE(drop_two_cap2, OLDEST(2), "ss", "s", "qq");
THREE(drop_two_parked, OLDEST(1), "ss", "R", "R");
THREE(batch_two_parked, 1, "3", "R", "R");
THREE(batch_parked_senders, 1, "sS", "S", "5");
THREE(batch_two_batches, 2, "P", "P", "QQ");

/* --- direct calls: last touches, and a select ----------------------------- */

static weir_chan *x, *y;
static int64_t told;

static void
tell(void *arg, const void *msg)
{
    *(int64_t *)arg += *(const int64_t *)msg;
}

static weir_chan *
make(size_t capacity, bool stats)
{
    const weir_chan_options o = { .on_full = WEIR_FULL_DROP_OLDEST,
                                  .stats = stats,
                                  .on_drop = tell,
                                  .drop_arg = &told };

    wr_waiter_put(wr_waiter_get()); /* the pool grows here, unexplored */
    return weir_chan_make_with(sizeof(int64_t), capacity, &o);
}

static void
send(weir_chan *ch, int64_t msg)
{
    mc_assert(weir_chan_send(ch, &msg) == WEIR_OK);
}

static void
make_full(void)
{
    x = make(1, true);
    send(x, 7);
}

/* Whoever has received the message that displaced another frees the channel. */
static void
send_eight(void)
{
    send(x, 8);
}

static void
recv_eight_and_free(void)
{
    int64_t v = 0;

    while (v != 8)
        mc_assert(weir_chan_recv(x, &v) == WEIR_OK);
    weir_chan_free(x);
}

static void
was_told_or_not(void)
{
    mc_assert(told == 0 || told == 7);
}

MC_SCENARIO(drop_is_the_last_touch, .setup = make_full,
            .check = was_told_or_not,
            .threads = { send_eight, recv_eight_and_free });

/* So also after the last message of a batch: of a ring that blocks, drops, and
 * one that keeps statistics. */
static void
make_blocking(void)
{
    wr_waiter_put(wr_waiter_get());
    x = weir_chan_make(sizeof(int64_t), 2);
}

static void
make_dropping(void)
{
    x = make(2, true);
}

static void
send_seven_eight(void)
{
    const int64_t msgs[2] = { 7, 8 };
    size_t sent = 0;

    while (sent < 2) {
        size_t k;

        mc_assert(weir_chan_send_n(x, msgs + sent, 2 - sent, &k) == WEIR_OK);
        sent += k;
    }
}

MC_SCENARIO(batch_is_the_last_touch, .setup = make_blocking,
            .threads = { send_seven_eight, recv_eight_and_free });
MC_SCENARIO(batch_that_drops_is_the_last_touch, .setup = make_dropping,
            .threads = { send_seven_eight, recv_eight_and_free });

/* A send that drops is ready at once: the select never waits. */
static void
make_two(void)
{
    x = make(1, false);
    y = weir_chan_make(sizeof(int64_t), 0);
    send(x, 7);
}

static void
select_send(void)
{
    int64_t out = 8, in;
    weir_case cases[] = { { x, &out, WEIR_CASE_SEND, 0 },
                          { y, &in, WEIR_CASE_RECV, 0 } };

    mc_assert(weir_selectv(cases, 2, 0) == 0 && cases[0].status == WEIR_OK);
    mc_assert(told == 0 || told == 7);
}

static void
try_one(void)
{
    int64_t v = 0;

    if (weir_chan_try_recv(x, &v) == WEIR_OK)
        mc_ghost_add(0, v);
}

static void
eight_is_there(void)
{
    while (weir_chan_len(x) > 0)
        try_one();
    mc_assert(mc_ghost(0) + told == 15);
    weir_chan_free(x);
    weir_chan_free(y);
}

MC_SCENARIO(select_drops, .setup = make_two, .check = eight_is_there,
            .threads = { select_send, try_one });

/* The law of statistics holds at any instant, and what was received is counted.
 */
static void
make_counting(void)
{
    x = make(1, true);
}

static void
send_three(void)
{
    for (int64_t i = 1; i <= 3; i++)
        send(x, i);
}

static void
recv_and_count(void)
{
    weir_chan_statistics s;
    int64_t v = 0;

    mc_assert(weir_chan_recv(x, &v) == WEIR_OK);
    weir_chan_stats(x, &s);
    mc_assert(s.sent == s.received + s.dropped + s.depth);
    mc_assert(s.sent >= (uint64_t)v && s.received == 1);
    mc_assert(s.high_water <= 1);
}

static void
free_x(void)
{
    weir_chan_free(x);
}

MC_SCENARIO(stats_at_an_instant, .setup = make_counting, .check = free_x,
            .threads = { send_three, recv_and_count });
