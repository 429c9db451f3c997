/* SPDX-License-Identifier: MIT */
/* chan/unbounded_send.c - sends to a growing buffer; see chan/unbounded.h. */
#include "chan/unbounded.h"
#include "park/limit.h"

/* The bound anew. */
static uint64_t
look(weir_chan *ch, uint64_t quota)
{
    const uint64_t h =
        weir_ring_load_opposite(&ch->receive.word) & ~WEIR_RING_FLAGS;

    /* order(chan.bound) REL: what these receives did, to room_of(). */
    weir_store_rel(&ch->send.bound, h + quota);
    return h + quota;
}

/* How many tickets from t on the quota leaves, t as the send word was read; 0:
 * exactly full. */
static inline uint64_t
room_of(weir_chan *ch, uint64_t t)
{
    const uint64_t quota = chan_segments(ch)->quota;
    uint64_t bound;
    int64_t room;

    if (quota == 0)
        return UINT64_MAX;
    /* order(chan.bound) ACQ: the receives that made this room; see look(). */
    bound = weir_load_acq(&ch->send.bound);
    room = (int64_t)(bound - t);
    if (room <= 0)
        room = (int64_t)(look(ch, quota) - t);
    return room <= 0 ? 0 : (uint64_t)room / WEIR_RING_STEP;
}

/* Up to *n tickets from that of `spot` on, whose slot is free: how many may be
 * claimed.  WEIR_OK; WEIR_AGAIN: full; CHAN_SHORT. */
static inline int
measure(weir_chan *ch, const struct chan_spot *spot, size_t *n)
{
    const uint64_t left = chan_segment_left(chan_segments(ch), spot->want);
    const uint64_t room = room_of(ch, spot->want);

    if (room == 0)
        return WEIR_AGAIN;
    if (*n > room)
        *n = room;
    if (*n < left)
        return WEIR_OK;
    *n = left;
    return chan_segment_next(spot->segment) == NULL ? CHAN_SHORT : WEIR_OK;
}

/* n messages into claimed slots. */
static inline void
fill(weir_chan *ch, const struct chan_spot *spot, const char *msgs, size_t n)
{
    /* All that is needed, before the last stamp lets the channel go. */
    const uint64_t stride = chan_segments(ch)->stride;
    const size_t bytes = ch->elem_bytes;
    uint64_t stamp = spot->want | WEIR_RING_FULL;
    char *slot = spot->slot;

    chan_spot_advance(ch, spot, n);
    if (chan_keeps_stats(ch))
        wr_chan_note_depth(ch, spot->want, n);
    weir_cpu_prefetch_write(slot + WEIR_SEPARATION);
    for (;;) {
        if (wr_likely(bytes == 8))
            weir_copy(slot + sizeof(uint64_t), msgs, 8);
        else if (bytes > 0)
            weir_copy(slot + sizeof(uint64_t), msgs, bytes);
        weir_ring_publish(slot, stamp);
        if (--n == 0)
            return;
        slot += stride;
        stamp += WEIR_RING_STEP;
        msgs += bytes;
    }
}

/* Up to *n sends by one claim.  WEIR_OK, and how many; WEIR_CLOSED; WEIR_AGAIN:
 * full; CHAN_RETRY: take the lock; CHAN_LAGS, CHAN_SHORT. */
static inline int
send_once(weir_chan *ch, const char *msgs, size_t *n, struct chan_spot *spot)
{
    weir_backoff backoff = WEIR_BACKOFF_INIT;
    uint64_t ahead_of = UINT64_MAX;

    for (;;) {
        uint64_t t = weir_ring_load_word(&ch->send.word);
        uint64_t stamp;
        size_t k = *n;

        if (t & CHAN_CLOSED)
            return WEIR_CLOSED;
        stamp = chan_spot_see(ch, &ch->send, t & ~WEIR_RING_FLAGS, 0, spot);
        if (t & CHAN_SLOW)
            return CHAN_RETRY;
        if (stamp == t) {
            const int status = measure(ch, spot, &k);

            if (wr_unlikely(status != WEIR_OK))
                return status;
            if (weir_ring_claim_to(&ch->send.word, &t,
                                   t + k * WEIR_RING_STEP)) {
                fill(ch, spot, msgs, k);
                *n = k;
                return WEIR_OK;
            }
            weir_backoff_pause(&backoff);
        } else if ((int64_t)(stamp - t) < 0) {
            return CHAN_LAGS;
        } else if (t == ahead_of) { /* the lock holder: hand_in() */
            return CHAN_RETRY;
        } else {
            ahead_of = t;
        }
    }
}

/* A send whose word has SLOW: to a parked receiver, or, if only a watcher
 * stands there, into the buffer, which is empty.  WEIR_OK, and *served is to be
 * granted after the unlock; CHAN_SHORT.  Holds: lock. */
static int
send_flagged(weir_chan *ch, const void *msg, uint64_t ticket,
             struct wr_node **served)
{
    struct chan_segment *none = NULL;
    struct chan_spot spot;
    uint64_t stamp;

