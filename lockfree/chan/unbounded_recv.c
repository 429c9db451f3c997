/* SPDX-License-Identifier: MIT */
/* chan/unbounded_recv.c - receives from it; see chan/unbounded.h. */
#include "chan/unbounded.h"
#include "park/limit.h"

/* What a receiver brings to the lock for a hand-in. */
struct supply {
    struct chan_segment *spare;
    bool none; /* out of memory */
};

/* n messages out of claimed slots. */
static inline void
empty(weir_chan *ch, const struct chan_spot *spot, char *msgs, size_t n)
{
    const uint64_t stride = chan_segments(ch)->stride;
    const size_t bytes = ch->elem_bytes;
    uint64_t stamp = spot->want | CHAN_TAKEN;
    char *slot = spot->slot;

    chan_spot_advance(ch, spot, n);
    weir_cpu_prefetch_write(slot + WEIR_SEPARATION);
    for (size_t i = 0; i < n; i++) {
        if (wr_likely(bytes == 8))
            weir_copy(msgs, slot + sizeof(uint64_t), 8);
        else if (bytes > 0)
            weir_copy(msgs, slot + sizeof(uint64_t), bytes);
        weir_ring_publish(slot, stamp);
        slot += stride;
        stamp += WEIR_RING_STEP;
        msgs += bytes;
    }
}

/* How many messages in a row are there from that of `spot` on, up to n. */
static inline size_t
count_full(const weir_chan *ch, const struct chan_spot *spot, size_t n)
{
    const struct chan_segments *all = chan_segments(ch);
    const uint64_t left = chan_segment_left(all, spot->want);
    char *slot = spot->slot;
    uint64_t stamp = spot->want;
    size_t k = 1;

    for (; k < n && k < left; k++) {
        slot += all->stride;
        stamp += WEIR_RING_STEP;
        if (weir_ring_load_stamp(slot) != stamp)
            break;
    }
    return k;
}

/* Up to *n receives by one claim.  WEIR_OK, and how many; WEIR_AGAIN: the slot
 * of spot->want waits for its sender, or the pointer lags; CHAN_RETRY: the word
 * has a flag, or the lock holder is moving it. */
static inline int
recv_once(weir_chan *ch, char *msgs, size_t *n, struct chan_spot *spot)
{
    weir_backoff backoff = WEIR_BACKOFF_INIT;
    uint64_t ahead_of = UINT64_MAX;

    for (;;) {
        uint64_t h = weir_ring_load_word(&ch->receive.word);
        const uint64_t stamp = chan_spot_see(
            ch, &ch->receive, h & ~WEIR_RING_FLAGS, WEIR_RING_FULL, spot);

        if (stamp == spot->want) {
            const size_t k = count_full(ch, spot, *n);

            if (h & CHAN_SLOW)
                return CHAN_RETRY;
            if (weir_ring_claim_to(&ch->receive.word, &h,
                                   h + k * WEIR_RING_STEP)) {
                empty(ch, spot, msgs, k);
                *n = k;
                return WEIR_OK;
            }
            weir_backoff_pause(&backoff);
        } else if ((int64_t)(stamp - spot->want) < 0) {
            return WEIR_AGAIN;
        } else if (h == ahead_of) {
            return CHAN_RETRY;
        } else {
            ahead_of = h;
        }
    }
}

/* There is no memory for what is parked to send: all of it is refused.  Holds:
 * lock. */
static struct wr_link *
refuse_senders(weir_chan *ch)
{
    uint32_t count;
    struct wr_link *refused = wr_waiter_claim_all(&ch->senders, &count);

    if (chan_keeps_stats(ch))
        for (struct wr_link *link = refused; link != NULL; link = link->next)
            wr_chan_note_claimed(ch, CHAN_SENDER,
                                 wr_container_of(link, struct wr_node, link));
    return refused;
}

/* See that the next send ticket, where a parked sender's message goes, has its
 * slot, and the one behind it: WEIR_OK; CHAN_LAGS, CHAN_SHORT.  Holds: lock.
 */
static int
prepare_hand_in(weir_chan *ch, struct chan_spot *to, struct supply *supply)
{
    const uint64_t t = weir_ring_load_word(&ch->send.word);

    if (chan_spot_see(ch, &ch->send, t, 0, to) != t)
        return CHAN_LAGS;
    if (chan_segment_left(chan_segments(ch), t) > 1 ||
        chan_segment_next(to->segment) != NULL ||
        wr_segments_extend(ch, &supply->spare))
        return WEIR_OK;
    return CHAN_SHORT;
}

