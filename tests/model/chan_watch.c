/* SPDX-License-Identifier: MIT */
/*
 * model/chan_watch.c - watchers of a channel, by its eventfds.
 *
 * A loop takes (or sends) until WEIR_AGAIN, arms, and waits for its descriptor.
 * A readiness that is lost shows as a deadlock, a write to a closed descriptor
 * as an assertion.
 */
#include "mc.h"

#include "park/thread.h"

#include <weir/chan.h>

static weir_chan *x;

enum { SENT, GOT, CLOSED, FREED }; /* ghosts */

#define BOUND_2 .bound = 2, .stale = 1, .hints = "policy.c"
#define BOUND_1 .bound = 1, .stale = 1, .spurious = -1, .hints = "policy.c"

static void
open_chan(size_t capacity)
{
    wr_waiter_put(wr_waiter_get());
    x = weir_chan_make(sizeof(long), capacity);
    mc_assert(x != NULL);
}

/* With the descriptor made before, which says less to the checker: the first
 * arming is before all else. */
static void
open_watched(size_t capacity, int op)
{
    open_chan(capacity);
    mc_assert(weir_chan_eventfd(x, op) >= 0);
}

static void
open_0(void)
{
    open_watched(0, WEIR_CASE_RECV);
}

static void
open_1(void)
{
    open_watched(1, WEIR_CASE_RECV);
}

static void
open_1_unwatched(void)
{
    open_chan(1);
}

static void
open_2(void)
{
    open_watched(2, WEIR_CASE_RECV);
}

static void
fill(int n)
{
    for (long v = 1; v <= n; v++) {
        mc_assert(weir_chan_try_send(x, &v) == WEIR_OK);
        mc_ghost_add(SENT, v);
    }
}

static void
open_0_to_send(void)
{
    open_watched(0, WEIR_CASE_SEND);
}

static void
open_1_full(void)
{
    open_watched(1, WEIR_CASE_SEND);
    fill(1);
}

static void
open_2_full(void)
{
    open_watched(2, WEIR_CASE_SEND);
    fill(2);
}

static void
close_accounts(void)
{
    long v;

    if (mc_ghost(FREED))
        return;
    while (weir_chan_try_recv(x, &v) == WEIR_OK)
        mc_ghost_add(GOT, v);
    mc_assert(mc_ghost(SENT) == mc_ghost(GOT));
    weir_chan_free(x);
}

/* Receive by the descriptor until n have come, or the end. */
static void
loop_recv(int n)
{
    const int fd = weir_chan_eventfd(x, WEIR_CASE_RECV);

    mc_assert(fd >= 0);
    for (;;) {
        long v;
        const int status = weir_chan_try_recv(x, &v);

        if (status == WEIR_CLOSED)
            return;
        if (status == WEIR_AGAIN) {
            weir_chan_eventfd_arm(x, WEIR_CASE_RECV);
            mc_fd_wait(fd);
            continue;
        }
        mc_ghost_add(GOT, v);
        if (--n == 0)
            return;
    }
}

static void
loop_send(int n)
{
    const int fd = weir_chan_eventfd(x, WEIR_CASE_SEND);

    mc_assert(fd >= 0);
    for (long v = 4; n > 0;) {
        const int status = weir_chan_try_send(x, &v);

        if (status == WEIR_CLOSED)
            return;
        if (status == WEIR_AGAIN) {
            weir_chan_eventfd_arm(x, WEIR_CASE_SEND);
            mc_fd_wait(fd);
            continue;
        }
        mc_ghost_add(SENT, v);
        n--;
    }
}

static void
send_n(int n)
{
    for (long v = 1; v <= n; v++)
        if (weir_chan_send(x, &v) == WEIR_OK)
            mc_ghost_add(SENT, v);
}

static void
recv_n(int n)
{
    long v;

    while (n-- > 0 && weir_chan_recv(x, &v) == WEIR_OK)
        mc_ghost_add(GOT, v);
}

static void
loop_1(void)
{
    loop_recv(1);
}

static void
loop_2(void)
{
    loop_recv(2);
}

static void
loop_all(void)
{
    loop_recv(-1);
}

static void
send_1(void)
{
    send_n(1);
}

static void
send_2(void)
{
    send_n(2);
}

static void
recv_1(void)
{
    recv_n(1);
}

static void
recv_2(void)
{
    recv_n(2);
}

static void
loop_send_1(void)
{
    loop_send(1);
}

static void
loop_send_2(void)
{
    loop_send(2);
}

static void
close_it(void)
{
    mc_assert(weir_chan_close(x) == WEIR_OK);
}

static void
send_1_and_close(void)
{
    send_n(1);
    close_it();
}

static void
recv_all(void)
{
    recv_n(-1);
}

/* The last message, then the end of the channel. */
static void
loop_1_and_free(void)
{
    loop_recv(1);
    weir_chan_free(x);
    mc_ghost_set(FREED, 1);
}

static void
loop_2_and_free(void)
{
    loop_recv(2);
    weir_chan_free(x);
    mc_ghost_set(FREED, 1);
}

#define WATCH(id, open, bounds, ...)                                           \
    MC_SCENARIO(id, .setup = open, .check = close_accounts,                    \
                .threads = { __VA_ARGS__ }, bounds)

WATCH(watch_send, open_1, BOUND_2, loop_2, send_2);
WATCH(watch_first, open_1_unwatched, BOUND_2, loop_1, send_1);
WATCH(watch_send_2, open_2, BOUND_2, loop_2, send_2);
WATCH(watch_send_0, open_0, BOUND_1, loop_2, send_2);
WATCH(watch_close, open_1, BOUND_2, loop_all, send_1_and_close);
WATCH(watch_close_0, open_0, BOUND_2, loop_all, close_it);
WATCH(watch_freed, open_1, BOUND_2, loop_1_and_free, send_1);
WATCH(watch_freed_0, open_0, BOUND_2, loop_1_and_free, send_1);
WATCH(watch_two_senders, open_2, BOUND_1, loop_2_and_free, send_1, send_1);
WATCH(watch_beside_receiver, open_1, BOUND_1, loop_1, recv_1, send_2);
WATCH(watch_beside_closed, open_1, BOUND_1, loop_all, recv_all,
      send_1_and_close);
WATCH(watch_two_loops, open_1, BOUND_1, loop_1, loop_1, send_2);
WATCH(watch_recv, open_1_full, BOUND_2, loop_send_1, recv_2);
WATCH(watch_recv_2, open_2_full, BOUND_2, loop_send_1, recv_2);
WATCH(watch_recv_0, open_0_to_send, BOUND_1, loop_send_2, recv_2);
WATCH(watch_recv_0_once, open_0_to_send, BOUND_2, loop_send_1, recv_1);
WATCH(watch_recv_beside_sender, open_1_full, BOUND_1, loop_send_1, send_1,
      recv_2);
WATCH(watch_recv_close, open_1_full, BOUND_2, loop_send_1, close_it);
