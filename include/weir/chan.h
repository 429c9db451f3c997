/* SPDX-License-Identifier: MIT */
/*
 * weir/chan.h - channels: typed messages between threads (and tasks).
 *
 * A channel of capacity N > 0 is a bounded FIFO buffer, one of WEIR_UNBOUNDED
 * grows, and one of capacity 0 is a rendezvous, where a send returns when a
 * receiver has its message.  Order is strict: messages arrive in the order of
 * their sends, parties that wait are served in the order in which they began to
 * wait, and nobody overtakes them.  All calls on one channel are linearizable,
 * the answers "empty" and "full" included.
 *
 * This file has the untyped layer, for other languages and for sizes that are
 * known at run time; <weir/typed.h>, included below, has the typed one:
 *
 *     WEIR_CHAN(ints, int);
 *
 *     ints *ch = ints_make(4);
 *     weir_send(ch, 1);                  // WEIR_OK, or WEIR_CLOSED
 *     int v;
 *     weir_recv(ch, &v);                 // WEIR_OK, or WEIR_CLOSED and v = 0
 *     weir_close(ch);
 *     ints_free(ch);
 *
 * A NULL channel is Go's nil channel: it is never ready.
 *
 * Lifetime: free may be called when no call on the channel will start any
 * more.  Calls whose message, or whose close, somebody has received may still
 * be returning: free waits for their last touch.  So whoever receives the last
 * message, or WEIR_CLOSED, may free the channel at once.  docs/ownership.md has
 * the rule case by case.
 *
 *              send  recv  close  len   free
 *   send        -     -     -      -     X      - at the same time: fine
 *   recv        -     -     -      -     X      X the caller must exclude,
 *   close       -     -     S      -     X        but see Lifetime
 *   len         -     -     -      -     X      S the second says WEIR_CLOSED
 */
#ifndef WEIR_CHAN_H
#define WEIR_CHAN_H

#include <weir/base.h>
#include <weir/ring.h>

WEIR_BEGIN_DECLS

typedef struct weir_chan weir_chan;

/** What can be done with a channel: a direction, and a kind of select case. */
enum { WEIR_CASE_RECV = 0, WEIR_CASE_SEND = 1 };

/* What a send does that finds no room. */
enum {
    WEIR_FULL_BLOCK = 0,       /**< waits */
    WEIR_FULL_DROP_NEWEST = 1, /**< throws its own message away: WEIR_OK */
    WEIR_FULL_DROP_OLDEST = 2  /**< throws the oldest one away, to get room */
};

/** A capacity: the buffer grows as it is needed.  Its memory is used again, and
 * given back by weir_chan_free(). */
#define WEIR_UNBOUNDED SIZE_MAX

/** What a channel does besides passing messages.  All zero: nothing. */
typedef struct weir_chan_options {
    int on_full; /**< WEIR_FULL_BLOCK, _DROP_NEWEST or _DROP_OLDEST */
    bool stats;  /**< keep what weir_chan_stats() tells */
    /** Unbounded: the most messages it holds, beyond which a send waits as at a
     * full buffer.  0: any number. */
    size_t quota;
    /** Called for each message that is dropped because there was no room, by
     * the thread that sends, outside every lock, with a copy of the message
     * that is gone after the return.  NULL: nobody is told. */
    void (*on_drop)(void *arg, const void *msg);
    void *drop_arg; /**< what on_drop gets first */
} weir_chan_options;

/* What the inline tries see of a channel; the rest is the library's
 * (lockfree/chan/chan.h). */
struct weir_chan_words_ {
    weir_ring_shape shape;
    weir_ring_word send;
    weir_ring_word receive;
};

static inline struct weir_chan_words_ *
weir_chan_words_of_(weir_chan *ch)
{
    return (struct weir_chan_words_ *)(void *)ch;
}

/* Is the answer to a try still no?  Only a buffer that waits when full has a
 * ticket in `missed`, one without flags, at which its side was told no.  While
 * that is still the word, the answer is that of the library: exactly full, or
 * (full set) exactly empty and open.  After a yes it is not, and then nobody
 * looks at the opposite line here, which a stream that flows would pay for.
 * Likely, since all else is a call: so a loop that polls is short. */
