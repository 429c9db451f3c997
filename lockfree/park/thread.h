/* SPDX-License-Identifier: MIT */
/*
 * park/thread.h - what weir keeps per thread.
 *
 * All zero is a thread that weir has not met yet.
 */
#ifndef WR_PARK_THREAD_H
#define WR_PARK_THREAD_H

#include "park/waiter.h"

struct wr_thread {
    struct wr_waiter *waiter;       /* kept between two waits */
    const struct wr_parker *parker; /* NULL: sleeps on a futex */
    bool registered; /* wr_thread_exit will be called */
    bool exiting;    /* it has been: keep nothing any more */
};

/* Give back what the thread keeps.  A destructor that runs later may still
 * wait; it then borrows a waiter for the one wait. */
void wr_thread_exit(struct wr_thread *self);

#endif
