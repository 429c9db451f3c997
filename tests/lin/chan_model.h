/* SPDX-License-Identifier: MIT */
/*
 * lin/chan_model.h - what a channel and a raw ring do, one call at a time.
 *
 * Channel of capacity n >= 1, open or closed, holding a queue:
 *
 *   send       OK       open, not full: the value goes to the end
 *              CLOSED   closed
 *   try_send   AGAIN    open, and full at that instant
 *   send_until TIMEOUT  open, and full at some instant of the call
 *   recv       OK       the first value, also when closed
 *              CLOSED   closed and empty; the message is zero-filled
 *   try_recv   AGAIN    open, and empty at that instant
 *   recv_until TIMEOUT  open, and empty at some instant of the call
 *   close      OK       open -> closed;  CLOSED: was closed
 *   len        n        so many were queued at that instant
 *
 * Blocked calls need nothing of their own.  A value that goes to a parked
 * receiver is a send with its receive right behind it; a parked sender whose
 * value is taken in is a receive with that send right behind it.  So a channel
 * of n with one parked receiver takes n + 1 sends although the receiver has
 * not yet returned: its receive lies inside its call, between them.
 *
 * Capacity 0: a send and its receive are one instant (lin_model.pair), inside
 * both calls.  AGAIN and TIMEOUT are always legal while it is open: whether
 * the other party had enrolled by then no history can tell.
 *
 * The order in which parked parties are served cannot be seen in a history,
 * either (calls that overlap may be put in any order): the explorer checks
 * it.
 *
 * A channel that drops takes every send while it is open; when it is full
 * DROPS_NEWEST loses that send's own value, DROPS_OLDEST the first in the
 * queue.  The `value` of such a send is what its drop hook was told, 0:
 * nothing.
 *
 * A batch is its single operations in a row, all within one call (lin_more).
 *
 * Ring of capacity n: try_push OK or AGAIN (full), try_pop OK or AGAIN
 * (empty), exact; poll_push and poll_pop may say AGAIN at any time.  push_n and
 * pop_n move at least one, and neighbours, at one instant, or say AGAIN as
 * exactly as the others: values arg, arg + 1, ... and `value` of them; `value`
 * holds up to three popped ones, a byte each (RING_BATCH).  pop_newest is the
 * owner's end of a deque.
 *
 * Values are 1 .. 65534, distinct within a history (or the search is slow);
 * CHAN_ALIEN stands for a message that nobody sent, and is never legal.
 */
#ifndef WEIR_TESTS_CHAN_MODEL_H
#define WEIR_TESTS_CHAN_MODEL_H

#include "lin.h"

enum { CHAN_MODEL_CAP_MAX = 8, CHAN_ALIEN = 0xffff, RING_BATCH = 3 };

/* Added to a capacity. */
enum {
    CHAN_MODEL_CAP = 0xff, /* mask */
    CHAN_DROP_NEWEST = 0x100,
    CHAN_DROP_OLDEST = 0x200,
    CHAN_DROP = CHAN_DROP_NEWEST | CHAN_DROP_OLDEST,
    CHAN_QUOTA = 0x800 /* unbounded, and the capacity is its quota */
};

enum chan_code {
    CHAN_SEND,
    CHAN_TRY_SEND,
    CHAN_SEND_UNTIL,
    CHAN_RECV,
    CHAN_TRY_RECV,
    CHAN_RECV_UNTIL,
    CHAN_CLOSE,
    CHAN_LEN,
    RING_TRY_PUSH,
    RING_TRY_POP,
    RING_POLL_PUSH,
    RING_POLL_POP,
    RING_PUSH_N,
    RING_POP_N,
    RING_POP_NEWEST
};

static inline bool
chan_code_sends(uint32_t code)
{
    return code <= CHAN_SEND_UNTIL || code == RING_TRY_PUSH ||
           code == RING_POLL_PUSH;
}

static inline bool
chan_code_receives(uint32_t code)
{
    return (code >= CHAN_RECV && code <= CHAN_RECV_UNTIL) ||
           code == RING_TRY_POP || code == RING_POLL_POP;
}

/* `arg` is the value sent, `value` the one received, or the length. */
void chan_model_init(struct lin_model *model, unsigned capacity);
void ring_model_init(struct lin_model *model, unsigned capacity);

#endif