/* The message of `from`, whose word is frozen, has been read; `msg` takes its
 * place in the quota, in slot `to`.  By S no sender may claim that ticket.
 * Receive last, so that nobody sees the buffer emptier than it is.  Holds:
 * lock. */
static void
hand_in(weir_chan *ch, const void *msg, const struct chan_spot *from,
        const struct chan_spot *to)
{
    const uint64_t h = from->want ^ WEIR_RING_FULL;
    const uint64_t slow =
        chan_is_awaited(ch, &ch->receive) ? CHAN_SLOW : (uint64_t)0;

    WR_ASSERT(to->want == h + chan_segments(ch)->quota); /* S */
    chan_copy(ch, to->slot + sizeof(uint64_t), msg);
    if (chan_keeps_stats(ch))
        wr_chan_note_full(ch);
    weir_ring_publish(to->slot, to->want | WEIR_RING_FULL);
    chan_move_frozen(&ch->send, to->want + WEIR_RING_STEP);
    chan_spot_advance(ch, to, 1);
    chan_move_frozen(&ch->receive, (h + WEIR_RING_STEP) | slow);
    chan_spot_advance(ch, from, 1);
    weir_ring_publish(from->slot, h | CHAN_TAKEN);
}

/* Take the message of *spot, whose word is frozen, and move the first parked
 * sender's message in.  *served: who is to be granted WEIR_OK after the unlock;
 * *refused: WEIR_NOMEM.  CHAN_LAGS: *spot is what to wait for;
 * CHAN_SHORT.  Holds: lock. */
static int
recv_flagged(weir_chan *ch, void *msg, struct chan_spot *spot,
             struct supply *supply, struct wr_node **served,
             struct wr_link **refused)
{
    struct chan_spot to = { .want = 0 }; /* of a hand-in */

    if (!wr_list_is_empty(&ch->senders)) {
        const int status = prepare_hand_in(ch, &to, supply);

        if (status == CHAN_LAGS)
            *spot = to;
        if (status == CHAN_SHORT && supply->none)
            *refused = refuse_senders(ch);
        else if (status != WEIR_OK)
            return status;
    }
    chan_copy(ch, msg, spot->slot + sizeof(uint64_t));
    *served = wr_waiter_claim_first(&ch->senders, &ch->behind);
    if (*served == NULL) {
        const uint64_t h = spot->want ^ WEIR_RING_FULL;

        chan_move_frozen(&ch->receive, h + WEIR_RING_STEP);
        chan_spot_advance(ch, spot, 1);
        weir_ring_publish(spot->slot, h | CHAN_TAKEN);
        *served = chan_fire(ch, WEIR_CASE_SEND, NULL);
        return WEIR_OK;
    }
    if (chan_keeps_stats(ch))
        wr_chan_note_claimed(ch, CHAN_SENDER, *served);
    hand_in(ch, (*served)->msg, spot, &to);
    return WEIR_OK;
}

/* w: enrol with it if empty; NULL: only try.  *spot is what the caller saw, and
 * may be waited for.  The next ticket may not: whose message comes later than
 * that, or never.  CHAN_LAGS: *spot is the ticket of a hand-in. */
static int
recv_with(weir_chan *ch, void *msg, struct wr_waiter *w, struct chan_spot *spot,
          struct supply *supply)
{
    struct wr_node *served = NULL;
    struct wr_link *refused = NULL;
    struct chan_spot next;
    int status = CHAN_RETRY;
    uint64_t h, stamp;

    wr_lock_acquire(&ch->lock);
    h = weir_ring_load_word(&ch->receive.word);
    stamp = chan_spot_see(ch, &ch->receive, h & ~WEIR_RING_FLAGS,
                          WEIR_RING_FULL, &next);
    if ((h & CHAN_SLOW) && stamp == next.want) {
        status = recv_flagged(ch, msg, &next, supply, &served, &refused);
        if (status == CHAN_LAGS)
            *spot = next;
    } else if (w != NULL) {
        chan_accept(ch, w, msg);
        wr_waiter_arm(w);
        status = wr_bounded_enrol_receiver(ch, &w->node);
        if (chan_keeps_stats(ch) && status == CHAN_PARKED)
            wr_chan_note_enrolled(ch, CHAN_RECEIVER);
    }
    wr_lock_release(&ch->lock);
    chan_grant(served);
    wr_waiter_grant_all(refused, WEIR_NOMEM);
    return status;
}

