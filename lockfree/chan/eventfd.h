/* SPDX-License-Identifier: MIT */
/*
 * chan/eventfd.h - a channel's readiness as a file descriptor.
 *
 * A watcher whose firing writes to an eventfd.  It has a waiter of its own that
 * never sleeps: firing claims it, and its grant, which comes after the unlock
 * of the channel, is the write.
 *
 * State       `writing`: a grant is on its way.  Set under the channel's lock,
 *             cleared by the writer as its last touch
 * Race        a second firing while the first has not written yet, or has and
 *             has not said so: the waiter is in use, and whether that write is
 *             before or after the last clear is unknown.  Then the second one
 *             writes under the lock; one write too many is a wake too many.
 * Race        clear against write
 *
 *     weir_chan_eventfd_arm                sender
 *     ---------------------                ------
 *     clears the fd                  (A)
 *     arms: is it ready?             (B)   makes it ready, fires      (C)
 *     ready: writes                        writes                     (D)
 *
 *   (C) before (B): arming finds it ready, and writes itself, after (A).  (B)
 *   before (C): fired, so (D) is after (A).  So a channel that is ready has a
 *   readable fd, or one that is about to be.
 *
 * Lifetime    the channel's; its end waits for `writing`, and closes the fd.
 */
#ifndef WR_CHAN_EVENTFD_H
#define WR_CHAN_EVENTFD_H

#include "chan/watch.h"

struct chan_eventfd {
    struct wr_watcher watcher;
    struct wr_waiter *waiter;
    weir_chan *ch;
    int fd;
    WEIR_ATOMIC(uint32_t) writing;
};

/* At the end of its channel; NULL: nothing. */
void wr_eventfd_free(struct chan_eventfd *e);

#endif