static inline bool
weir_chan_still_(weir_ring_shape shape, weir_ring_word *own,
                 weir_ring_word *opposite, uint64_t full)
{
    const uint64_t ticket = weir_ring_load_word(&own->word);

    return WEIR_LIKELY_(ticket == weir_load_rlx(&own->missed)) &&
           WEIR_LIKELY_(
               weir_ring_is_over(shape, &opposite->word, full, ticket));
}

/**
 * Make a channel.
 *
 * Params:   elem_bytes  size of a message in bytes, at most 2^20; 0 is a
 *                       message without content
 *           capacity    messages that it buffers; 0 is a rendezvous,
 *                       WEIR_UNBOUNDED any number: sends never wait
 * Returns:  the channel, to be freed by weir_chan_free(), or NULL: out of
 *           memory, or capacity * elem_bytes is beyond any memory
 * Blocks:   never
 * Progress: that of malloc
 * Order:    none; pass the pointer on in a way that orders it
 * Callable: any thread or task; not from a signal handler
 */
WEIR_API WEIR_NODISCARD weir_chan *weir_chan_make(size_t elem_bytes,
                                                  size_t capacity);

/**
 * As weir_chan_make, but with options.
 *
 * With WEIR_FULL_DROP_NEWEST or WEIR_FULL_DROP_OLDEST no send ever waits for
 * room, in a select neither; a closed channel still says WEIR_CLOSED.
 * Capacity 1 with DROP_OLDEST keeps the latest message alone ("conflate").
 *
 * A quota is a capacity whose memory grows with what is in it.
 *
 * Params:   options  copied; NULL: none
 * Returns:  also NULL: these options do not go together: an on_full that is
 *           none of the three, DROP_OLDEST at capacity 0, dropping with
 *           WEIR_UNBOUNDED, a quota without it, one beyond 2^40
 */
WEIR_API WEIR_NODISCARD weir_chan *
weir_chan_make_with(size_t elem_bytes, size_t capacity,
                    const weir_chan_options *options);

/**
 * Free a channel; see Lifetime above.
 *
 * Params:   ch  channel; NULL: nothing happens.  Messages in it are dropped
 * Returns:  nothing; aborts when somebody still waits on it
 * Blocks:   for the last touch of calls that are returning, some instructions
 * Progress: that of free
 * Order:    none
 * Callable: any thread or task; not from a signal handler
 * Waiters:  none
 */
WEIR_API void weir_chan_free(weir_chan *ch);

/**
 * Send one message, waiting until the channel takes it.
 *
 * Params:   ch   channel; NULL waits for ever
 *           msg  elem_bytes bytes, copied before the return
 * Returns:  WEIR_OK      the message is in the buffer, with a receiver, or
 *                        (DROP_NEWEST) dropped
 *           WEIR_CLOSED  the channel is closed; the message was not taken
 *           WEIR_NOMEM   it had to wait and there was no memory for that; or
 *                        (unbounded) none for the buffer to grow, which may
 *                        also end a wait at the quota; or (DROP_OLDEST,
 *                        messages above 256 bytes) none for the copy that
 *                        on_drop gets.  Nothing was taken or dropped.  In a
 *                        select, the status of such a case
 * Blocks:   while full (bounded, or at the quota), or without a receiver
 *           (rendezvous), unless the channel drops
 * Progress: one compare-and-swap and one store when there is room; waits for
 *           a thread that stopped between the two
 * Order:    everything before the call happens before the return of the
 *           receive that gets the message [ring.stamp, waiter.done]; the k-th
 *           receive from a channel of capacity C happens before the return of
 *           the (k+C)-th send; with a quota Q, everything before the call of
 *           the k-th receive does, of the (k+Q)-th send [chan.bound]
 * Callable: any thread or task, also from TLS destructors; not from a signal
 *           handler.  Not a cancellation point
 * Waiters:  thread, task
 */
WEIR_API WEIR_NODISCARD int weir_chan_send(weir_chan *ch, const void *msg);

