/* SPDX-License-Identifier: MIT */
/*
 * model/select_scenarios.h - what select_meet.c and select_ring.c explore.
 */
#include "select_parts.h"

#include "chan/chan.h"

SELECTS(recv_x_send_y, WEIR_FOREVER, FROM(x, &a), TO(y, 1))
SELECTS(send_x_recv_y, WEIR_FOREVER, TO(x, 2), FROM(y, &a))
SELECTS(recv_y_send_x, WEIR_FOREVER, FROM(y, &a), TO(x, 2))
SELECTS(recv_both, WEIR_FOREVER, FROM(x, &a), FROM(y, &b))
SELECTS(send_both, WEIR_FOREVER, TO(x, 4), TO(y, 8))
SELECTS(recv_both_timed, MAY_TIME_OUT, FROM(x, &a), FROM(y, &b))
SELECTS(send_both_timed, MAY_TIME_OUT, TO(x, 16), TO(y, 32))
SELECTS(opposite_timed, MAY_TIME_OUT, FROM(x, &a), TO(y, 1))
SELECTS(opposite_too_timed, MAY_TIME_OUT, TO(x, 2), FROM(y, &a))
SELECTS(recv_x_twice, WEIR_FOREVER, FROM(x, &a), FROM(x, &b))
SELECTS(both_ways, WEIR_FOREVER, FROM(x, &a), TO(x, 64))
SELECTS(both_ways_too, WEIR_FOREVER, TO(x, 128), FROM(x, &a))
SELECTS(three_timed, MAY_TIME_OUT, FROM(x, &a), TO(x, 256), FROM(y, &b))

static void
send_x(void)
{
    send_one(x, 3, WEIR_FOREVER);
}

static void
send_x_timed(void)
{
    send_one(x, 3, MAY_TIME_OUT);
}

static void
send_y_timed(void)
{
    send_one(y, 5, MAY_TIME_OUT);
}

static void
close_x(void)
{
    mc_assert(weir_chan_close(x) == WEIR_OK);
}

static void
fire(void)
{
    wr_cancel_fire(&source, WEIR_CANCELED);
}

static void
recv_both_cancelled(void)
{
    long a, b;
    weir_case cases[] = { FROM(x, &a), FROM(y, &b) };
    const weir_limit limit = { INT64_MAX, &source };

    const int at = choose(cases, 2, limit);

    mc_assert(at >= 0 || at == WEIR_CANCELED);
}

/* Its counterpart is served, and frees the channel at once. */
static void
recv_x_and_free(void)
{
    recv_one(x, WEIR_FOREVER);
    weir_chan_free(x);
    mc_ghost_set(FREED, 1);
}

SELECTS(send_x_or_recv_y, WEIR_FOREVER, TO(x, 2), FROM(y, &a))
SELECTS(send_x_twice, WEIR_FOREVER, TO(x, 2), TO(x, 2))

#define LONG(id, ...)                                                          \
    MC_SCENARIO(id, .setup = open_channels, .threads = { __VA_ARGS__ },        \
                .check = settle_accounts, LONG_BOUNDS)
#define MEET(id, ...)                                                          \
    MC_SCENARIO(id, .setup = open_channels, .threads = { __VA_ARGS__ },        \
                .check = settle_accounts, BOUNDS);                             \
    MC_SCENARIO(id##_stale, .setup = open_channels,                            \
                .threads = { __VA_ARGS__ }, .check = settle_accounts,          \
                STALE_BOUNDS)

MEET(opposite, recv_x_send_y, send_x_recv_y);
MEET(opposite_orders, recv_x_send_y, recv_y_send_x);
MEET(one_sender, recv_both, send_x);
MEET(facing, recv_both, send_both);
MEET(facing_timed, recv_both_timed, send_both_timed);
MEET(duplicate, recv_x_twice, send_x);
MEET(pair_of_both_ways, both_ways, both_ways_too);
MEET(closed, recv_both, close_x);
MEET(closed_for_a_sender, send_x_recv_y, close_x);
MEET(cancelled, recv_both_cancelled, fire);
MEET(freed, send_x_or_recv_y, recv_x_and_free);
MEET(freed_duplicate, send_x_twice, recv_x_and_free);

#if CAP > 0
/*
 * One instant: y gets its message before x loses its own, so at every moment
 * one of them is ready, and a default must not be taken.
 */
