/* SPDX-License-Identifier: MIT */
/*
 * park/cancel.h - a cancel source: a flag, and the waits that it ends.
 *
 * State       fired: WEIR_OK, or the status that ended waits return
 * Race        a party enrols here after it has enrolled in its list, and looks
 *             at `fired` under the same lock; so the canceller either finds it
 *             in the list, or it finds the flag.
 * Lifetime    the owner keeps the source until no wait uses it; a wait is out
 *             of the list before it returns.
 * Locks       lock; no list lock is held when it is taken.
 */
#ifndef WR_PARK_CANCEL_H
#define WR_PARK_CANCEL_H

#include "park/lock.h"
#include "park/waiter.h"

struct weir_cancel {
    struct wr_lock lock;
    WEIR_ATOMIC(int) fired;
    struct wr_list waiters;
};

/* End all waits, now and later, with `status`.  The first call decides. */
void wr_cancel_fire(struct weir_cancel *source, int status);

/* WEIR_OK, or the status that it fired with. */
int wr_cancel_status(struct weir_cancel *source);

/* Put w in the source's list, unless it has fired: then its status. */
int wr_cancel_enrol(struct weir_cancel *source, struct wr_waiter *w);
void wr_cancel_withdraw(struct weir_cancel *source, struct wr_waiter *w);

#endif