/**
 * As weir_chan_try_send, but never inline: for other languages, and what the
 * inline one calls unless it was told no before and nothing has moved.
 */
WEIR_API WEIR_NODISCARD int weir_chan_try_send_1(weir_chan *ch,
                                                 const void *msg);

/**
 * As weir_chan_send, but never waits for room.
 *
 * Returns:  also WEIR_AGAIN: the channel was full (or had no receiver
 *           waiting) at one instant of the call.  NULL is always WEIR_AGAIN
 * Blocks:   never for room; a place that a receiver has claimed and not yet
 *           emptied is waited for, spinning, then sleeping in bounded steps
 */
static inline WEIR_NODISCARD int
weir_chan_try_send(weir_chan *ch, const void *msg)
{
    struct weir_chan_words_ *words = weir_chan_words_of_(ch);

    if (WEIR_LIKELY_(ch != NULL) &&
        weir_chan_still_(words->shape, &words->send, &words->receive, 0))
        return WEIR_AGAIN;
    return weir_chan_try_send_1(ch, msg);
}

/**
 * As weir_chan_send, but stops waiting at a limit.
 *
 * Params:   limit  when; one that has passed already makes this a try
 * Returns:  also WEIR_TIMEOUT (the deadline of the limit), or the status that
 *           its context ended with; the message was not taken
 */
WEIR_API WEIR_NODISCARD int weir_chan_send_until(weir_chan *ch, const void *msg,
                                                 weir_limit limit);

/**
 * Receive one message, waiting for it.
 *
 * Params:   ch   channel; NULL waits for ever
 *           msg  elem_bytes bytes for the message; zeroed on WEIR_CLOSED
 * Returns:  WEIR_OK      a message
 *           WEIR_CLOSED  the channel is closed and drained
 *           WEIR_NOMEM   it had to wait and there was no memory for that
 * Blocks:   while empty (bounded), or without a sender (rendezvous)
 * Progress: one compare-and-swap and one store when there is a message; waits
 *           for a thread that stopped between the two
 * Order:    everything before the send (or, for WEIR_CLOSED, the close)
 *           happens before the return [ring.stamp, waiter.done, ring.claim]
 * Callable: as weir_chan_send
 * Waiters:  thread, task
 */
WEIR_API WEIR_NODISCARD int weir_chan_recv(weir_chan *ch, void *msg);

/** As weir_chan_try_recv, but never inline; see weir_chan_try_send_1. */
WEIR_API WEIR_NODISCARD int weir_chan_try_recv_1(weir_chan *ch, void *msg);

/**
 * As weir_chan_recv, but never waits for a message.
 *
 * Returns:  also WEIR_AGAIN: the channel was empty (or had no sender waiting)
 *           and not closed at one instant of the call; msg is untouched.  NULL
 *           is always WEIR_AGAIN
 * Blocks:   never for a message; one that its sender has claimed a place for
 *           and not yet stored is waited for, spinning, then sleeping in
 *           bounded steps
 */
static inline WEIR_NODISCARD int
weir_chan_try_recv(weir_chan *ch, void *msg)
{
    struct weir_chan_words_ *words = weir_chan_words_of_(ch);

    if (WEIR_LIKELY_(ch != NULL) &&
        weir_chan_still_(words->shape, &words->receive, &words->send,
                         WEIR_RING_FULL))
        return WEIR_AGAIN;
    return weir_chan_try_recv_1(ch, msg);
}

/**
 * As weir_chan_recv, but stops waiting at a limit.
 *
 * Params:   limit  when; one that has passed already makes this a try
 * Returns:  also WEIR_TIMEOUT (the deadline of the limit), or the status that
 *           its context ended with; msg is untouched
 */
WEIR_API WEIR_NODISCARD int weir_chan_recv_until(weir_chan *ch, void *msg,
                                                 weir_limit limit);

