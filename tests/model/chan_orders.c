/* SPDX-License-Identifier: MIT */
/*
 * model/chan_orders.c - orders of the index words that a lock holder writes.
 *
 * Who reads an index that was stored under the lock, without the lock, must see
 * what the claimers before it had seen (ring.claim): else a length counts what
 * has left long ago, and a try waits for what nobody sends.
 *
 *     lock holder                          len
 *     -----------                          ---
 *     saw receive = 1                      receive = 0, an old one
 *     send.word = 2          ring.claim -> send = 2
 *                                          receive = 0 once more: 2 messages
 */
#include "mc.h"

#include "chan/chan.h"

enum { DONE, EMPTIED }; /* ghosts */

static weir_chan *ch;

static void
make_two(void)
{
    ch = weir_chan_make(sizeof(uint64_t), 2);
    wr_waiter_put(wr_waiter_get());
}

static void
free_it(void)
{
    weir_chan_free(ch);
}

static void
send_one(void)
{
    const uint64_t v = 7;

    mc_assert(weir_chan_send(ch, &v) == WEIR_OK);
}

static void
recv_one(void)
{
    uint64_t v;

    mc_assert(weir_chan_recv(ch, &v) == WEIR_OK && v == 7);
}

static void
at_most_one(void)
{
    mc_assert(weir_chan_len(ch) <= 1);
}

static void
recv_or_leave(void)
{
    uint64_t v;
    int status;

    status = weir_chan_recv_until(ch, &v, weir_deadline(WEIR_S(3600)));
    mc_assert(status == WEIR_OK || status == WEIR_TIMEOUT);
}

#define BOUND_1                                                                \
    .bound = 1, .stale = 3, .spurious = -1, .timeouts = 1, .stays = 1

/* A send under the lock (bounded.c, move_word): the parked receiver has left
 * and not withdrawn yet. */
static void
send_recv_and_leave(void)
{
    send_one();
    recv_one();
    recv_or_leave();
    mc_ghost_set(DONE, 1);
}

MC_GHOST static bool
first_has_left(void)
{
    const struct wr_node *node = (const void *)ch->receivers.head;

    return node != NULL && (node->waiter->word & WAITER_STATE) == WAITER_LEFT;
}

static void
send_once_left(void)
{
    while (!first_has_left() && mc_ghost(DONE) == 0)
        mc_relax();
    send_one();
}

MC_SCENARIO(locked_send, .setup = make_two, .check = free_it,
            .threads = { send_recv_and_leave, send_once_left, at_most_one },
            BOUND_1);

/* An enrolment that fails (freeze_empty) stores back what it found. */
static void
send_recv_twice(void)
{
    uint64_t v;

    for (int i = 0; i < 2; i++) {
        send_one();
        mc_assert(weir_chan_try_recv(ch, &v) != WEIR_OK || v == 7);
    }
}

MC_SCENARIO(failed_receiver, .setup = make_two, .check = free_it,
            .threads = { recv_or_leave, send_recv_twice, at_most_one },
            BOUND_1);

/* The same of a sender (freeze_full).  Capacity 3, full; then emptied, and one
 * more passes through: whoever knows that it was emptied never sees three. */
static void
fill(void)
{
    ch = weir_chan_make(sizeof(uint64_t), 3);
    wr_waiter_put(wr_waiter_get());
    for (int i = 0; i < 3; i++)
        send_one();
}

static void
send_or_leave(void)
{
    const uint64_t v = 7;
    const int status =
        weir_chan_send_until(ch, &v, weir_deadline(WEIR_S(3600)));

    mc_assert(status == WEIR_OK || status == WEIR_TIMEOUT);
}

static void
empty_and_pass_one(void)
{
    for (int i = 0; i < 3; i++)
        recv_one();
    mc_tell();
    mc_ghost_set(EMPTIED, 1);
    send_one();
    recv_one();
}

static void
at_most_two(void)
{
    const bool emptied = mc_ghost(EMPTIED) != 0;

    mc_hear();
    if (emptied)
        mc_assert(weir_chan_len(ch) <= 2);
}

MC_SCENARIO(failed_sender, .setup = fill, .check = free_it,
            .threads = { send_or_leave, empty_and_pass_one, at_most_two },
            BOUND_1);