    *served = wr_waiter_claim_first(&ch->receivers, &ch->behind);
    if (*served != NULL) {
        chan_copy(ch, (*served)->msg, msg);
        if (chan_keeps_stats(ch))
            wr_chan_note_handed(ch, CHAN_RECEIVER, *served);
        chan_thaw(ch, &ch->send);
        return WEIR_OK;
    }
    stamp = chan_spot_see(ch, &ch->send, ticket, 0, &spot);
    WR_ASSERT(stamp == ticket); /* U */
    (void)stamp;
    if (chan_segment_left(chan_segments(ch), ticket) == 1 &&
        chan_segment_next(spot.segment) == NULL &&
        !wr_segments_extend(ch, &none))
        return CHAN_SHORT;
    chan_move_frozen(&ch->send, ticket + WEIR_RING_STEP);
    fill(ch, &spot, msg, 1);
    *served = chan_fire(ch, WEIR_CASE_RECV, NULL);
    return WEIR_OK;
}

/* w: enrol with it if full; NULL: only try. */
static int
send_locked(weir_chan *ch, const void *msg, struct wr_waiter *w)
{
    struct wr_node *served = NULL;
    int status;
    uint64_t t;

    wr_lock_acquire(&ch->lock);
    t = weir_ring_load_word(&ch->send.word);
    if (t & CHAN_CLOSED) {
        status = WEIR_CLOSED;
    } else if (t & CHAN_SLOW) {
        status = send_flagged(ch, msg, t ^ CHAN_SLOW, &served);
    } else if (w == NULL) {
        status = CHAN_RETRY;
    } else {
        chan_offer(ch, w, msg);
        wr_waiter_arm(w);
        status = wr_bounded_enrol_sender(ch, &w->node);
        if (chan_keeps_stats(ch) && status == CHAN_PARKED)
            wr_chan_note_enrolled(ch, CHAN_SENDER);
    }
    wr_lock_release(&ch->lock);
    chan_grant(served);
    return status;
}

/* Up to *n sends without waiting for anybody.  WEIR_OK, and how many;
 * WEIR_CLOSED, WEIR_AGAIN, WEIR_NOMEM; CHAN_RETRY: await(spot). */
static int
look_send(weir_chan *ch, const void *msgs, size_t *n, struct chan_spot *spot)
{
    for (;;) {
        int status = send_once(ch, msgs, n, spot);

        if (status == CHAN_RETRY) {
            status = send_locked(ch, msgs, NULL);
            if (status == WEIR_OK)
                *n = 1;
        }
        if (status == CHAN_LAGS)
            return CHAN_RETRY;
        if (status != CHAN_SHORT)
            return status;
        if (!wr_segments_grow(ch, spot->want))
            return WEIR_NOMEM;
    }
}

int
wr_unbounded_look_send(weir_chan *ch, const void *msg)
{
    struct chan_spot spot;
    size_t n = 1;

    return look_send(ch, msg, &n, &spot);
}

/* The same, waiting for a pointer that lags. */
static int
try_send(weir_chan *ch, const void *msgs, size_t *n)
{
    struct chan_spot spot;

    for (;;) {
        const int status = look_send(ch, msgs, n, &spot);

        if (status != CHAN_RETRY)
            return status;
        wr_chan_spot_await(&spot);
    }
}

int
wr_unbounded_try_send(weir_chan *ch, const void *msg)
{
    size_t n = 1;

    return try_send(ch, msg, &n);
}

size_t
wr_unbounded_send_n(weir_chan *ch, const void *msgs, size_t n)
{
    const size_t bytes = ch->elem_bytes;
    size_t sent = 0;

    while (sent < n) {
        size_t k = n - sent;

        if (try_send(ch, (const char *)msgs + sent * bytes, &k) != WEIR_OK)
            break;
        sent += k;
    }
    return sent;
}

/* Full at ticket t: wait a little for the message a quota before it to be
 * taken.  True: it has been, or so it seems. */
static bool
send_linger(weir_chan *ch, uint64_t t)
{
    struct chan_spot spot;

    (void)chan_spot_see(ch, &ch->receive, t - chan_segments(ch)->quota,
                        CHAN_TAKEN, &spot);
    return wr_slot_spin(ch, &ch->send, spot.slot, spot.want) ||
           wr_slot_yield(&ch->send, spot.slot, spot.want);
}

/* Enrol w and sleep.  CHAN_RETRY: not full after all. */
static int
send_park(weir_chan *ch, const void *msg, struct wr_waiter *w, weir_limit limit)
{
    const int status = send_locked(ch, msg, w);

    if (status == CHAN_PARKED)
        return wr_chan_park_sender(ch, w, limit, false);
    wr_waiter_put(w);
    return status == CHAN_SHORT ? CHAN_RETRY : status;
}

int
wr_unbounded_send(weir_chan *ch, const void *msg, weir_limit limit)
{
    struct wr_waiter *w;
    struct chan_spot spot;

    for (;;) {
        size_t n = 1;
        int status = look_send(ch, msg, &n, &spot);

        if (status == CHAN_RETRY) {
            wr_chan_spot_await(&spot);
            continue;
        }
        if (status != WEIR_AGAIN)
            return status;
        if (send_linger(ch, spot.want))
            continue;
        status = wr_limit_status(limit);
        w = status == WEIR_OK ? wr_waiter_get() : NULL;
        if (w == NULL)
            return chan_unable(wr_unbounded_try_send(ch, msg), status);
        status = send_park(ch, msg, w, limit);
        if (status != CHAN_RETRY)
            return status;
    }
}