/**
 * Send up to n messages: as weir_chan_send for the first of them, then as many
 * of the others, in their order, as there is room for at that moment.
 *
 * Messages that one call moves arrive in their order; those of other senders
 * may come between them.  Room for several is claimed by one compare-and-swap.
 * A rendezvous takes one; a channel that drops, or is unbounded, takes all.
 *
 * Params:   ch    channel; NULL waits for ever
 *           msgs  n messages, one behind the other
 *           n     how many; 0 returns WEIR_OK at once
 *           sent  how many were taken: from 1 to n with WEIR_OK (0 if n is 0),
 *                 else 0
 * Returns:  as weir_chan_send
 * Blocks:   as weir_chan_send, for the first message
 * Progress: as weir_chan_send
 * Order:    as weir_chan_send, for each message
 * Callable: as weir_chan_send.  Lifetime: as if it were a send of the message
 *           msgs[n - 1]; a call that moves fewer is in the channel until it
 *           returns
 * Waiters:  thread, task
 */
WEIR_API WEIR_NODISCARD int weir_chan_send_n(weir_chan *ch, const void *msgs,
                                             size_t n, size_t *sent);

/** As weir_chan_send_n, but never waits for room; see weir_chan_try_send. */
WEIR_API WEIR_NODISCARD int
weir_chan_try_send_n(weir_chan *ch, const void *msgs, size_t n, size_t *sent);

/** As weir_chan_send_n, but stops waiting at a limit; see
 * weir_chan_send_until. */
WEIR_API WEIR_NODISCARD int weir_chan_send_n_until(weir_chan *ch,
                                                   const void *msgs, size_t n,
                                                   size_t *sent,
                                                   weir_limit limit);

/**
 * Receive up to n messages: waits for one as weir_chan_recv, then takes as many
 * more as are there.
 *
 * Params:   ch    channel; NULL waits for ever
 *           msgs  room for n messages; what is behind *got is untouched, but
 *                 that the first is zeroed on WEIR_CLOSED
 *           n     how many; 0 returns WEIR_OK at once
 *           got   how many came: from 1 to n with WEIR_OK (0 if n is 0), else 0
 * Returns:  as weir_chan_recv
 * Blocks:   as weir_chan_recv, for the first message
 * Progress: as weir_chan_recv
 * Order:    as weir_chan_recv, for each message
 * Callable: as weir_chan_recv
 * Waiters:  thread, task
 */
WEIR_API WEIR_NODISCARD int weir_chan_recv_n(weir_chan *ch, void *msgs,
                                             size_t n, size_t *got);

/** As weir_chan_recv_n, but never waits for a message; see
 * weir_chan_try_recv. */
WEIR_API WEIR_NODISCARD int weir_chan_try_recv_n(weir_chan *ch, void *msgs,
                                                 size_t n, size_t *got);

/** As weir_chan_recv_n, but stops waiting at a limit; see
 * weir_chan_recv_until. */
WEIR_API WEIR_NODISCARD int weir_chan_recv_n_until(weir_chan *ch, void *msgs,
                                                   size_t n, size_t *got,
                                                   weir_limit limit);

/**
 * Close a channel: no message will be taken any more.
 *
 * Sends that wait, and all later ones, return WEIR_CLOSED.  Receivers get what
 * is in the buffer, then WEIR_CLOSED.
 *
 * Params:   ch  channel; NULL aborts
 * Returns:  WEIR_OK      this call closed it
 *           WEIR_CLOSED  it was closed already
 * Blocks:   for the list lock, which is held for tens of nanoseconds
 * Progress: blocking in that sense
 * Order:    everything before the call happens before every return of
 *           WEIR_CLOSED from a receive [ring.claim, waiter.done]
 * Callable: any thread or task; not from a signal handler
 * Waiters:  none
 */
WEIR_API int weir_chan_close(weir_chan *ch);

/**
 * How many messages the buffer holds.
 *
 * Params:   ch  channel; NULL has none
 * Returns:  the number at one instant of the call, claimed places included; 0
 *           for a rendezvous.  Not a means of synchronisation
 * Blocks:   never
 * Progress: lock-free: looks again while receivers take messages
 * Order:    none
 * Callable: anywhere, signal handlers included
 */
WEIR_API size_t weir_chan_len(const weir_chan *ch);

/**
 * How many messages the buffer can hold.
 *
 * Params:   ch  channel; NULL has none
 * Returns:  the capacity that it was made with; its quota, if it has one
 * Blocks:   never
 * Progress: wait-free
 * Order:    none
 * Callable: anywhere, signal handlers included
 */