/* The same; CHAN_RETRY: await(spot). */
static int
recv_locked(weir_chan *ch, void *msg, struct wr_waiter *w,
            struct chan_spot *spot)
{
    struct supply supply = { NULL, false };
    int status = recv_with(ch, msg, w, spot, &supply);

    while (status == CHAN_SHORT) {
        supply.spare = wr_segment_make(ch);
        supply.none = supply.spare == NULL;
        status = recv_with(ch, msg, w, spot, &supply);
    }
    wr_segment_free(supply.spare); /* not needed after all */
    return status == CHAN_LAGS ? CHAN_RETRY : status;
}

/* CHAN_RETRY: await(spot). */
static int
look_recv(weir_chan *ch, void *msg, struct chan_spot *spot)
{
    size_t n = 1;
    const int status = recv_once(ch, msg, &n, spot);

    if (status == CHAN_RETRY)
        return recv_locked(ch, msg, NULL, spot);
    return status == WEIR_AGAIN ? chan_recv_missed(ch, spot->want) : status;
}

int
wr_unbounded_look_recv(weir_chan *ch, void *msg)
{
    struct chan_spot spot;

    return look_recv(ch, msg, &spot);
}

int
wr_unbounded_try_recv(weir_chan *ch, void *msg)
{
    struct chan_spot spot;

    for (;;) {
        const int status = look_recv(ch, msg, &spot);

        if (status != CHAN_RETRY)
            return status;
        wr_chan_spot_await(&spot);
    }
}

size_t
wr_unbounded_recv_n(weir_chan *ch, void *msgs, size_t n)
{
    struct chan_spot spot;
    size_t got = 0;

    while (got < n) {
        char *at = (char *)msgs + got * ch->elem_bytes;
        size_t k = n - got;
        int status = recv_once(ch, at, &k, &spot);

        if (status == CHAN_RETRY) {
            status = recv_locked(ch, at, NULL, &spot);
            k = 1;
        }
        if (status != WEIR_OK)
            break;
        got += k;
    }
    return got;
}

static int
recv_park(weir_chan *ch, void *msg, struct wr_waiter *w, weir_limit limit,
          struct chan_spot *spot)
{
    const int status = recv_locked(ch, msg, w, spot);

    if (status == CHAN_PARKED)
        return wr_chan_park_receiver(ch, w, msg, limit, false);
    wr_waiter_put(w);
    return status;
}

/* A receive that found nothing: wait a little, then say what to do: CHAN_RETRY:
 * look again; WEIR_CLOSED; WEIR_AGAIN: enrol. */
static int
recv_linger(weir_chan *ch, const struct chan_spot *spot)
{
    int status;

    if (wr_slot_spin(ch, &ch->receive, spot->slot, spot->want))
        return CHAN_RETRY;
    status = chan_recv_missed(ch, spot->want);
    if (status == CHAN_RETRY)
        wr_chan_spot_await(spot);
    else if (status == WEIR_AGAIN &&
             wr_slot_yield(&ch->receive, spot->slot, spot->want))
        status = CHAN_RETRY;
    return status;
}

int
wr_unbounded_recv(weir_chan *ch, void *msg, weir_limit limit)
{
    struct wr_waiter *w;
    struct chan_spot spot;

    for (;;) {
        size_t n = 1;
        int status = recv_once(ch, msg, &n, &spot);

        if (status == WEIR_AGAIN) {
            status = recv_linger(ch, &spot);
            if (status == CHAN_RETRY)
                continue;
        }
        if (status == WEIR_OK || status == WEIR_CLOSED)
            return status;
        status = wr_limit_status(limit);
        w = status == WEIR_OK ? wr_waiter_get() : NULL;
        if (w == NULL)
            return chan_unable(wr_unbounded_try_recv(ch, msg), status);
        status = recv_park(ch, msg, w, limit, &spot);
        if (status != CHAN_RETRY)
            return status;
        wr_chan_spot_await(&spot);
    }
}
