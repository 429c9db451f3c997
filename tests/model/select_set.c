/* SPDX-License-Identifier: MIT */
/*
 * model/select_set.c - a set of two channels against sends, closes, removal
 * and other waits.  A readiness that is lost shows as a deadlock.
 */
#define CAP 1

#include "select_parts.h"

#include <weir/set.h>

static weir_set *set;

#define BOUND_2 .bound = 2, .stale = -1, .hints = "policy.c"
#define BOUND_1                                                                \
    .bound = 1, .stale = -1, .spurious = -1, .timeouts = 1, .hints = "policy.c"

static void
open_set(void)
{
    open_channels();
    set = weir_set_make();
    mc_assert(set != NULL);
    mc_assert(weir_set_add(set, x, WEIR_CASE_RECV, &x) == WEIR_OK);
    mc_assert(weir_set_add(set, y, WEIR_CASE_RECV, &y) == WEIR_OK);
}

/* x has been returned by a wait, and drained. */
static void
open_set_given(void)
{
    weir_ready ready;
    size_t got;

    open_set();
    send_one(x, 1, WEIR_FOREVER);
    mc_assert(weir_set_try_wait(set, &ready, 1, &got) == WEIR_OK && got == 1);
    recv_one(x, WEIR_FOREVER);
}

static void
open_set_to_send(void)
{
    open_channels();
    set = weir_set_make();
    mc_assert(set != NULL);
    send_one(x, 1, WEIR_FOREVER);
    send_one(y, 1, WEIR_FOREVER);
    mc_assert(weir_set_add(set, x, WEIR_CASE_SEND, &x) == WEIR_OK);
    mc_assert(weir_set_add(set, y, WEIR_CASE_SEND, &y) == WEIR_OK);
}

static void
open_empty_set(void)
{
    open_channels();
    set = weir_set_make();
    mc_assert(set != NULL);
}

static void
close_set(void)
{
    weir_set_free(set);
    (void)source;
    settle_accounts();
}

/* Take messages, one of each channel that is named, until n have come or one
 * is closed. */
static void
take_by_set(int n, size_t room)
{
    while (n > 0) {
        weir_ready ready[2];
        size_t got;

        mc_assert(weir_set_wait(set, ready, room, &got) == WEIR_OK);
        mc_assert(got >= 1 && got <= room);
        for (size_t i = 0; i < got; i++) {
            long v = 0;
            const int status = weir_chan_try_recv(ready[i].chan, &v);

            mc_assert(ready[i].tag == (ready[i].chan == x ? &x : &y));
            mc_assert(ready[i].op == WEIR_CASE_RECV);
            if (status == WEIR_CLOSED)
                return;
            if (status == WEIR_OK) {
                mc_ghost_add(GOT, v);
                n--;
            }
        }
    }
}

static void
take_1(void)
{
    take_by_set(1, 1);
}

static void
take_2(void)
{
    take_by_set(2, 2);
}

static void
take_2_singly(void)
{
    take_by_set(2, 1);
}

static void
wait_timed(void)
{
    weir_ready ready[2];
    size_t got;
    int status = WEIR_TIMEOUT;

    for (int i = 0; i < 2 && status == WEIR_TIMEOUT; i++)
        status = weir_set_wait_until(set, ready, 2, &got, MAY_TIME_OUT);
    mc_assert(status == WEIR_OK ? got > 0 : status == WEIR_TIMEOUT && got == 0);
    mc_assert(weir_set_try_wait(set, NULL, 0, &got) == WEIR_OK); /* the last */
}

static void
send_through_set(void)
{
    for (;;) {
        weir_ready ready;
        size_t got;
        long v = 2;

        mc_assert(weir_set_wait(set, &ready, 1, &got) == WEIR_OK);
        if (weir_chan_try_send(ready.chan, &v) == WEIR_OK) {
            mc_ghost_add(SENT, v);
            return;
        }
    }
}

static void
send_x(void)
{
    send_one(x, 3, WEIR_FOREVER);
}

static void
send_y(void)
{
    send_one(y, 5, WEIR_FOREVER);
}

static void
send_x_and_y(void)
{
    send_x();
    send_y();
}

static void
send_x_twice(void)
{
    send_x();
    send_x();
}

static void
recv_x(void)
{
    recv_one(x, WEIR_FOREVER);
}

static void
recv_y(void)
{
    recv_one(y, WEIR_FOREVER);
}

static void
close_x(void)
{
    mc_assert(weir_chan_close(x) == WEIR_OK);
}

/* Out of the set, then the channel may go. */
static void
remove_x(void)
{
    weir_ready ready;
    size_t got;

    weir_set_remove(set, x, WEIR_CASE_RECV);
    if (weir_set_try_wait(set, &ready, 1, &got) == WEIR_OK)
        mc_assert(ready.chan == y);
    mc_assert(weir_set_try_wait(set, NULL, 0, &got) == WEIR_OK);
}

static void
add_x(void)
{
    mc_assert(weir_set_add(set, x, WEIR_CASE_RECV, &x) == WEIR_OK);
}

SELECTS(send_either, WEIR_FOREVER, TO(x, 16), TO(y, 32))

#define SET(id, open, bounds, ...)                                             \
    MC_SCENARIO(id, .setup = open, .check = close_set,                         \
                .threads = { __VA_ARGS__ }, bounds)

SET(set_send, open_set, BOUND_2, take_1, send_x);
SET(set_twice, open_set, BOUND_1, take_2_singly, send_x_twice);
SET(set_close, open_set, BOUND_2, take_1, close_x);
SET(set_timed, open_set, BOUND_1, wait_timed, send_x);
SET(set_against_select, open_set, BOUND_2, take_1, send_either);
SET(set_to_send, open_set_to_send, BOUND_2, send_through_set, recv_y);
SET(set_remove, open_set, BOUND_2, remove_x, send_x);
SET(set_add, open_empty_set, BOUND_1, take_1, add_x, send_x);
SET(set_two_senders, open_set, BOUND_1, take_2, send_x, send_y);
SET(set_one_channel, open_set, BOUND_1, take_2_singly, send_x, send_x);
SET(set_two_waits, open_set, BOUND_1, take_1, take_1, send_x_and_y);
SET(set_wait_beside_timed, open_set, BOUND_1, take_1, wait_timed, send_x);
SET(set_remove_from_wait, open_set, BOUND_1, take_1, remove_x, send_y);
SET(set_beside_receiver, open_set, BOUND_1, take_1, recv_x, send_x_twice);
SET(set_remove_given, open_set_given, BOUND_1, take_1, remove_x, send_y);
