/* SPDX-License-Identifier: MIT */
/*
 * park/thread.h - what weir keeps per thread.
 *
 * All zero is a thread that weir has not met yet.
 */
#ifndef WR_PARK_THREAD_H
#define WR_PARK_THREAD_H

#include "park/waiter.h"

struct wr_thread;
struct wr_holds; /* sync/holds.h */

/* What the layer of the locks does for a thread that holds some for reading. */
struct wr_hold_ops {
    void (*before_park)(struct wr_thread *self);
    void (*at_exit)(struct wr_thread *self);
};

struct wr_thread {
    struct wr_waiter *waiter;           /* kept between two waits */
    const struct wr_parker *parker;     /* NULL: sleeps on a futex */
    struct wr_holds *holds;             /* which of them; NULL: none yet */
    const struct wr_hold_ops *hold_ops; /* NULL if holds is */
    uint64_t dice;                      /* of select; 0: not cast yet */
    uint16_t yields_to_leave_out;       /* see park/policy.c, "Hogs" */
    uint16_t yields_left_out;
    bool brief;      /* its last sleep was: see park/policy.c */
    bool registered; /* wr_thread_exit will be called */
    bool exiting;    /* it has been: keep nothing any more */
};

/* See to it that wr_thread_exit will be called. */
void wr_thread_register(struct wr_thread *self);

/* Give back what the thread keeps.  A destructor that runs later may still
 * wait; it then borrows a waiter for the one wait. */
void wr_thread_exit(struct wr_thread *self);

#endif
