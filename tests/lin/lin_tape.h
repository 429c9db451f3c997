/* SPDX-License-Identifier: MIT */
/*
 * lin/lin_tape.h - records a history on threads that really run.
 *
 * Each lane owns a counter, on its own line, of its operations that have
 * returned.  A return is one release store to the own counter; a call is one
 * acquire load of each.  Why not tickets:
 *
 *   a shared fetch_add   sound, but a full barrier on x86 before and after
 *                        every operation, and one line that all lanes fight
 *                        for: it drains the store buffer that a missing fence
 *                        needs, and keeps the operations in step
 *   a time stamp         not sound: the counter is read while the stores of
 *                        the operation still wait in the store buffer, and a
 *                        later reader that misses them is within its rights
 *
 *     lane A                              lane B
 *     ------                              ------
 *     operation x                         load A.done == n+1  (ACQ)
 *     store A.done = n+1  (REL) <-------> operation y
 *
 * B sees the count only if x happens before y, so every order that the
 * checker holds against the implementation is one that C11 promises.  A stale
 * count loses an order, never invents one; on a cache-coherent machine it is
 * stale for a store buffer's time.
 *
 * The counters are accesses of the seam: with the explorer's backend they are
 * steps of the execution like any other.
 */
#ifndef WEIR_TESTS_LIN_TAPE_H
#define WEIR_TESTS_LIN_TAPE_H

#include <weir/atomic.h>

#include "lin.h"

struct lin_done {
    _Alignas(128) WEIR_ATOMIC(uint32_t) count; /* written by its lane */
};

struct lin_tape {
    struct lin_done done[LIN_THREADS];
    struct lin_history h;
};

/* Nobody records now, and the lanes learn of it by the caller's own means. */
static inline void
lin_tape_reset(struct lin_tape *tape, unsigned lanes)
{
    lin_reset(&tape->h, lanes);
    for (unsigned t = 0; t < LIN_THREADS; t++)
        weir_store_rlx(&tape->done[t].count, 0);
}

/* How many calls of a lane have returned, as far as one can see. */
static inline unsigned
lin_tape_count(struct lin_tape *tape, unsigned lane)
{
    /* order(tape.done) ACQ: pairs with lin_tape_tell */
    return weir_load_acq(&tape->done[lane].count);
}

/* The lane is about to call; NULL: its list is full. */
static inline struct lin_op *
lin_tape_call(struct lin_tape *tape, unsigned lane, uint32_t code, uint32_t arg)
{
    struct lin_lane *list = &tape->h.lane[lane];
    struct lin_op *op;
    uint64_t before = 0;

    if (list->count == LIN_OPS)
        return NULL;
    op = &list->op[list->count];
    op->code = code;
    op->arg = arg;
    op->status = 0;
    op->value = 0;
    for (unsigned t = 0; t < tape->h.lanes; t++) {
        /* order(tape.done) ACQ: what a lane did before it returned happens
         * before this call; pairs with lin_tape_tell */
        uint64_t n = weir_load_acq(&tape->done[t].count);

        before |= n << (8 * t);
    }
    op->before = before;
    return op;
}

/* An operation has returned; it counts once it is told. */
static inline void
lin_tape_note(struct lin_tape *tape, unsigned lane, struct lin_op *op,
              int32_t status, uint32_t value)
{
    op->status = status;
    op->value = value;
    tape->h.lane[lane].count += 1;
}

/* As lin_more(), behind lin_tape_note(). */
static inline void
lin_tape_more(struct lin_tape *tape, unsigned lane, uint32_t arg,
              uint32_t value)
{
    (void)lin_append_same(&tape->h.lane[lane], arg, value);
}

static inline void
lin_tape_tell(struct lin_tape *tape, unsigned lane)
{
    /* order(tape.done) REL: the operations happen before whoever sees this
     * count; pairs with lin_tape_call */
    weir_store_rel(&tape->done[lane].count, (uint32_t)tape->h.lane[lane].count);
}

static inline void
lin_tape_return(struct lin_tape *tape, unsigned lane, struct lin_op *op,
                int32_t status, uint32_t value)
{
    lin_tape_note(tape, lane, op, status, value);
    lin_tape_tell(tape, lane);
}

#endif
