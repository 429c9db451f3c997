/* SPDX-License-Identifier: MIT */
/*
 * weir/event.h - something that happens once, and whom it may concern.
 *
 *     static weir_event stop = WEIR_EVENT_INIT;
 *
 *     weir_event_set(&stop);                  // once and for all
 *
 *     while (!weir_event_is_set(&stop))       // one load
 *         work();
 *     weir_event_wait(&stop);                 // or wait for it
 *     weir_select(s) {                        // or for several things
 *         weir_on_recv(s, jobs, &job) { ... }
 *         weir_on_event(s, &stop) { return; }
 *     }
 *
 * It does what a channel does that is only ever closed, Go's `done`; but to
 * look costs one load of a line that nobody writes, thousands may wait, and
 * it is set from signal handlers, too.  An event lies in the caller's memory,
 * and there is nothing to destroy.  It cannot be taken back: initialise another
 * one.
 *
 * Lifetime: the memory may be used again when the event is set and no call on
 * it is running or will start, but for one: the weir_event_set() that set it
 * may still be returning.  So who alone waits for an event on his stack may
 * return as soon as he finds it set, by whichever call.
 *
 *              set  is_set  wait
 *   set         S     -      -    - at the same time: fine
 *   is_set      -     -      -    S the second says WEIR_CLOSED
 *   wait        -     -      -
 */
#ifndef WEIR_EVENT_H
#define WEIR_EVENT_H

#include <weir/atomic.h>
#include <weir/base.h>

typedef struct weir_event {
    WEIR_ATOMIC(uint32_t) word; /* private, as all of them */
    uint32_t unused;
    void *head;
    void *tail;
} weir_event;

#ifdef __cplusplus
static_assert(sizeof(weir_event) == 24, "an event has one layout everywhere");
#else
_Static_assert(sizeof(weir_event) == 24, "an event has one layout everywhere");
#endif

#define WEIR_EVENT_INIT                                                        \
    {                                                                          \
        0, 0, NULL, NULL                                                       \
    }

/* The bit that the inline look knows.  It and the layout belong to the "1" in
 * the name of the function that sets it: a program and a library that differ do
 * not link. */
#define WEIR_EVENT_SET_ ((uint32_t)1)

WEIR_BEGIN_DECLS

/**
 * As weir_event_set, but never inline: for other languages.
 */
WEIR_API int weir_event_set_1(weir_event *ev) WEIR_NONNULL(1);

/**
 * Set an event, and wake all who wait for it.
 *
 * Params:   ev  event
 * Returns:  WEIR_OK      this call set it
 *           WEIR_CLOSED  it was set already
 * Blocks:   never
 * Progress: lock-free, and then a few instructions per party that waits.  If
 *           somebody is enrolling or withdrawing at this moment, he wakes them,
 *           before his own call returns
 * Order:    everything before the call that returns WEIR_OK happens before
 *           every return of is_set, wait, try_wait or select that finds the
 *           event set [event.set, waiter.done]
 * Callable: anywhere, signal handlers included
 */
static inline int
weir_event_set(weir_event *ev)
{
    return weir_event_set_1(ev);
}

/**
 * Whether an event has been set.
 *
 * Params:   ev  event
 * Returns:  true from some instant within the first weir_event_set() on
 * Blocks:   never
 * Progress: wait-free: one load
 * Order:    see weir_event_set
 * Callable: anywhere, signal handlers included
 */
static inline bool
weir_event_is_set(const weir_event *ev)
{
    weir_event *e = (weir_event *)(uintptr_t)ev; /* atomics take no const */

    /* order(event.set) ACQ: what the setter did, see weir_event_set_1(). */
    return (weir_load_acq(&e->word) & WEIR_EVENT_SET_) != 0;
}

/**
 * Wait until an event is set.
 *
 * Params:   ev  event
 * Returns:  WEIR_OK     it is set
 *           WEIR_NOMEM  it had to wait and there was no memory for that
 * Blocks:   while it is not set
 * Progress: one load when it is set; with waiting, the event's lock twice,
 *           which is held for tens of nanoseconds (while it is being set, for
 *           some per party that waits)
 * Order:    see weir_event_set
 * Callable: any thread or task, also from TLS destructors; not from a signal
 *           handler.  Not a cancellation point
 * Waiters:  thread, task
 */
WEIR_API WEIR_NODISCARD int weir_event_wait(weir_event *ev) WEIR_NONNULL(1);

/**
 * As weir_event_wait, but never waits for the event.
 *
 * Returns:  WEIR_OK     it is set
 *           WEIR_AGAIN  it was not set at one instant of the call
 * Blocks:   never
 */
WEIR_API WEIR_NODISCARD int weir_event_try_wait(weir_event *ev) WEIR_NONNULL(1);

/**
 * As weir_event_wait, but stops waiting at a limit.
 *
 * Params:   limit  when; one that has passed already makes this a try
 * Returns:  also WEIR_TIMEOUT (the deadline of the limit), or the status that
 *           its context ended with
 */
WEIR_API WEIR_NODISCARD int weir_event_wait_until(weir_event *ev,
                                                  weir_limit limit)
    WEIR_NONNULL(1);

WEIR_END_DECLS

#endif