static void
fill_x(void)
{
    open_channels();
    send_one(x, 1, MAY_TIME_OUT);
}

static void
move_to_y(void)
{
    send_one(y, 2, WEIR_FOREVER);
    recv_one(x, MAY_TIME_OUT);
}

static void
never_default(void)
{
    long a, b;
    weir_case cases[] = { FROM(y, &a), FROM(x, &b) };
    const int at = weir_try_selectv(cases, 2, WEIR_SELECT_ORDERED);

    mc_assert(at >= 0);
    mc_ghost_add(GOT, *(long *)cases[at].msg);
}

MC_SCENARIO(one_instant, .setup = fill_x,
            .threads = { move_to_y, never_default }, .check = settle_accounts,
            BOUNDS);

#else
/*
 * One instant without a buffer: somebody waits at y before he who waits at x is
 * served.  They wait by hand, so that two threads do.
 */
static void
wait_by_hand(weir_chan *ch, long v)
{
    struct wr_waiter *w = wr_waiter_get(); /* never put back */

    chan_offer(ch, w, &v);
    wr_lock_acquire(&ch->lock);
    wr_waiter_arm(w);
    mc_assert(wr_chan_enrol_sender(ch, &w->node) == CHAN_PARKED);
    wr_lock_release(&ch->lock);
    mc_ghost_add(SENT, v);
}

static void
wait_at_x(void)
{
    open_channels();
    wait_by_hand(x, 0);
}

static void
wait_at_y_serve_x(void)
{
    long v = 0;

    wait_by_hand(y, 1);
    if (weir_chan_try_recv(x, &v) == WEIR_OK)
        mc_ghost_add(GOT, v);
}

static void
never_default(void)
{
    long a = 0, b = 0;
    weir_case cases[] = { FROM(y, &a), FROM(x, &b) };
    const int at = weir_try_selectv(cases, 2, WEIR_SELECT_ORDERED);

    mc_assert(at >= 0);
    mc_ghost_add(GOT, at == 0 ? a : b);
}

MC_SCENARIO(one_instant, .setup = wait_at_x,
            .threads = { wait_at_y_serve_x, never_default },
            .check = settle_accounts, .bound = 2, .stale = 2,
            .hints = "policy.c");
#endif

#if CAP > 0
/* Both full, so that a send waits. */
static void
fill_both(void)
{
    open_channels();
    for (int i = 0; i < CAP; i++) {
        send_one(x, 1, MAY_TIME_OUT);
        send_one(y, 2, MAY_TIME_OUT);
    }
}

static void
recv_x(void)
{
    recv_one(x, WEIR_FOREVER);
}

static void
recv_x_timed(void)
{
    recv_one(x, MAY_TIME_OUT);
}

static void
recv_y_timed(void)
{
    recv_one(y, MAY_TIME_OUT);
}

SELECTS(recv_x_or_send_y, MAY_TIME_OUT, FROM(x, &a), TO(y, 4))

#define FULL(id, bounds, ...)                                                  \
    MC_SCENARIO(id, .setup = fill_both, .threads = { __VA_ARGS__ },            \
                .check = settle_accounts, bounds)

FULL(full_one_receiver, BOUNDS, send_both, recv_x);
FULL(full_one_receiver_stale, STALE_BOUNDS, send_both, recv_x);
FULL(full_facing, BOUNDS, send_both, recv_both);
FULL(full_twice, BOUNDS, send_x_twice, recv_x);
FULL(full_closed, BOUNDS, send_both, close_x);
FULL(full_timed, BOUNDS, send_both_timed, recv_y_timed);
FULL(full_either_way, BOUNDS, recv_x_or_send_y, recv_x_timed);
FULL(full_two_long, LONG_BOUNDS, send_both, recv_x, recv_y_timed);
FULL(full_close_long, LONG_BOUNDS, send_both_timed, recv_y_timed, close_x);
#endif

MC_SCENARIO(three_long, .setup = open_channels,
            .threads = { opposite_timed, opposite_too_timed, three_timed },
            .check = settle_accounts, .big = CAP == 0, LONG_BOUNDS);
LONG(two_and_plain_long, recv_both_timed, send_both_timed, send_y_timed);
LONG(two_plain_long, recv_both_timed, send_x_timed, send_y_timed);
LONG(close_long, recv_both_timed, send_both_timed, close_x);
LONG(cancel_long, recv_both_cancelled, fire, three_timed);