WEIR_API size_t weir_chan_cap(const weir_chan *ch);

/** What has gone through a channel.  sent == received + dropped + depth. */
typedef struct weir_chan_statistics {
    size_t capacity;     /**< as weir_chan_cap */
    size_t depth;        /**< as weir_chan_len */
    size_t high_water;   /**< the largest depth that a sender has seen */
    uint64_t sent;       /**< messages taken from senders, dropped ones too */
    uint64_t received;   /**< messages that receivers have got */
    uint64_t dropped;    /**< messages thrown away because there was no room */
    uint64_t send_waits; /**< sends that went to sleep */
    uint64_t recv_waits; /**< receives that went to sleep */
    uint64_t send_blocked_ns; /**< how long, added up, up to now */
    uint64_t recv_blocked_ns;
} weir_chan_statistics;

/**
 * What has gone through a channel so far.
 *
 * With the option `stats` a channel notes each message before it is visible:
 * who receives one finds it counted.  Counted as in weir_chan_len, by places
 * that are claimed.  A select that waits counts as no wait: it waits for all
 * its cases.  high_water is exact when calls do not overlap; else a peak that
 * no sender saw may be missing, and none is made up.
 *
 * Params:   ch   channel; NULL: all zero
 *           out  the figures, all of one instant; without the option zeros, but
 *                for capacity and depth
 * Returns:  nothing
 * Blocks:   for the list lock, which is held for tens of nanoseconds
 * Progress: blocking in that sense
 * Order:    none
 * Callable: any thread or task; not from a signal handler
 * Waiters:  none
 */
WEIR_API void weir_chan_stats(const weir_chan *ch, weir_chan_statistics *out);

/**
 * A file descriptor that polls readable when a channel is ready: to join an
 * event loop that waits for descriptors (epoll, poll, libuv).
 *
 *     fd = weir_chan_eventfd(ch, WEIR_CASE_RECV);
 *     add fd to the loop, level-triggered, for reading; when it is readable:
 *         while (weir_chan_try_recv(ch, &msg) == WEIR_OK)
 *             use(msg);
 *         weir_chan_eventfd_arm(ch, WEIR_CASE_RECV);
 *
 * It stays readable until it is armed again.  Arm after WEIR_AGAIN, not before:
 * each arming takes the channel's lock, and so does the first send after it.
 * Armed while the channel is ready, it is readable at once, so nothing is ever
 * missed.  It may be readable although another thread has taken the message.
 * Do not read, write or close it; weir_chan_free() closes it, so take it out of
 * the loop before.
 *
 * Ready to receive: there is a message, or the channel is closed.  Ready to
 * send: there is room, or it is closed.  A rendezvous is ready while somebody
 * waits on its other side, inside a call or select; two loops do not meet.
 *
 * Params:   ch  channel
 *           op  WEIR_CASE_RECV or WEIR_CASE_SEND: one descriptor for each
 * Returns:  the descriptor, the same one every time, armed by the first call;
 *           or WEIR_NOMEM: out of memory or of descriptors
 * Blocks:   for the list lock, which is held for tens of nanoseconds
 * Progress: blocking in that sense
 * Order:    none; the receive that follows orders
 * Callable: any thread or task; not from a signal handler
 * Waiters:  none
 */
WEIR_API WEIR_NODISCARD int weir_chan_eventfd(weir_chan *ch, int op);

/**
 * Clear a channel's descriptor, and arm it again; see weir_chan_eventfd.
 *
 * Params:   ch  channel
 *           op  as it was asked for; aborts if it never was
 * Returns:  nothing; the descriptor is readable if the channel is ready
 * Blocks:   for the list lock, which is held for tens of nanoseconds
 * Progress: blocking in that sense
 * Order:    none; the receive that follows orders
 * Callable: any thread or task; not from a signal handler
 * Waiters:  none
 */
WEIR_API void weir_chan_eventfd_arm(weir_chan *ch, int op);

WEIR_END_DECLS

#include <weir/typed.h>

#endif
