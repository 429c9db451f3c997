/* SPDX-License-Identifier: MIT */
/*
 * weir/set.h - a lasting select: channels that stay registered.
 *
 *     weir_set *set = weir_set_make();
 *     weir_set_add(set, ch, WEIR_CASE_RECV, tag);            // thousands
 *
 *     weir_ready ready[16];
 *     size_t n;
 *     while (weir_set_wait(set, ready, 16, &n) == WEIR_OK)
 *         for (size_t i = 0; i < n; i++)
 *             while (weir_chan_try_recv(ready[i].chan, &msg) == WEIR_OK)
 *                 use(ready[i].tag, &msg);
 *
 * A select looks at each of its channels whenever it runs; a set is told by the
 * channels, so a wait costs as much as there are ready ones, however many it
 * has.  In return it takes nothing: it names channels that became ready, and
 * the caller tries them.  Another party may have been faster.
 *
 * It is level-triggered: what a wait returned is looked at again by the next
 * one, and returned again if it is still ready, behind the others.  So nothing
 * is missed by a caller that takes one message at a time, though draining is
 * cheaper.
 *
 * Ready to receive: there is a message, or the channel is closed.  Ready to
 * send: there is room, or it is closed.  A rendezvous is ready while somebody
 * waits on its other side, inside a call or select; two sets do not meet.
 *
 * Several threads may wait on one set: a channel that one of them was given is
 * not given to another before somebody waits again.  So one that will not wait
 * again, while others do, ends with a call for no channel: n = 0.
 *
 * Lifetime: take a channel out of all sets before it is freed; freeing one that
 * is in a set aborts.  Free a set when no call on it is running or will start.
 *
 *              wait  add  remove  free
 *   wait        -     -     -      X    - at the same time: fine
 *   add         -     -     -      X    X the caller must exclude
 *   remove      -     -     -      X
 */
#ifndef WEIR_SET_H
#define WEIR_SET_H

#include <weir/chan.h>

WEIR_BEGIN_DECLS

typedef struct weir_set weir_set;

/** A channel that became ready. */
typedef struct weir_ready {
    weir_chan *chan;
    void *tag; /**< what it was added with */
    int op;    /**< WEIR_CASE_RECV or WEIR_CASE_SEND */
} weir_ready;

/**
 * Make an empty set.
 *
 * Returns:  the set, to be freed by weir_set_free(), or NULL: out of memory
 * Blocks:   never
 * Progress: that of malloc
 * Order:    none; pass the pointer on in a way that orders it
 * Callable: any thread or task; not from a signal handler
 */
WEIR_API WEIR_NODISCARD weir_set *weir_set_make(void);

/**
 * Free a set; see Lifetime above.  Its channels are taken out.
 *
 * Params:   set  set; NULL: nothing happens
 * Returns:  nothing; aborts when somebody waits on it
 * Blocks:   for each channel's list lock, which is held for tens of nanoseconds
 * Progress: blocking in that sense
 * Order:    none
 * Callable: any thread or task; not from a signal handler
 * Waiters:  none
 */
WEIR_API void weir_set_free(weir_set *set);

/**
 * Add a direction of a channel to a set.
 *
 * Params:   set  set
 *           ch   channel
 *           op   WEIR_CASE_RECV or WEIR_CASE_SEND; both may be in one set
 *           tag  is returned with it
 * Returns:  WEIR_OK, or WEIR_NOMEM.  Aborts if it is in the set already
 * Blocks:   for the set's and the channel's locks, for tens of nanoseconds, or
 *           while another call looks at channels again
 * Progress: blocking in that sense
 * Order:    none
 * Callable: any thread or task; not from a signal handler
 * Waiters:  none
 */
WEIR_API WEIR_NODISCARD int weir_set_add(weir_set *set, weir_chan *ch, int op,
                                         void *tag);

/**
 * Take a direction of a channel out of a set.
 *
 * A wait that has returned it, or is returning it, is not undone.
 *
 * Params:   set  set
 *           ch   channel
 *           op   as it was added; aborts if it was not
 * Returns:  nothing
 * Blocks:   as weir_set_add
 * Progress: blocking in that sense
 * Order:    none
 * Callable: any thread or task; not from a signal handler
 * Waiters:  none
 */
WEIR_API void weir_set_remove(weir_set *set, weir_chan *ch, int op);

/**
 * Wait until channels of a set are ready.
 *
 * Params:   set  set; an empty one waits until something is added
 *           out  room for n of them
 *           n    at most so many; 0: only looks again at what waits returned
 *           got  how many; at least 1 if the call returns WEIR_OK and n is not
 *                0, else 0
 * Returns:  WEIR_OK     *got of them stand in out, those that have been ready
 *                       for longest first
 *           WEIR_NOMEM  it had to wait and there was no memory for that
 * Blocks:   while none of them is ready
 * Progress: one list lock of a channel for each that the last wait returned;
 *           then as many steps as it returns
 * Order:    none; the operation that follows orders
 * Callable: any thread or task, also from TLS destructors; not from a signal
 *           handler.  Not a cancellation point
 * Waiters:  thread, task
 */
WEIR_API WEIR_NODISCARD int weir_set_wait(weir_set *set, weir_ready *out,
                                          size_t n, size_t *got);

/**
 * As weir_set_wait, but never waits.
 *
 * Returns:  also WEIR_AGAIN: at one instant of the call no channel of the set
 *           was ready, those apart that are with another thread's last wait
 * Blocks:   as weir_set_add
 */
WEIR_API WEIR_NODISCARD int weir_set_try_wait(weir_set *set, weir_ready *out,
                                              size_t n, size_t *got);

/**
 * As weir_set_wait, but stops waiting at a limit.
 *
 * Params:   limit  when; one that has passed already makes this a try
 * Returns:  also WEIR_TIMEOUT (the deadline of the limit), or the status that
 *           its context ended with
 */
WEIR_API WEIR_NODISCARD int weir_set_wait_until(weir_set *set, weir_ready *out,
                                                size_t n, size_t *got,
                                                weir_limit limit);

WEIR_END_DECLS

#endif
